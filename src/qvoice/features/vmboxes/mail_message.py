"""Voicemail to e-mail: a new message is mailed to the box's owner and to the box's other recipients.

The mails are written with the message, so there is never one without the other. A box may give the message up once it
was mailed (`delete_after_notify`, `save_after_notify`): that happens when the mail server has taken every mail with the
audio in it, and not before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.core.hours.rule import zone
from qvoice.db.engine import Database, Scope
from qvoice.db.queue import defer
from qvoice.features.documents import store
from qvoice.features.mail.queue_mail import queue_mail
from qvoice.features.vmboxes import messages
from qvoice.kit.errors import NotFound
from qvoice.kit.settings import Settings
from qvoice.kit.text import clean_line

AFTER = "vmboxes.after_mail"


class NotYet(Exception):
    """A mail of the message is still on its way."""


@dataclass(frozen=True, slots=True)
class _Reader:
    """Who gets the mails, in which language and zone."""

    addresses: tuple[str, ...]
    language: str
    zone: ZoneInfo


async def mail_message(session: AsyncSession, box: dict[str, Any], box_id: str, message_id: str) -> None:
    """Write the mails about a message of this transaction; nothing when nobody wants any."""
    reader = await _reader(session, box)
    if not reader.addresses:
        return
    message = await messages.get(session, box_id, message_id)
    audio = box.get("include_message_on_notify") is not False
    extension = "wav" if box.get("media_extension") == "wav" else "mp3"
    received = message.received.astimezone(reader.zone)
    minutes, seconds = divmod(round(message.seconds), 60)
    number, name = clean_line(message.caller_number, 64), clean_line(message.caller_name, 128)
    await queue_mail(
        session,
        kind="voicemail",
        to=reader.addresses,
        language=reader.language,
        facts={
            "caller": f"{name} ({number})" if name and name != number else number or "?",
            "mailbox": box["mailbox"],
            "box": clean_line(str(box.get("name") or ""), 128),
            "when": f"{received:%Y-%m-%d %H:%M} ({reader.zone.key})",
            "length": f"{minutes}:{seconds:02}",
            "attached": audio,
        },
        attachments=[(message.blob_id, file_name(received, number, extension))] if audio else [],
    )
    if audio and _afterwards(box):
        scope = session.info["scope"]
        await defer(
            session, AFTER, account_id=scope.account_id, path=scope.path, box_id=box_id, message_id=message_id
        )


def file_name(received: datetime, number: str, extension: str) -> str:
    """Return the attachment's name: when, and from whom."""
    digits = "".join(c for c in number if c.isalnum())[:20] or "unknown"
    return f"voicemail-{received:%Y%m%d-%H%M%S}-{digits}.{extension}"


def _afterwards(box: dict[str, Any]) -> str:
    if box.get("delete_after_notify") is True:
        return "deleted"
    return "saved" if box.get("save_after_notify") is True else ""


async def _reader(session: AsyncSession, box: dict[str, Any]) -> _Reader:
    addresses = [a for a in box.get("notify_email_addresses") or () if isinstance(a, str) and a.strip()]
    owner: dict[str, Any] = {}
    if isinstance(box.get("owner_id"), str):
        found = await store.get(session, "users", box["owner_id"])
        owner = found.doc if found else {}
    if owner.get("vm_to_email_enabled") is not False and isinstance(owner.get("email"), str) and owner["email"]:
        addresses.insert(0, owner["email"])
    row = (
        await session.execute(
            text("select timezone, language from accounts where id = :id"), {"id": session.info["scope"].account_id}
        )
    ).one()
    zones = (zone(name) for name in (box.get("timezone"), owner.get("timezone"), row.timezone) if isinstance(name, str))
    where = next((found for found in zones if found is not None), ZoneInfo("UTC"))
    language = owner.get("language") or row.language or "en"
    return _Reader(tuple(dict.fromkeys(a.strip() for a in addresses)), str(language), where)


async def after_mail(
    db: Database, settings: Settings, *, account_id: str, path: str, box_id: str, message_id: str
) -> None:
    """Move a message that was mailed where the box wants it. Raises NotYet while a mail is on its way.

    A mail that failed for good leaves the message where it is: somebody has not got it.
    """
    async with db.tx(Scope(account_id, path)) as session:
        try:
            message = await messages.get(session, box_id, message_id)
        except NotFound:
            return
        box = await store.get(session, "vmboxes", box_id)
        folder = _afterwards(box.doc) if box else ""
        if not folder or message.folder != "new":
            return
        states = await session.execute(
            text("select distinct state from mails where attachments @> jsonb_build_array(jsonb_build_object("
                 "'blob', cast(:blob as text)))"),
            {"blob": message.blob_id},
        )  # fmt: skip
        found = {row.state for row in states}
        if "queued" in found:
            raise NotYet(f"message {message_id}")
        if found == {"sent"}:
            await messages.move(session, box_id, [message_id], folder)
