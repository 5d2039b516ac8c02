"""A recording becomes a message: read, commit, and only then remove the file. Safe to repeat, whoever died in between.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime

import jinja2
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.db.engine import Database, DatabaseAway, Scope
from qvoice.features.media import blobs
from qvoice.features.media.journal import Intent, Journal
from qvoice.features.media.wav import read_wav, repaired
from qvoice.features.vmboxes import messages
from qvoice.features.vmboxes.mail_message import mail_message
from qvoice.kit import log
from qvoice.kit.errors import NotFound, QvoiceError
from qvoice.kit.ids import new_id
from qvoice.kit.text import clean_line


@dataclass(frozen=True, slots=True)
class Caller:
    """Who left a message and what they dialled; untrusted text, cleaned before it is stored."""

    number: str
    name: str
    dialled: str
    call_id: str = ""


async def store_message(
    db: Database,
    scope: Scope,
    journal: Journal,
    *,
    box_id: str,
    ref: str,
    caller: Caller,
    now: datetime,
    even_full: bool = False,
) -> bool:
    """Keep the recording `ref` of this node as a new message; return False (and forget it) when the box is full.

    Idempotent by (box, ref). `even_full` is for recovery, where nobody can be told. The file and its note go only
    after the commit.
    Raises NotFound when there is neither such a recording nor a message made of it (or no such box), Invalid when it
    holds no audio,
    DatabaseAway when the database is not reachable: the recording then stays and is stored later by recovery.
    """
    intent = await asyncio.to_thread(journal.intent, ref)
    try:
        audio = repaired(await asyncio.to_thread(journal.read, ref))
    except NotFound:
        async with db.tx(scope) as session:
            if await _stored(session, box_id, ref):
                await asyncio.to_thread(journal.finish, ref)
                return True
        raise
    received = datetime.fromtimestamp(intent.started, UTC) if intent else now
    try:
        async with db.tx(scope) as session:
            kept = await insert(
                session, box_id=box_id, ref=ref, audio=audio, caller=caller, received=received, even_full=even_full
            )
    except DatabaseAway:
        with contextlib.suppress(OSError):  # disk full too: then it is found without the mark, as of a crashed call
            await asyncio.to_thread(journal.mark_due, ref)
        raise
    await asyncio.to_thread(_finish, journal, ref, intent)
    return kept


def _finish(journal: Journal, ref: str, intent: Intent | None) -> None:
    """Forget the stored recording and the takes it replaced (the caller recorded again)."""
    if intent is not None:
        for other, about in journal.leftovers():
            if about and about.replaced_by(intent):
                journal.finish(other)
    journal.finish(ref)


async def _stored(session: AsyncSession, box_id: str, ref: str) -> bool:
    found = await session.execute(
        text("select 1 from voicemail_messages where box_id = :box and ref = :ref"), {"box": box_id, "ref": ref}
    )
    return found.one_or_none() is not None


async def insert(
    session: AsyncSession,
    *,
    box_id: str,
    ref: str,
    audio: bytes,
    caller: Caller,
    received: datetime,
    even_full: bool = False,
) -> bool:
    """Add a message in this transaction; False when the box is full. A message of the same (box, ref) counts as done.

    `audio` is a WAV file. Raises NotFound when the box does not exist in this account.
    """
    if await _stored(session, box_id, ref):
        return True
    blob_id = await blobs.store(session, audio, "audio/wav")
    box = (
        # The lock makes counting and adding one step; it does not stop readers or references.
        await session.execute(
            text("select doc from vmboxes where id = :box and deleted is null for no key update"), {"box": box_id}
        )
    ).one_or_none()
    if box is None:
        await blobs.drop(session, blob_id)
        raise NotFound("There is no such voicemail box.", id=box_id)
    most = messages.limit(box.doc)
    new, saved = await messages.counts(session, box_id)
    if not even_full and most is not None and new + saved >= most:
        await blobs.drop(session, blob_id)
        return False
    made = await session.execute(
        text(
            "insert into voicemail_messages"
            " (id, account_id, box_id, folder, ref, call_id, caller_number, caller_name, dialled,"
            " received, seconds, blob_id) values (:id, :account, :box, 'new', :ref, :call, :number, :name, :dialled,"
            " :received, :seconds, :blob) on conflict (account_id, box_id, ref) do nothing returning id"
        ),
        {
            "id": new_id(),
            "account": session.info["scope"].account_id,
            "box": box_id,
            "ref": ref,
            "call": clean_line(caller.call_id),
            "number": clean_line(caller.number, 64),
            "name": clean_line(caller.name, 128),
            "dialled": clean_line(caller.dialled, 64),
            "received": received,
            "seconds": read_wav(audio).seconds,
            "blob": blob_id,
        },
    )
    row = made.one_or_none()
    if row is None:
        await blobs.drop(session, blob_id)
        return True
    await messages.announce(session, box_id)
    try:
        async with session.begin_nested():
            await mail_message(session, box.doc, box_id, row.id.hex)
    except (QvoiceError, SQLAlchemyError, jinja2.TemplateError):
        # A mail that cannot even be written must not cost the message it tells of.
        log.get().exception("voicemail.not_mailed", box=box_id)
    return True
