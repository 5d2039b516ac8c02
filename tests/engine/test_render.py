"""Templates of the engines: every placeholder is known, an unknown one stops the start, secrets stay private."""

from __future__ import annotations

from pathlib import Path

import pytest

from qvoice.engine import folders, render
from qvoice.kit.errors import Invalid
from qvoice.kit.settings import Settings, load


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = load(tmp_path / "var", environ={"QVOICE_PORTS_OFFSET": "70"})
    folders.prepare(made)
    return made


@pytest.fixture
def image(tmp_path: Path) -> Path:
    for name in ("kamailio/modules", "asterisk/modules"):
        (tmp_path / "image/usr/lib/x-linux-gnu" / name).mkdir(parents=True)
    return tmp_path / "image"


def test_every_template_of_the_project_renders(settings: Settings, image: Path) -> None:
    render.render(settings, image)
    pjsip = (settings.run / "asterisk" / "pjsip.conf").read_text()
    assert "bind = 127.0.0.1:5140" in pjsip
    assert f"password = {settings.secret('ari-password')}" in (settings.run / "asterisk" / "ari.conf").read_text()
    assert "@" not in (settings.run / "rtpengine" / "rtpengine.conf").read_text()


def test_rendered_files_are_for_the_owner_only(settings: Settings, image: Path) -> None:
    render.render(settings, image)
    files = [file for file in settings.run.rglob("*") if file.is_file()]
    assert len(files) > 20
    assert {file.stat().st_mode & 0o077 for file in files} == {0}


def test_an_unknown_placeholder_is_named_with_file_and_line() -> None:
    with pytest.raises(Invalid) as caught:
        render.fill("one\n@NO_SUCH@", {}, name="engine/x.cfg")
    assert "engine/x.cfg:2 has @NO_SUCH@" in str(caught.value.fields)


def test_an_address_with_at_signs_is_left_alone() -> None:
    assert render.fill("sip:user@realm A@B @x@ 1@PRIVATE@2", {"PRIVATE": "!"}, name="x") == "sip:user@realm A@B @x@ 1!2"


def test_the_bare_dial_exists_for_benchmarks_only(tmp_path: Path, settings: Settings, image: Path) -> None:
    render.render(settings, image)
    assert not (settings.run / "asterisk" / "bench.conf").exists()
    bench = load(settings.data, environ={"QVOICE_ENGINE_BENCH": "1"})
    render.render(bench, image)
    assert "Dial(" in (settings.run / "asterisk" / "bench.conf").read_text()
