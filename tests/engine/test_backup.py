"""Backup and restore with a real server: what was there is there again; damage and overwriting are refused."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from qvoice.db import migrate
from qvoice.engine import backup, folders, images, programs, render, restore, store, supervise, tls
from qvoice.kit.clock import utcnow
from qvoice.kit.errors import Conflict
from qvoice.kit.settings import Settings, load

pytestmark = pytest.mark.db


def quiet(_line: str) -> None:
    """Show nothing."""


@contextmanager
def server(settings: Settings) -> Iterator[None]:
    """The installation's own PostgreSQL, run as `up` does, without the rest."""
    program = programs.postgres(settings, images.ensure("store"))
    with (settings.logs / "postgres.log").open("ab") as output:
        running = subprocess.Popen(supervise.guarded(program, settings.run), stdout=output, stderr=output)
        try:
            store.wait_until_it_accepts(settings)
            yield
        finally:
            running.terminate()
            assert running.wait(60) == 0


@pytest.fixture(scope="module")
def environ() -> dict[str, str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return {"QVOICE_PORTS_POSTGRES": str(probe.getsockname()[1])}


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory, environ: dict[str, str]) -> Settings:
    data = tmp_path_factory.mktemp("b") / "var"
    settings = load(data, environ=environ)
    folders.prepare(settings)
    folders.remember(data, {"ports": {"postgres": settings.ports.postgres}})
    tls.ensure(settings, now=utcnow())
    render.render(settings, images.ensure("voice"))
    store.initialise(settings, images.ensure("store"))
    (data / "asterisk" / "recordings" / "one.wav").write_bytes(os.urandom(70_000))
    with server(settings):
        migrate.upgrade(settings)
        with psycopg.connect(settings.dsn("admin")) as admin:
            admin.execute("create table public.proof (word text)")
            admin.execute("insert into proof values ('kept')")
    return settings


@pytest.fixture(scope="module")
def archive(installation: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("archive") / "b.tar"
    with server(installation):
        backup.write(installation, file, quiet)
    return file


def test_a_backup_restores_into_a_new_folder(installation: Settings, archive: Path, tmp_path: Path) -> None:
    restore.read(archive, tmp_path / "new", force=False, tell=quiet)
    restored = load(tmp_path / "new", environ={})
    assert restored.ports.postgres == installation.ports.postgres
    for name in ("db-admin", "token-key", "ari-password"):
        assert restored.secret(name) == installation.secret(name)
    recording = Path("asterisk/recordings/one.wav")
    assert (restored.data / recording).read_bytes() == (installation.data / recording).read_bytes()
    assert {file.stat().st_mode & 0o077 for file in restored.secrets.iterdir()} == {0}
    with server(restored):
        with psycopg.connect(restored.dsn("admin")) as admin:
            assert admin.execute("select word from proof").fetchall() == [("kept",)]
        assert migrate.upgrade(restored) == migrate.head()
        with psycopg.connect(restored.dsn("qvoice_app")) as app:
            assert app.execute("select count(*) from accounts").fetchone() == (0,)
        with psycopg.connect(restored.dsn("qvoice_edge")) as edge:
            assert edge.execute("show search_path").fetchone() == ("edge, public",)


def test_a_backup_is_for_its_owner_only(archive: Path) -> None:
    assert archive.stat().st_mode & 0o777 == 0o600


def test_restore_refuses_what_is_there_and_moves_it_aside_when_forced(archive: Path, tmp_path: Path) -> None:
    data = tmp_path / "var"
    data.mkdir()
    (data / "mine").write_text("precious")
    with pytest.raises(Conflict, match="--force"):
        restore.read(archive, data, force=False, tell=quiet)
    restore.read(archive, data, force=True, tell=quiet)
    aside = next(tmp_path.glob("var.before-restore-*"))
    assert (aside / "mine").read_text() == "precious"
    assert (data / "secrets" / "db-admin").exists()


@pytest.mark.parametrize("where", [0.0, 0.3, 0.6, 0.9])
def test_a_changed_byte_is_found_before_anything_is_touched(archive: Path, tmp_path: Path, where: float) -> None:
    content = bytearray(archive.read_bytes())
    start = content.index(b"PGDMP") if where == 0.0 else int(len(content) * where)
    place = next(n for n in range(start, len(content)) if content[n])
    content[place] ^= 0x55
    damaged = tmp_path / "damaged.tar"
    damaged.write_bytes(content)
    with pytest.raises(backup.BackupFailed):
        restore.read(damaged, tmp_path / "new", force=False, tell=quiet)
    assert not (tmp_path / "new").exists()


def test_a_backup_that_was_cut_off_is_refused(archive: Path, tmp_path: Path) -> None:
    short = tmp_path / "short.tar"
    short.write_bytes(archive.read_bytes()[: archive.stat().st_size // 2])
    with pytest.raises(backup.BackupFailed):
        restore.read(short, tmp_path / "new", force=False, tell=quiet)


def test_a_backup_never_overwrites_a_file(installation: Settings, archive: Path) -> None:
    with server(installation), pytest.raises(Conflict, match="exists already"):
        backup.write(installation, archive, quiet)
