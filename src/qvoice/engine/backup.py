"""`qvoice backup`: one file with everything that cannot be made again, verified by reading it back.

A tar archive (mode 600: it holds every secret) with `manifest.json` first: the version, the database's version, and
the SHA-256 and size of
each part. Parts: `database.dump` (pg_dump, custom format), `secrets/`, `tls/`, `qvoice.toml`, `postgres/local.conf`,
and the audio that
lies in files (`asterisk/recordings`, `asterisk/calls.spool`). Logs, rendered configuration and caches are made again.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote, urlsplit

import psycopg

import qvoice
from qvoice.engine import health, images, store
from qvoice.kit.clock import utcnow
from qvoice.kit.errors import Conflict, Unavailable
from qvoice.kit.settings import Settings

Tell = Callable[[str], None]
FORMAT = 1
FOLDERS = ("secrets", "tls", "asterisk/recordings")
FILES = ("qvoice.toml", "postgres/local.conf", "asterisk/calls.spool")


class BackupFailed(Unavailable):
    """The backup could not be made, or is damaged."""

    code = "backup-failed"


def write(settings: Settings, file: Path, tell: Tell) -> dict[str, Any]:
    """Write the backup of a running installation to `file` and verify it; returns the manifest.

    The dump is one snapshot, so calls and edits may go on. Appears under its name only when it is complete and
    verified.
    """
    if not settings.database.url and not health.postgres_accepts(settings):
        raise BackupFailed("The database is not running. Start it with ./qvoice up, then back up.")
    if file.exists():
        raise Conflict(f"{file} exists already. Give another name; a backup never overwrites one.")
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.data, prefix=".backup-") as scratch:
        dump = Path(scratch) / "database.dump"
        tell("dumping the database")
        _dump(settings, dump)
        parts = [("database.dump", dump), *_parts(settings.data)]
        manifest = {
            "format": FORMAT,
            "version": qvoice.__version__ if hasattr(qvoice, "__version__") else "0.1.0",
            "made": utcnow().isoformat(),
            "database": _database_version(settings),
            "parts": {},
        }
        partial = file.with_name(f".{file.name}.partial")
        partial.unlink(missing_ok=True)
        try:
            _write_archive(partial, parts, manifest)
            tell("verifying the backup")
            verify(partial)
            _verify_dump(settings, dump)
            partial.replace(file)
        finally:
            partial.unlink(missing_ok=True)
    tell(f"wrote {file} ({file.stat().st_size / 1e6:.1f} MB, {len(manifest['parts'])} parts)")
    return manifest


def verify(file: Path) -> dict[str, Any]:
    """Read a backup whole and compare every part with the manifest; returns the manifest. Raises BackupFailed."""
    seen: set[str] = set()
    if not file.exists():
        raise BackupFailed(f"There is no file {file}.")
    try:
        with tarfile.open(file) as archive:
            manifest = read_manifest(archive)
            for member in archive:
                if member.name == "manifest.json":
                    continue
                wanted = manifest["parts"].get(member.name)
                stream = archive.extractfile(member)
                if wanted is None or stream is None:
                    raise BackupFailed(f"{file} holds {member.name!r}, which its manifest does not know.")
                digest, size = _digest(cast(io.BufferedIOBase, stream))
                if [digest, size] != wanted:
                    raise BackupFailed(f"{file} is damaged: {member.name} is not what was written.")
                seen.add(member.name)
    except (tarfile.TarError, EOFError, ValueError, KeyError, OSError) as problem:
        # What cannot even be opened as an archive is described by each way in which it is none, on lines of their own.
        why = str(problem) if "\n" not in str(problem) else "it is another kind of file"
        raise BackupFailed(f"{file} is no complete backup: {why}") from problem
    missing = manifest["parts"].keys() - seen
    if missing:
        raise BackupFailed(f"{file} is cut off: {', '.join(sorted(missing)[:3])} missing.")
    return manifest


def read_manifest(archive: tarfile.TarFile) -> dict[str, Any]:
    """Return the manifest, the archive's first member; raises BackupFailed for something else or a newer format."""
    first = archive.next()
    stream = archive.extractfile(first) if first is not None and first.name == "manifest.json" else None
    if stream is None:
        raise BackupFailed("This file is not a QVOICE backup.")
    manifest = json.loads(stream.read())
    if manifest.get("format") != FORMAT:
        raise BackupFailed(f"This backup has format {manifest.get('format')}; this QVOICE reads {FORMAT}.")
    return manifest


def _parts(data: Path) -> Iterator[tuple[str, Path]]:
    for name in FILES:
        if (data / name).is_file():
            yield name, data / name
    for folder in FOLDERS:
        for path in sorted((data / folder).rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield str(path.relative_to(data)), path


def _write_archive(partial: Path, parts: list[tuple[str, Path]], manifest: dict[str, Any]) -> None:
    """Copy the parts to a spool first, so that the digest is of the bytes that are written even while a recording
    grows.
    """
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as raw, tempfile.TemporaryFile(dir=partial.parent) as spool:
        placed: list[tuple[str, int, int]] = []
        for name, path in parts:
            start = spool.tell()
            try:
                with path.open("rb") as source:
                    while block := source.read(1 << 20):
                        spool.write(block)
            except FileNotFoundError:
                continue  # a recording that was moved into the database meanwhile: the next backup has it there
            placed.append((name, start, spool.tell() - start))
        for name, start, size in placed:
            spool.seek(start)
            manifest["parts"][name] = list(_digest(_Slice(spool, size)))
        with tarfile.open(fileobj=raw, mode="w") as archive:
            text = json.dumps(manifest, indent=1).encode()
            archive.addfile(_member("manifest.json", len(text)), io.BytesIO(text))
            for name, start, size in placed:
                spool.seek(start)
                archive.addfile(_member(name, size), _Slice(spool, size))
        raw.flush()
        os.fsync(raw.fileno())


class _Slice(io.RawIOBase):
    """The next `size` bytes of a stream, as a stream."""

    def __init__(self, stream: Any, size: int) -> None:
        self._stream, self._left = stream, size

    def read(self, size: int = -1) -> bytes:
        wanted = self._left if size < 0 else min(size, self._left)
        data = self._stream.read(wanted)
        self._left -= len(data)
        return data


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = size, 0o600, int(utcnow().timestamp())
    return member


def _digest(stream: io.BufferedIOBase | io.RawIOBase) -> tuple[str, int]:
    found, size = hashlib.sha256(), 0
    while block := stream.read(1 << 20):
        found.update(block)
        size += len(block)
    return found.hexdigest(), size


def connection_arguments(settings: Settings, database: str | None = None) -> tuple[list[str], dict[str, str]]:
    """Return the arguments and the environment (with the password) that make a PostgreSQL program connect as
    administrator.
    """
    parts = urlsplit(settings.dsn("admin"))
    name = database or parts.path.lstrip("/") or "qvoice"
    arguments = [
        "-h",
        parts.hostname or "127.0.0.1",
        "-p",
        str(parts.port or 5432),
        "-U",
        unquote(parts.username or "admin"),
        "-d",
        name,
    ]
    return arguments, {"PGPASSWORD": unquote(parts.password or ""), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}


def _dump(settings: Settings, target: Path) -> None:
    connect, environment = connection_arguments(settings)
    image = images.ensure("store")
    command = ["pg_dump", *connect, "--format=custom", "--no-password", f"--file={target}"]
    store.run(settings, image, command, writable=[target.parent], environment=environment)


def _verify_dump(settings: Settings, dump: Path) -> None:
    """Let pg_restore read the whole dump: it decompresses every table's data."""
    image = images.ensure("store")
    text = store.run(
        settings,
        image,
        ["pg_restore", "--file=/dev/null", "--verbose", str(dump)],
        readable=[dump.parent],
        environment={},
    )
    listing = store.run(settings, image, ["pg_restore", "--list", str(dump)], readable=[dump.parent], environment={})
    if "TABLE DATA" not in listing:
        raise BackupFailed(f"The dump holds no tables. {text[:200]}")


def _database_version(settings: Settings) -> str:
    with psycopg.connect(settings.dsn("admin"), connect_timeout=5) as connection:
        row = connection.execute("select version_num from alembic_version").fetchone()
    if row is None:
        raise BackupFailed("The database has no version; run ./qvoice up first.")
    return str(row[0])
