"""A box's messages: rows, folders, counts, and the notice that every change sends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.db.notices import notify_document, notify_event
from qvoice.features.vmboxes.schemas import MAX_MESSAGES
from qvoice.kit.clock import to_gregorian
from qvoice.kit.errors import Invalid, NotFound
from qvoice.kit.ids import is_id

FOLDERS = ("new", "saved", "deleted")


@dataclass(frozen=True, slots=True)
class Message:
    """A voicemail message. `seconds` of audio; `received` when it was left."""

    id: str
    box_id: str
    folder: str
    caller_number: str
    caller_name: str
    dialled: str
    call_id: str
    received: datetime
    seconds: float
    blob_id: str
    transcription: str | None


_COLUMNS = """m.id, m.box_id, m.folder, m.caller_number, m.caller_name, m.dialled, m.call_id, m.received,
    m.seconds, m.blob_id, m.transcription"""


def _message(row: Any) -> Message:
    return Message(
        row.id.hex,
        row.box_id.hex,
        row.folder,
        row.caller_number,
        row.caller_name,
        row.dialled,
        row.call_id,
        row.received,
        row.seconds,
        row.blob_id.hex,
        row.transcription,
    )


async def listing(
    session: AsyncSession,
    box_id: str,
    *,
    folders: Sequence[str] = ("new", "saved"),
    oldest_first: bool = False,
    received_from: datetime | None = None,
    received_to: datetime | None = None,
) -> list[Message]:
    """Return a box's messages of some folders, in order of arrival."""
    order = "asc" if oldest_first else "desc"
    rows = await session.execute(
        text(
            f"select {_COLUMNS} from voicemail_messages m where m.box_id = :box and m.folder = any(:folders)"
            " and m.received >= coalesce(cast(:since as timestamptz), '-infinity')"
            " and m.received <= coalesce(cast(:until as timestamptz), 'infinity')"
            f" order by m.received {order}, m.id {order}"
        ),
        {"box": box_id, "folders": list(folders), "since": received_from, "until": received_to},
    )
    return [_message(row) for row in rows]


async def get(session: AsyncSession, box_id: str, message_id: str) -> Message:
    """Return one message (deleted ones too, until they are purged); raises NotFound."""
    row = None
    if is_id(message_id):
        row = (
            await session.execute(
                text(f"select {_COLUMNS} from voicemail_messages m where m.box_id = :box and m.id = :id"),
                {"box": box_id, "id": message_id},
            )
        ).one_or_none()
    if row is None:
        raise NotFound("There is no such message in this voicemail box.", id=message_id)
    return _message(row)


async def move(session: AsyncSession, box_id: str, message_ids: Sequence[str], folder: str) -> list[str]:
    """Move messages to a folder; return the ids that exist in this box. Sends one notice. Raises Invalid for another
    folder.
    """
    if folder not in FOLDERS:
        raise Invalid.field("folder", "enum", "folder must be new, saved or deleted", target=list(FOLDERS))
    ids = [id for id in message_ids if isinstance(id, str) and is_id(id)]
    rows = await session.execute(
        text(
            "update voicemail_messages set folder = :folder,"
            " moved = case when folder = :folder then moved else now() end"
            " where box_id = :box and id = any(cast(:ids as uuid[])) returning id"
        ),
        {"folder": folder, "box": box_id, "ids": ids},
    )
    done = {row.id.hex for row in rows}
    if done:
        await announce(session, box_id)
    return [id for id in message_ids if id in done]


async def counts(session: AsyncSession, box_id: str) -> tuple[int, int]:
    """Return how many new and saved messages a box has."""
    row = (
        await session.execute(
            text(
                "select count(*) filter (where folder = 'new') as new,"
                " count(*) filter (where folder = 'saved') as saved"
                " from voicemail_messages where box_id = :box"
            ),
            {"box": box_id},
        )
    ).one()
    return row.new, row.saved


async def counts_by_box(session: AsyncSession) -> dict[str, int]:
    """Return how many new and saved messages each box of the account has; boxes without any are left out."""
    rows = await session.execute(
        text("select box_id, count(*) as n from voicemail_messages where folder in ('new', 'saved') group by box_id")
    )
    return {row.box_id.hex: row.n for row in rows}


def limit(document: dict[str, Any]) -> int | None:
    """Return how many messages a box may hold, None without limit (`max_message_count` 0)."""
    wanted = document.get("max_message_count")
    return MAX_MESSAGES if not isinstance(wanted, int) or wanted < 0 else wanted or None


async def announce(session: AsyncSession, box_id: str) -> None:
    """Tell the edge (message waiting), caches and portals, at commit, that a box's messages changed."""
    row = (
        await session.execute(text("select mailbox, owner_id, revision from vmboxes where id = :box"), {"box": box_id})
    ).one_or_none()
    if row is None:
        return
    new, saved = await counts(session, box_id)
    account = session.info["scope"].account_id
    await notify_document(
        session, account_id=account, type="vmboxes", id=box_id, action="messages", revision=row.revision
    )
    data = {"vmbox_id": box_id, "mailbox": row.mailbox, "owner_id": row.owner_id.hex if row.owner_id else None}
    await notify_event(session, account_id=account, name="voicemail", data=data | {"new": new, "saved": saved})


def row(message: Message, *, realm: str) -> dict[str, Any]:
    """Return the message as the dialect shows it: `timestamp` in Gregorian seconds, `length` in milliseconds."""
    return {
        "media_id": message.id,
        "vmbox_id": message.box_id,
        "folder": message.folder,
        "timestamp": to_gregorian(message.received),
        "length": round(message.seconds * 1000),
        "caller_id_number": message.caller_number,
        "caller_id_name": message.caller_name,
        "from": f"{message.caller_number}@{realm}",
        "to": f"{message.dialled}@{realm}",
        "call_id": message.call_id,
        "transcribed": message.transcription is not None,
    } | ({"transcription": {"text": message.transcription}} if message.transcription else {})
