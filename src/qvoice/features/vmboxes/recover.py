"""After a crash: recordings that a caller finished but nobody stored become messages.

callcontrol runs this at its start and then every minute, with the calls that are alive on its node. Messages whose
caller was
cut off by the crash are kept too, as those whose caller hung up while speaking are.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from qvoice.db.engine import Database, DatabaseAway, Scope
from qvoice.features.media.journal import Intent, Journal
from qvoice.features.media.wav import read_wav
from qvoice.features.vmboxes.store_message import Caller, store_message
from qvoice.kit import log
from qvoice.kit.errors import Invalid, NotFound
from qvoice.kit.ids import is_id

SHORTEST = 0.5
"""Seconds; less is a caller who hung up at the tone."""
_KEEP_UNKNOWN = 7 * 86_400
"""Seconds that audio of unknown purpose is kept for a person to look at."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """What a run did: references stored as messages, dropped, and left for the next run."""

    stored: tuple[str, ...]
    dropped: tuple[str, ...]
    waiting: tuple[str, ...]


async def recover(db: Database, journal: Journal, *, alive: Collection[str], now: datetime) -> Recovered:
    """Store what was left behind by calls that are not in `alive` (call ids). Repeats harmlessly; never raises for one
    bad file.
    """
    stored: list[str] = []
    dropped: list[str] = []
    waiting: list[str] = []
    found = await asyncio.to_thread(lambda: list(journal.leftovers()))
    for ref, intent in found:
        if intent is not None and not (is_id(intent.account_id) and is_id(intent.owner)):
            intent = None  # a note that names no place to store to is worth no more than none
        if intent is not None and intent.call_id in alive and not intent.due:
            continue
        if intent is not None and intent.purpose == "call":
            continue  # the worker keeps these (features/recordings)
        if not await asyncio.to_thread(_wanted, journal, ref, intent, found):
            if intent is not None or await asyncio.to_thread(_old, journal, ref):
                await asyncio.to_thread(journal.finish, ref)
                dropped.append(ref)
            continue
        assert intent is not None
        try:
            kept = await _store(db, journal, ref, intent, now=now)
            (stored if kept else dropped).append(ref)
        except DatabaseAway:
            waiting.append(ref)
        except OSError as problem:
            log.get().error("voicemail.recovery_failed", ref=ref, error=str(problem))
            waiting.append(ref)
    if stored or dropped or waiting:
        log.get().info("voicemail.recovered", stored=stored, dropped=dropped, waiting=waiting)
    return Recovered(tuple(stored), tuple(dropped), tuple(waiting))


def _wanted(journal: Journal, ref: str, intent: Intent | None, found: list[tuple[str, Intent | None]]) -> bool:
    if intent is None or intent.purpose != "message":
        return False
    if any(other and intent.replaced_by(other) and _seconds(journal, name) >= SHORTEST for name, other in found):
        return False
    return _seconds(journal, ref) >= SHORTEST


def _seconds(journal: Journal, ref: str) -> float:
    try:
        return read_wav(journal.read(ref)).seconds
    except (NotFound, Invalid):
        return 0.0


def _old(journal: Journal, ref: str) -> bool:
    log.get().warning("voicemail.audio_without_note", ref=ref)
    try:
        return time.time() - journal.audio(ref).stat().st_mtime > _KEEP_UNKNOWN
    except FileNotFoundError:
        return True


async def _store(db: Database, journal: Journal, ref: str, intent: Intent, *, now: datetime) -> bool:
    account = await db.fetch("select id, path from account_scope(cast(:id as uuid))", {"id": intent.account_id})
    if not account:
        await asyncio.to_thread(journal.finish, ref)
        return False
    scope = Scope(account[0].id.hex, account[0].path)
    caller = Caller(intent.caller_number, intent.caller_name, intent.dialled, intent.call_id)
    try:
        return await store_message(
            db, scope, journal, box_id=intent.owner, ref=ref, caller=caller, now=now, even_full=True
        )
    except NotFound:
        log.get().warning("voicemail.box_is_gone", ref=ref, box=intent.owner, account=intent.account_id)
        await asyncio.to_thread(journal.finish, ref)
        return False
