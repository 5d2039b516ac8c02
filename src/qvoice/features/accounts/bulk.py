"""Everything an account has, in one archive (A11): a task makes it, table by table.

`<table>.ndjson` has a JSON row a line, `blobs/` the recordings, voicemail and media. What logs somebody in is left out.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable

import msgspec
from sqlalchemy import text

from qvoice.db import Database, Scope
from qvoice.features.media import blobs
from qvoice.features.tasks.action import FileAction
from qvoice.kit.clock import utcnow
from qvoice.kit.settings import Settings

SECRET = frozenset(
    {"account_secrets", "user_secrets", "second_factors", "recovery_codes", "api_keys", "login_links", "app_links",
     "sessions", "vmbox_pins", "vmbox_pin_failures", "tasks", "task_rows", "task_parts", "call_journal", "blobs"}
)  # fmt: skip
"""Tables that are no data of the account's: secrets, work in progress. Blobs go as files."""
EXTENSIONS = {"audio/x-wav": "wav", "audio/wav": "wav", "audio/mpeg": "mp3", "audio/ogg": "ogg"}
_TABLES = text(
    "select c.relname as name, exists (select from pg_attribute d where d.attrelid = c.oid and d.attname = 'deleted')"
    " as soft from pg_class c join pg_namespace n on n.oid = c.relnamespace"
    " join pg_attribute a on a.attrelid = c.oid and a.attname = 'account_id' and not a.attisdropped"
    " where c.relkind in ('r', 'p') and not c.relispartition and n.nspname = 'public'"
    " and has_table_privilege(c.oid, 'select') order by 1"
)


class _Pipe(io.RawIOBase):
    """Where the archive is written to: what has come is taken away and handed on."""

    def __init__(self) -> None:
        self.waiting = bytearray()

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, data) -> int:  # type: ignore[no-untyped-def, override]
        """Take bytes."""
        self.waiting += data
        return len(data)

    def taken(self) -> bytes:
        """Return what has come since the last time."""
        data = bytes(self.waiting)
        self.waiting.clear()
        return data


async def archive(
    db: Database, settings: Settings, scope: Scope, tell: Callable[[int, int], Awaitable[None]]
) -> AsyncIterator[bytes]:
    """Yield the archive's bytes. It is read as of one moment for each table, not for all of them."""
    pipe = _Pipe()
    async with db.tx(scope) as s:
        tables = [(row.name, row.soft) for row in await s.execute(_TABLES) if row.name not in SECRET]
        sounds = [(row.id.hex, row.content_type) for row in await s.execute(text("select id, content_type from blobs"))]
    total, done, counts = len(tables) + len(sounds), 0, {}
    await tell(0, total)
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as made:  # type: ignore[arg-type]
        for name, soft in tables:
            counts[name] = 0
            with made.open(f"{name}.ndjson", "w", force_zip64=True) as entry:
                async with db.tx(scope) as s:
                    condition = " and deleted is null" if soft else ""
                    rows = await s.stream(
                        text(f"select to_jsonb(t) as row from {name} t where account_id = :account{condition}"),
                        {"account": scope.account_id},
                    )
                    async for part in rows.partitions(500):
                        entry.write(b"".join(msgspec.json.encode(row.row) + b"\n" for row in part))
                        counts[name] += len(part)
                        yield pipe.taken()
            done += 1
            await tell(done, total)
        for id, kind in sounds:
            async with db.tx(scope) as s:
                size = (await blobs.facts(s, id)).size
                with made.open(f"blobs/{id}.{EXTENSIONS.get(kind, 'bin')}", "w", force_zip64=True) as entry:
                    for start in range(0, size, blobs.CHUNK):
                        entry.write(await blobs.read(s, id, start, blobs.CHUNK))
                        yield pipe.taken()
            done += 1
            if done % 50 == 0:
                await tell(done, total)
        facts = {"account_id": scope.account_id, "made": utcnow().isoformat(), "rows": counts, "blobs": len(sounds)}
        made.writestr("README.json", msgspec.json.format(msgspec.json.encode(facts), indent=2))
    await tell(total, total)
    yield pipe.taken()


ACTIONS = [
    FileAction(
        category="accounts",
        action="export",
        file_name="account.zip",
        file_type="application/zip",
        make=archive,
        permission=("account_export", "create"),
    )
]
