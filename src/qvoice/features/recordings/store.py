"""A finished recording leaves the node's disk: converted, committed, and only then removed. Safe to repeat.

`Intent.details` of a `call` recording: `tape` (core.recording.rules.Tape), `call_id`, `interaction_id`, `direction`,
`from`, `from_name`, `to`, `to_name`, `owner_ids` (users whose calls these are).
"""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text

from qvoice.core.recording.rules import Tape
from qvoice.db.engine import Database, Scope
from qvoice.features.media import blobs
from qvoice.features.media.convert import Converter
from qvoice.features.media.journal import Intent, Journal
from qvoice.features.media.wav import read_wav, repaired
from qvoice.kit import log
from qvoice.kit.clock import to_gregorian
from qvoice.kit.errors import Invalid, NotFound, Unavailable
from qvoice.kit.ids import is_id, new_id
from qvoice.kit.text import clean_line

SHORTEST = 0.5
"""Seconds; less is no recording."""
TYPES = {"mp3": "audio/mpeg", "wav": "audio/wav"}


async def keep_all(db: Database, journal: Journal, converter: Converter) -> list[str]:
    """Keep every recording that is due; returns their names. Raises DatabaseAway: what is left waits on the disk."""
    kept = []
    for ref, intent in await asyncio.to_thread(lambda: list(journal.leftovers())):
        if intent is None or intent.purpose != "call" or not intent.due:
            continue
        try:
            if await keep(db, journal, converter, ref, intent):
                kept.append(ref)
        except OSError as problem:
            log.get().error("recordings.not_kept", ref=ref, problem=str(problem))
    return kept


async def keep(db: Database, journal: Journal, converter: Converter, ref: str, intent: Intent) -> bool:
    """Keep one; False when there is nothing to keep (too short, no audio, no such account): then it is forgotten."""
    tape = Tape.from_json(intent.details.get("tape") or {})
    audio = await asyncio.to_thread(_audio, journal, ref)
    scope = await _scope(db, intent.account_id)
    seconds = read_wav(audio).seconds if audio else 0.0
    if audio is None or scope is None or seconds < max(tape.min_seconds, SHORTEST):
        log.get().info("recordings.nothing_to_keep", ref=ref, account=intent.account_id, seconds=round(seconds, 1))
        await asyncio.to_thread(journal.finish, ref)
        return False
    data, kind = await _encoded(converter, audio, tape, ref)
    document = row(intent, tape, seconds=seconds, kind=kind)
    async with db.tx(scope) as session:
        found = await session.execute(text("select 1 from recordings where ref = :ref"), {"ref": ref})
        if found.one_or_none() is None:
            blob_id = await blobs.store(session, data, TYPES[kind])
            await session.execute(
                text(
                    "insert into recordings (id, account_id, ref, call_id, interaction_id, owner_ids, started,"
                    " seconds, blob_id, doc, upload_next) values (:id, :account, :ref, :call, :interaction,"
                    " cast(:owners as uuid[]), :started, :seconds, :blob, cast(:doc as jsonb),"
                    " case when :uploads then now() end)"
                ),
                {
                    "id": new_id(),
                    "account": scope.account_id,
                    "ref": ref,
                    "call": str(intent.details.get("call_id") or intent.call_id),
                    "interaction": str(intent.details.get("interaction_id") or ""),
                    "owners": [id for id in intent.details.get("owner_ids") or [] if is_id(id)],
                    "started": datetime.fromtimestamp(intent.started, UTC),
                    "seconds": seconds,
                    "blob": blob_id,
                    "doc": json.dumps(document),
                    "uploads": bool(tape.url),
                },
            )
    await asyncio.to_thread(journal.finish, ref)
    return True


def row(intent: Intent, tape: Tape, *, seconds: float, kind: str) -> dict[str, Any]:
    """Return the recording's document, in the dialect's words (kazoo.md 2.4 recordings)."""
    details = intent.details
    started = datetime.fromtimestamp(intent.started, UTC)
    call_id = str(details.get("call_id") or intent.call_id)
    document = {
        "call_id": call_id,
        "cdr_id": f"{started:%Y%m}-{call_id}",
        "interaction_id": str(details.get("interaction_id") or ""),
        "direction": str(details.get("direction") or "inbound"),
        "from": clean_line(str(details.get("from") or intent.caller_number), 64),
        "to": clean_line(str(details.get("to") or intent.dialled), 64),
        "caller_id_number": clean_line(str(details.get("from") or intent.caller_number), 64),
        "caller_id_name": clean_line(str(details.get("from_name") or intent.caller_name), 128),
        "callee_id_number": clean_line(str(details.get("to") or ""), 64),
        "callee_id_name": clean_line(str(details.get("to_name") or ""), 128),
        "start": to_gregorian(started),
        "duration": round(seconds),
        "duration_ms": round(seconds * 1000),
        "media_type": kind,
        "content_type": TYPES[kind],
        "name": clean_line(tape.name, 128) or f"{started:%Y-%m-%d %H%M%S}",
        "origin": tape.origin,
        "media_source": "recorded",
        "source_type": "call_recording",
    }
    if tape.label:
        document["label"] = clean_line(tape.label, 128)
    if tape.url:
        document["url"], document["method"] = tape.url, tape.method
    return document


async def _encoded(converter: Converter, audio: bytes, tape: Tape, ref: str) -> tuple[bytes, str]:
    """Return the audio in the format wanted; as WAV when it cannot be converted: sound is kept, whatever fails."""
    if tape.format == "wav":
        return audio, "wav"
    try:
        return await converter.mp3(audio), "mp3"
    except (Invalid, Unavailable, OSError) as problem:
        log.get().warning("recordings.not_converted", ref=ref, problem=str(problem)[:300])
        return audio, "wav"


def _audio(journal: Journal, ref: str) -> bytes | None:
    try:
        return repaired(journal.read_any(ref))
    except (NotFound, Invalid):
        return None


async def _scope(db: Database, account_id: str) -> Scope | None:
    if not is_id(account_id):
        return None
    found = await db.fetch("select id, path from account_scope(cast(:id as uuid))", {"id": account_id})
    return Scope(found[0].id.hex, found[0].path) if found else None
