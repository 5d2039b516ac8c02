"""Answers to a flow's questions about menus: the greeting recorded by phone."""

from __future__ import annotations

import asyncio

from qvoice.core.flow.requests import SaveMenuGreeting
from qvoice.features.callflows.context import Answer, AnswerContext
from qvoice.features.documents import store
from qvoice.features.media import from_recording
from qvoice.features.media.wav import repaired


async def save_menu_greeting(context: AnswerContext, request: SaveMenuGreeting) -> None:
    """Make a recording the greeting of a menu; the recording is removed after the commit."""
    journal = context.media.journal
    wav = repaired(await asyncio.to_thread(journal.read, request.ref))
    async with context.db.tx(context.scope) as session:
        menu = await store.load(session, "menus", request.menu_id, lock=True)
        before = menu.doc.get("media", {}).get("greeting")
        media_id = await from_recording.save(
            session,
            media_id=before,
            name=f"Greeting of {menu.doc['name']}",
            source_type="menus",
            source_id=menu.id,
            wav=wav,
        )
        await store.merge(session, "menus", menu.id, {"media": {"greeting": media_id}})
    await asyncio.to_thread(journal.finish, request.ref)


ANSWERS: dict[type, Answer] = {SaveMenuGreeting: save_menu_greeting}
