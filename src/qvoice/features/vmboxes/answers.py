"""Answers to a flow's questions about voicemail. All act in the call's account; ids of other accounts are not found."""

from __future__ import annotations

import asyncio

from qvoice.core.flow.requests import (
    CheckPin,
    ForwardMessage,
    ListMessages,
    Mailbox,
    MailboxMessage,
    OpenMailbox,
    SaveGreeting,
    SetFolder,
    SetPin,
    StoreMessage,
    UpdateMailbox,
)
from qvoice.features.callflows.context import Answer, AnswerContext
from qvoice.features.documents import store
from qvoice.features.media.journal import BLOB_PREFIX
from qvoice.features.media.wav import repaired
from qvoice.features.vmboxes import greetings, messages, pin
from qvoice.features.vmboxes.forward import forward
from qvoice.features.vmboxes.pin_rules import acceptable, origin
from qvoice.features.vmboxes.store_message import Caller
from qvoice.features.vmboxes.store_message import store_message as keep
from qvoice.kit.clock import utcnow


async def open_mailbox(context: AnswerContext, request: OpenMailbox) -> Mailbox | None:
    """Read a box by id or number, with its counts and greetings."""
    async with context.db.tx(context.scope) as session:
        if request.box_id:
            box = await store.get(session, "vmboxes", request.box_id)
        else:
            found = await store.find(session, "vmboxes", mailbox=request.mailbox or "", limit=1)
            box = found[0] if found else None
        if box is None:
            return None
        new, saved = await messages.counts(session, box.id)
        refs = await greetings.refs(session, box.doc)
        return Mailbox(
            box_id=box.id,
            mailbox=box.doc["mailbox"],
            document=box.whole,
            has_pin=await pin.is_set(session, box.id),
            new=new,
            saved=saved,
            owner_id=box.columns["owner_id"],
            unavailable_ref=refs["unavailable"],
            temporary_ref=refs["temporary"],
            name_ref=refs["name"],
        )


async def check_pin(context: AnswerContext, request: CheckPin) -> str:
    """Compare a PIN, counting wrong ones by where they come from."""
    async with context.db.tx(context.scope) as session:
        box = await store.get(session, "vmboxes", request.box_id)
    if box is None:
        return "wrong"
    where = origin(
        caller_device=context.call.device_id, caller_owner=context.call.owner_id, box_owner=box.columns["owner_id"]
    )
    return await pin.check(context.db, context.scope, box_id=box.id, pin=request.pin, origin=where, now=utcnow())


async def set_pin(context: AnswerContext, request: SetPin) -> bool:
    """Set a PIN when it is not too simple."""
    async with context.db.tx(context.scope) as session:
        box = await store.load(session, "vmboxes", request.box_id)
        if not acceptable(request.pin, mailbox=box.doc["mailbox"]):
            return False
        await pin.store(session, box.id, request.pin)
        return True


async def list_messages(context: AnswerContext, request: ListMessages) -> tuple[MailboxMessage, ...]:
    """List a folder in playing order: newest first unless the box wants the oldest first."""
    async with context.db.tx(context.scope) as session:
        box = await store.load(session, "vmboxes", request.box_id)
        found = await messages.listing(
            session, box.id, folders=[request.folder], oldest_first=box.doc.get("oldest_message_first") is True
        )
    return tuple(
        MailboxMessage(m.id, BLOB_PREFIX + m.blob_id, m.received.timestamp(), m.seconds, m.caller_number, m.caller_name)
        for m in found
    )


async def store_message(context: AnswerContext, request: StoreMessage) -> bool:
    """Keep a recording as a message; False when the box is full."""
    caller = Caller(request.caller_number, request.caller_name, request.dialled, context.call.call_id)
    return await keep(
        context.db,
        context.scope,
        context.media.journal,
        box_id=request.box_id,
        ref=request.ref,
        caller=caller,
        now=utcnow(),
    )


async def set_folder(context: AnswerContext, request: SetFolder) -> None:
    """Move a message."""
    async with context.db.tx(context.scope) as session:
        await messages.move(session, request.box_id, [request.message_id], request.folder)


async def forward_message(context: AnswerContext, request: ForwardMessage) -> tuple[str, ...]:
    """Copy a message to other boxes; the numbers that could not take it are returned."""
    journal, ref = context.media.journal, request.introduction_ref
    introduction = repaired(await asyncio.to_thread(journal.read, ref)) if ref else None
    async with context.db.tx(context.scope) as session:
        missing = await forward(
            session,
            request.box_id,
            request.message_id,
            to_mailboxes=request.to_mailboxes,
            now=utcnow(),
            introduction=introduction,
            ref=ref,
        )
    if ref:
        await asyncio.to_thread(journal.finish, ref)
    return missing


async def save_greeting(context: AnswerContext, request: SaveGreeting) -> None:
    """Set or remove a greeting; the recording is removed after the commit."""
    journal = context.media.journal
    wav = repaired(await asyncio.to_thread(journal.read, request.ref)) if request.ref else None
    async with context.db.tx(context.scope) as session:
        if wav is None:
            await greetings.remove(session, request.box_id, request.kind)
        else:
            await greetings.save(session, request.box_id, request.kind, wav)
    if request.ref:
        await asyncio.to_thread(journal.finish, request.ref)


async def update_mailbox(context: AnswerContext, request: UpdateMailbox) -> None:
    """Merge keys into the box's document."""
    async with context.db.tx(context.scope) as session:
        await store.merge(session, "vmboxes", request.box_id, dict(request.changes))


ANSWERS: dict[type, Answer] = {
    OpenMailbox: open_mailbox,
    CheckPin: check_pin,
    SetPin: set_pin,
    ListMessages: list_messages,
    StoreMessage: store_message,
    SetFolder: set_folder,
    ForwardMessage: forward_message,
    SaveGreeting: save_greeting,
    UpdateMailbox: update_mailbox,
}
