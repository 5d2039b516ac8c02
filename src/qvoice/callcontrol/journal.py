"""The journal: what the database must know of calls, gathered in memory and written in one transaction every 50 ms.

No call waits for it. While the database is away batches go to a spool file, in order, and are written when it is
back; a batch
may be written twice without harm. Only the latest state of a call or channel within 50 ms is written.
"""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qvoice.callcontrol.legs import CallLeg
from qvoice.core.conference.plan import RoomPlan
from qvoice.core.recording.rules import Tape
from qvoice.db.engine import Database, DatabaseAway
from qvoice.features.cdrs.record import LegRecord, row
from qvoice.features.channels.write import Batch, write
from qvoice.features.media.files import MediaFiles
from qvoice.features.media.journal import Intent
from qvoice.kit import log
from qvoice.kit.clock import GREGORIAN_OFFSET

if TYPE_CHECKING:
    from qvoice.callcontrol.live import LiveCall

PERIOD = 0.05
RETRY = 1.0
SPOOL_LIMIT = 512 * 1024**2
"""Bytes of spool after which batches are dropped (and that is logged): hours of calls without a database."""


class Journal:
    """See the module. `node`: this media node's name; `spool`: the file for bad days; `media`: knows of recordings
    under way.
    """

    def __init__(self, db: Database, *, node: str, spool: Path, media: MediaFiles) -> None:
        self._db, self.node, self._spool, self._media = db, node, spool, media
        self._touched: dict[str, LiveCall] = {}
        self._legs: dict[str, tuple[LiveCall, CallLeg]] = {}
        self._batch = Batch(node)
        self._wake = asyncio.Event()
        self._writing = asyncio.Lock()
        self._spooled = spool.exists() and spool.stat().st_size > 0
        self.written = 0
        self.failing = False

    # --- what calls say (see exchange.CallBook) -----------------------------------------------------------------------

    def touch(self, call: LiveCall) -> None:
        """The call's state changed: keep it."""
        self._touched[call.id] = call
        self._wake.set()

    def leg(self, call: LiveCall, leg: CallLeg, event: str | None) -> None:
        """A leg is new or changed; `event` is the live event to publish."""
        if not leg.account_id or leg.gone:
            return
        self._legs[leg.uuid] = (call, leg)
        if event is not None:
            self._event(event, call, leg)
        self._wake.set()

    def leg_over(self, call: LiveCall, leg: CallLeg) -> None:
        """A leg ended: its detail record goes out, and it is no longer a live channel."""
        if not leg.account_id:
            return
        self._legs.pop(leg.uuid, None)
        self._batch.channels_gone.append(leg.uuid)
        self._batch.cdrs.append(row(record_of(call, leg, self.node)))
        self._event("CHANNEL_DESTROY", call, leg)
        self._wake.set()

    def over(self, call: LiveCall) -> None:
        """The call is over: forget its state."""
        self._touched.pop(call.id, None)
        self._batch.calls_gone.append(call.id)
        self._wake.set()

    def presence(
        self,
        account_id: str,
        presence_id: str,
        source: str,
        state: str,
        *,
        call: LiveCall | None = None,
        number: str = "",
        name: str = "",
    ) -> None:
        """Show `early`, `confirmed` or `terminated` (off) on lamps that watch `presence_id`.

        `source` names the feature (`park`): each has its own say. With `call` the state ends with that call by itself,
        also when it ends because callcontrol or Asterisk died. `number`, `name`: the other party.
        """
        key = {"account_id": account_id, "presence_id": presence_id, "source": source}
        # The last word counts: two rows of one key in a batch would be refused by the database.
        self._batch.presence = [row for row in self._batch.presence if any(row[k] != v for k, v in key.items())]
        self._batch.presence.append(
            {**key, "state": state, "number": number, "name": name, "call_id": call.id if call else None}
        )
        self._wake.set()

    async def recording_starts(
        self, call: LiveCall, name: str, *, purpose: str, owner: str, details: dict[str, Any] | None = None
    ) -> None:
        """Write down what a recording is for, safe on disk before its first sample; raises OSError (then do not
        record).
        """
        facts = call.facts
        intent = Intent(
            call.id,
            call.caller.account_id,
            purpose,
            owner,
            time.time(),
            call.caller.caller_number,
            call.caller.caller_name,
            facts.dialled if facts else "",
            details or {},
        )
        await asyncio.to_thread(self._media.journal.begin, name, intent)

    async def recording_cut(self, name: str) -> None:
        """Note that a recording is complete and to be kept: one that an earlier process began, or of a call."""
        await asyncio.to_thread(self._media.journal.mark_due, name)

    async def recording_unwanted(self, name: str) -> None:
        """Forget a recording that nobody wants, sound and all."""
        await asyncio.to_thread(self._media.journal.finish, name)

    async def room_recording_starts(self, account_id: str, bridge: str, name: str, plan: RoomPlan) -> None:
        """As `recording_starts`, of a conference room: its bridge stands for the call."""
        details = {
            "tape": Tape(name=plan.name, label="conference", origin="api").to_json(),
            "call_id": bridge,
            "from": plan.number,
            "from_name": plan.name,
            "to": plan.number,
            "to_name": plan.name,
            "owner_ids": [plan.owner_id] if plan.owner_id else [],
        }
        intent = Intent(bridge, account_id, "call", plan.id, time.time(), caller_name=plan.name, details=details)
        await asyncio.to_thread(self._media.journal.begin, name, intent)

    def finish(self, row: dict[str, Any]) -> None:
        """Book a charge and end its admission, in the transaction of the leg's record; it survives like one."""
        self._batch.charges.append(row)
        self._wake.set()

    def publish(self, account_id: str, name: str, data: dict[str, Any]) -> None:
        """Publish a live event that is not about one leg (within 50 ms)."""
        self._batch.events.append({"account": account_id, "name": name, "data": data})
        self._wake.set()

    def _event(self, name: str, call: LiveCall, leg: CallLeg) -> None:
        self._batch.events.append({"account": leg.account_id, "name": name, "data": event_data(call, leg)})

    # --- writing ------------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Write for ever; cancel it, then call `flush` for the rest."""
        while True:
            if not self._spooled:
                await self._wake.wait()
            await asyncio.sleep(PERIOD if not self.failing else RETRY)
            await self.flush()

    async def flush(self) -> None:
        """Write everything that is known now: to the database, else to the spool."""
        async with self._writing:
            self._wake.clear()
            batch = self._take()
            if self._spooled and not await self._replay():
                self._to_spool(batch)
            elif batch:
                await self._write(batch)

    def _take(self) -> Batch:
        batch, self._batch = self._batch, Batch(self.node)
        touched, self._touched = self._touched, {}
        legs, self._legs = self._legs, {}
        batch.channels = [channel_row(call, leg) for call, leg in legs.values()]
        batch.calls = [
            {"call_id": call.id, "account_id": call.caller.account_id, "state": state_of(call)}
            for call in touched.values()
            if call.caller.account_id
        ]
        return batch

    async def _write(self, batch: Batch) -> None:
        try:
            await write(self._db, batch.encode())
            self.written += 1
            self._state(failing=False)
        except DatabaseAway:
            self._state(failing=True)
            self._to_spool(batch)
        except Exception as problem:  # noqa: BLE001 - logged
            log.get().error("journal.refused", problem=str(problem)[:500])
            await self._one_by_one(batch)

    async def _one_by_one(self, batch: Batch) -> None:
        """The database refused something in a batch: write all but that, and keep that for a person to look at."""
        for piece in batch.pieces():
            try:
                await write(self._db, piece)
            except DatabaseAway:
                _append(self._spool, piece)
                self._spooled = True
            except Exception as problem:  # noqa: BLE001 - logged
                log.get().error("journal.row_refused", problem=str(problem)[:500])
                _append(self._spool.with_suffix(".refused"), piece)

    def _state(self, *, failing: bool) -> None:
        if failing != self.failing:
            log.get().warning("journal.database_away" if failing else "journal.database_back")
            self.failing = failing

    def _to_spool(self, batch: Batch) -> None:
        if not batch:
            return
        # Live events are of no use later.
        batch.events = []
        try:
            if self._spool.exists() and self._spool.stat().st_size > SPOOL_LIMIT:
                log.get().error("journal.spool_full", dropped_records=len(batch.cdrs))
                return
            _append(self._spool, batch.encode())
            self._spooled = True
        except OSError as problem:
            log.get().error("journal.spool_failed", problem=str(problem), dropped_records=len(batch.cdrs))

    async def _replay(self) -> bool:
        """Write the spool; False when the database is still away (the file stays as it is)."""
        lines = await asyncio.to_thread(_lines, self._spool)
        for line in lines:
            try:
                await write(self._db, line)
            except DatabaseAway:
                self._state(failing=True)
                return False
            except Exception as problem:  # noqa: BLE001 - logged
                log.get().error("journal.row_refused", problem=str(problem)[:500])
                _append(self._spool.with_suffix(".refused"), line)
        self._spool.unlink(missing_ok=True)
        self._spooled = False
        self._state(failing=False)
        log.get().info("journal.replayed", batches=len(lines))
        return True


def record_of(call: LiveCall, leg: CallLeg, node: str) -> LegRecord:
    """Return what the detail record of an ended leg is made of."""
    return LegRecord(
        leg.uuid,
        leg.account_id,
        call.interaction_id,
        leg.direction,
        leg.created,
        leg.rang,
        leg.answered,
        leg.ended,
        leg.cause,
        leg.sip_code,
        leg.other,
        node,
        leg.caller_name,
        leg.caller_number,
        leg.callee_name,
        leg.callee_number,
        leg.from_uri,
        leg.to_uri,
        leg.request,
        leg.owner_id,
        leg.authorizing_id,
        "device" if leg.device_id else "",
        leg.resource_id,
        leg.user_agent,
        leg.sip_call_id,
        leg.peer,
        leg.bill,
        leg.kind,
        leg.gateway,
        leg.attempt,
        leg.called,
        leg.dialled,
        leg.offnet,
        leg.counted,
    )


def channel_row(call: LiveCall, leg: CallLeg) -> dict[str, Any]:
    """Return the row of `channels` for a live leg; its document has the keys of the dialect's list (kazoo.md 2.4
    channels).
    """
    return {
        "uuid": leg.uuid,
        "account_id": leg.account_id,
        "call_id": call.id,
        "owner_id": leg.owner_id or None,
        "authorizing_id": leg.authorizing_id or None,
        "created": leg.created,
        "doc": {
            "uuid": leg.uuid,
            "answered": leg.answered > 0,
            "authorizing_id": leg.authorizing_id or None,
            "authorizing_type": "device" if leg.device_id else None,
            "destination": leg.callee_number,
            "direction": leg.direction,
            "other_leg": leg.other or None,
            "owner_id": leg.owner_id or None,
            "presence_id": leg.from_uri or leg.to_uri,
            "to": leg.to_uri,
            "timestamp": int(leg.created) + GREGORIAN_OFFSET,
            "username": leg.callee_number if leg.kind == "aor" else leg.caller_number,
            "interaction_id": call.interaction_id,
            "caller_id_name": leg.caller_name,
            "caller_id_number": leg.caller_number,
            "callee_id_name": leg.callee_name,
            "callee_id_number": leg.callee_number,
            "bridged": leg.bridged > 0,
            "answered_timestamp": int(leg.answered) + GREGORIAN_OFFSET if leg.answered else None,
            "device_id": leg.device_id or None,
            "trunk_id": leg.resource_id or None,
        },
    }


def event_data(call: LiveCall, leg: CallLeg) -> dict[str, Any]:
    """Return the data of a live event about a leg."""
    return {
        "call_id": leg.uuid,
        "interaction_id": call.interaction_id,
        "call_direction": leg.direction,
        "caller_id_name": leg.caller_name,
        "caller_id_number": leg.caller_number,
        "callee_id_name": leg.callee_name,
        "callee_id_number": leg.callee_number,
        "from": leg.from_uri,
        "to": leg.to_uri,
        "request": leg.request,
        "other_leg_call_id": leg.other,
        "timestamp": int(time.time()) + GREGORIAN_OFFSET,
        "authorizing_id": leg.authorizing_id,
        "owner_id": leg.owner_id,
        "hangup_cause": leg.cause if leg.gone else "",
    }


def state_of(call: LiveCall) -> dict[str, Any]:
    """Return what adoption needs of a call (adoption.py)."""
    return {
        "caller": call.caller.to_json(),
        "legs": [leg.to_json() for leg in call.legs.values()],
        "talking_with": call.talking_with,
        "held_by": call.held_by,
        "held_key": call.held_key,
        "consulting": call.consulting,
        "paging": call.paging,
        "group_music": call.group_music,
        "others": [leg.channel for leg in call.others],
        "bridge": call.bridge,
        "interaction_id": call.interaction_id,
        "checkpoint": call.checkpoint.to_json() if call.checkpoint else None,
        "released": call.released,
        "recording": call.recording,
        "room": call.room.state_of(call) if call.room else None,
        "sounds": call.sounds,
        "bridges": call.bridges,
        "playing": call.playing,
    }


def _append(path: Path, line: bytes) -> None:
    with path.open("ab") as file:
        file.write(line + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _lines(path: Path) -> list[bytes]:
    """Return the spool's whole lines; a last one without its end was cut by a crash and is left out."""
    if not path.exists():
        return []
    return [line for line in path.read_bytes().split(b"\n")[:-1] if line]
