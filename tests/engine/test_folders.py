"""The data folder: private, refused when it cannot work, and remembering what it was started with."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from qvoice.engine import folders
from qvoice.kit.errors import Invalid
from qvoice.kit.settings import load


def test_folders_are_700_and_secrets_600(tmp_path: Path) -> None:
    settings = load(tmp_path / "var", environ={})
    folders.prepare(settings)
    everything = [settings.data, *settings.data.rglob("*")]
    assert {path.stat().st_mode & 0o777 for path in everything if path.is_dir()} == {0o700}
    assert {path.stat().st_mode & 0o777 for path in settings.secrets.iterdir()} == {0o600}


def test_secrets_are_made_once(tmp_path: Path) -> None:
    settings = load(tmp_path / "var", environ={})
    folders.prepare(settings)
    before = {file.name: file.read_text() for file in settings.secrets.iterdir()}
    folders.prepare(settings)
    assert {file.name: file.read_text() for file in settings.secrets.iterdir()} == before
    assert len(set(before.values())) == len(before)


@pytest.mark.parametrize("name", ["with space", "per%cent", "quo'te", "new\nline", "x" * 100])
def test_a_path_that_configurations_cannot_hold_is_refused(name: str) -> None:
    with pytest.raises(Invalid):
        folders.check_path(Path("/tmp") / name)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_the_data_folder_of_another_user_is_refused(tmp_path: Path) -> None:
    os.chown(tmp_path, 4321, 4321)
    with pytest.raises(folders.ForeignData, match="belongs to user 4321"):
        folders.check_path(tmp_path)


def test_remembered_settings_replace_their_lines_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "qvoice.toml"
    file.write_text('# mine\n[ports]\nsip = 5080 # why\n\n[log]\nlevel = "debug"\n')
    folders.remember(tmp_path, {"ports": {"sip": 5090, "offset": 10}, "network": {"public_ip": "192.0.2.1"}})
    text = file.read_text()
    assert text.startswith("# mine\n[ports]\n")
    settings = load(tmp_path, environ={})
    assert settings.ports.sip == 5100
    assert settings.network.public_ip == "192.0.2.1"
    assert settings.log.level == "debug"
    folders.remember(tmp_path, {"ports": {"sip": 5090, "offset": 10}})
    assert file.read_text() == text
