"""Stored audio as files that Asterisk can play: `<data>/asterisk/sounds-cache/<account>/<name>.wav` (or `.wav16`).

PostgreSQL has the audio; this folder is a cache of this node, safe to delete. A file's name holds its blob's id, so
its content never
changes; it appears under its name only when complete. Once known, a path is given without SQL, also while the database
is away.
"""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from typing import Any

from qvoice.db.engine import Database, Scope
from qvoice.features.media import audio, blobs
from qvoice.features.media.journal import BLOB_PREFIX, Journal
from qvoice.features.media.prompts import asterisk_prompt
from qvoice.features.media.wav import read_wav
from qvoice.kit.errors import Invalid, NotFound
from qvoice.kit.ids import is_id, new_id

SYSTEM_MEDIA = "system_media/"
_IN_USE = 3600.0
"""Seconds since its last use that a file is not evicted: it may be playing."""


class MediaFiles:
    """The cache folder of this node. One per process; safe for any number of concurrent calls."""

    def __init__(self, db: Database, data: Path, *, limit: int = 2 * 1024**3) -> None:
        """`data` is the data folder; `limit` the bytes the cache may hold."""
        self._db = db
        self._folder = data / "asterisk" / "sounds-cache"
        self.journal = Journal(data / "asterisk" / "recordings")
        self._limit = limit
        self._known: dict[tuple[str, str], str] = {}
        self._loading: dict[tuple[str, str], asyncio.Task[str]] = {}
        self._written = 0

    async def path(self, account_id: str, media_id: str) -> str:
        """Return what to play for a media id, without extension: a host path, or a prompt's name for
        `system_media/<prompt>`.

        Raises NotFound when the account has no such media or it has no audio; DatabaseAway when it is not cached and
        cannot be read.
        """
        if media_id.startswith(SYSTEM_MEDIA):
            return asterisk_prompt(media_id.removeprefix(SYSTEM_MEDIA))
        if media_id.startswith(BLOB_PREFIX):
            return await self.recording(account_id, media_id)
        _check(account_id, media_id)
        return await self._once(account_id, media_id)

    async def recording(self, account_id: str, ref: str) -> str:
        """Return the host path, without extension, of a recording: one of this node's, or stored audio (`blob-<id>`).

        Raises NotFound; Invalid for a reference that is no file name.
        """
        if ref.startswith(BLOB_PREFIX):
            _check(account_id, ref.removeprefix(BLOB_PREFIX))
            return await self._once(account_id, ref)
        file = self.journal.audio(ref)
        if not await asyncio.to_thread(file.is_file):
            raise NotFound("The recording does not exist on this node.", ref=ref)
        return str(file.with_suffix(""))

    def forget(self, notice: dict[str, Any]) -> None:
        """Take a `qvoice_doc` notice: a changed media document is looked up again. An empty one (reconnected) forgets
        all.
        """
        if not notice:
            self._known.clear()
        elif notice.get("type") == "media":
            self._known.pop((str(notice.get("account")), str(notice.get("id"))), None)

    async def _once(self, account_id: str, name: str) -> str:
        key = (account_id, name)
        known = self._known.get(key)
        if known is not None and await asyncio.to_thread(touch, known):
            return known
        task = self._loading.get(key)
        if task is None:
            task = asyncio.create_task(self._load(account_id, name))
            self._loading[key] = task
            task.add_done_callback(lambda _: self._loading.pop(key, None))
        stem = await asyncio.shield(task)
        self._known[key] = stem
        return stem

    async def _load(self, account_id: str, name: str) -> str:
        async with self._db.tx(Scope(account_id, "")) as session:
            if name.startswith(BLOB_PREFIX):
                blob_id = name.removeprefix(BLOB_PREFIX)
            else:
                found = await audio.find(session, name)
                if found is None:
                    raise NotFound("This media has no audio.", id=name)
                blob_id = found.playable_id
            stem = str(self._folder / account_id / f"{name}-{blob_id}")
            if await asyncio.to_thread(touch, stem):
                return stem
            data = await blobs.read(session, blob_id)
        await asyncio.to_thread(write, stem, data)
        self._written += len(data)
        if self._written > self._limit // 10:
            self._written = 0
            await asyncio.to_thread(evict, self._folder, self._limit, now=time.time())
        return stem


def _check(account_id: str, id: str) -> None:
    if not is_id(account_id) or not is_id(id):
        raise Invalid.field("media", "pattern", "A media id is 32 hex characters.")


def _file(stem: str) -> Path | None:
    return next((path for end in (".wav", ".wav16") if (path := Path(stem + end)).is_file()), None)


def touch(stem: str) -> bool:
    """Mark a cached file as used now; False when it is not there."""
    file = _file(stem)
    if file is None:
        return False
    try:
        os.utime(file)
    except FileNotFoundError:
        return False
    return True


def write(stem: str, data: bytes) -> None:
    """Write the file under a temporary name, then give it its own. Asterisk reads 8 kHz as `.wav` and 16 kHz as
    `.wav16`.
    """
    target = Path(stem + (".wav16" if read_wav(data).rate == 16_000 else ".wav"))
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.parent / f".{new_id()}"
    try:
        fresh.write_bytes(data)
        fresh.chmod(0o644)
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)


def evict(folder: Path, limit: int, *, now: float) -> int:
    """Delete the files used longest ago until the cache holds at most `limit` bytes; return how many. Files in use
    stay.
    """
    files = []
    for path in folder.glob("*/*"):
        try:
            stat = path.stat()
        except FileNotFoundError:
            continue
        files.append((stat.st_mtime, stat.st_size, path))
    total = sum(size for _, size, _ in files)
    gone = 0
    for used, size, path in sorted(files):
        if total <= limit or now - used < _IN_USE:
            break
        path.unlink(missing_ok=True)
        total -= size
        gone += 1
    return gone
