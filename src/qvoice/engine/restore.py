"""`qvoice restore`: an installation from a backup, in a new data folder or in place of one (which is moved aside,
never deleted).
"""

from __future__ import annotations

import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path

import psycopg
from psycopg import sql

from qvoice.engine import backup, folders, images, programs, render, store, supervise, tls
from qvoice.kit.clock import utcnow
from qvoice.kit.errors import Conflict
from qvoice.kit.settings import Settings, load

Tell = Callable[[str], None]


def read(file: Path, data: Path, *, force: bool, tell: Tell) -> None:
    """Make the installation in `data` from the backup `file`. It is verified before anything is touched.

    Raises Conflict when something is there (without `force`) or runs, BackupFailed for a damaged file. A restore that
    fails leaves the data
    folder as it was before.
    """
    data = data.expanduser().absolute()
    folders.check_path(data)
    tell("verifying the backup")
    manifest = backup.verify(file)
    there = data.exists() and any(data.iterdir())
    if there and (data / "secrets").is_dir() and supervise.is_running(load(data)):
        raise Conflict(f"The installation in {data} is running. Stop it first: ./qvoice down --data {data}")
    if there and not force:
        raise Conflict(f"There is something in {data}. Give a new folder, or --force to move it aside.")
    kept = data.with_name(f"{data.name}.before-restore-{utcnow():%Y%m%d-%H%M%S}") if there else None
    if kept:
        data.rename(kept)
        tell(f"moved what was there to {kept}")
    try:
        _make(file, data, tell)
    except BaseException:
        shutil.rmtree(data, ignore_errors=True)
        if kept:
            kept.rename(data)
        raise
    tell(f"restored the backup of {manifest['made'][:19]} to {data}; start it with ./qvoice up --data {data}")


def _make(file: Path, data: Path, tell: Tell) -> None:
    data.mkdir(mode=0o700, parents=True)
    with tarfile.open(file) as archive:
        parts = backup.read_manifest(archive)["parts"]
        for member in archive:
            if member.name in parts:
                target = data / member.name
                if not target.resolve().is_relative_to(data.resolve()) or not member.isfile():
                    raise backup.BackupFailed(f"{member.name!r} is not a plain file inside the data folder.")
                target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                stream = archive.extractfile(member)
                assert stream is not None
                with target.open("xb") as out:
                    target.chmod(0o600)
                    shutil.copyfileobj(stream, out)
    settings = load(data)
    folders.prepare(settings)
    dump = data / "database.dump"
    if settings.database.url:
        _load(settings, dump, tell)
    else:
        _load_into_own(settings, dump, tell)
    dump.unlink()


def _load_into_own(settings: Settings, dump: Path, tell: Tell) -> None:
    """Make a cluster, run it alone (no other process), load the dump, stop it."""
    voice, image = images.ensure("voice", tell), images.ensure("store", tell)
    tls.ensure(settings, now=utcnow())
    render.render(settings, voice)
    taken = supervise.port_users({("tcp", settings.network.private, settings.ports.postgres): "ports.postgres"})
    if taken:
        raise Conflict(f"The database's port is taken: {', '.join(taken.values())}. Stop what has it, then restore.")
    store.initialise(settings, image)
    server = programs.postgres(settings, image)
    with tempfile.TemporaryFile() as output:
        running = subprocess.Popen(
            supervise.guarded(server, settings.run), stdout=output, stderr=output, stdin=subprocess.DEVNULL
        )
        try:
            store.wait_until_it_accepts(settings)
            _load(settings, dump, tell)
        finally:
            running.terminate()
            running.wait(server.patience)


def _load(settings: Settings, dump: Path, tell: Tell) -> None:
    """Load the dump into a database that holds nothing of ours: roles first, then everything else in one
    transaction.
    """
    from qvoice.db import roles

    admin = settings.dsn("admin")
    roles.ensure_database(admin)
    roles.ensure_roles(admin, {role: settings.secret(f"db-{role}") for role in roles.LOGIN_ROLES})
    with psycopg.connect(admin, autocommit=True) as connection:
        if connection.execute("select to_regclass('public.accounts')").fetchone() != (None,):
            raise Conflict("The database is not empty. Restore into an empty one.")
        # The dump makes these itself.
        connection.execute("drop extension if exists ltree")
        for schema in connection.execute("select nspname from pg_namespace where nspname = 'edge'").fetchall():
            connection.execute(sql.SQL("drop schema {}").format(sql.Identifier(schema[0])))
    tell("loading the database")
    connect, environment = backup.connection_arguments(settings)
    command = ["pg_restore", *connect, "--no-password", "--exit-on-error", "--single-transaction", str(dump)]
    store.run(settings, images.ensure("store"), command, readable=[dump.parent], environment=environment)
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("analyze")
