"""Conference rooms of this media node: one task each, which carries out what `core.conference.room` decides.

A participant stays the caller of his own call; that call's task waits in `stay` and passes on keys and the hang-up. All
that is done to the bridge is done by the room's task, in the order decided. A room is forgotten when it is empty; after
a restart it is rebuilt from what its participants' calls remember (`adopt`).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from qvoice.callcontrol import listening, transfer
from qvoice.callcontrol.ari import wire
from qvoice.callcontrol.ari.client import AriError
from qvoice.callcontrol.live import Command, LiveCall
from qvoice.callcontrol.mailbox import Mailbox
from qvoice.callcontrol.room_recording import RoomRecording
from qvoice.callcontrol.sounds import Run, language, render
from qvoice.core.conference import events as r
from qvoice.core.conference.plan import RoomPlan
from qvoice.core.conference.room import RoomMachine
from qvoice.core.flow.commands import JoinRoom, Media, Play, Sound
from qvoice.core.flow.events import RoomLeft
from qvoice.kit import log
from qvoice.kit.ids import new_id

if TYPE_CHECKING:
    from qvoice.callcontrol.exchange import Exchange

LONGEST_STAY = 24 * 3600.0
"""Seconds after which a participant is let go: nobody listens for a day."""

MUSIC_ROUNDS = 40
"""Times a waiting party's music is repeated in one playback."""

Key = tuple[str, str]


class Rooms:
    """All rooms of the node, by account and conference id."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.rooms: dict[Key, Room] = {}
        self._recordings: dict[str, RoomRecording] = {}

    def watch(self, bridge: str, recording: RoomRecording | None) -> None:
        """Take events about recordings of a bridge; None: no longer."""
        if recording is not None:
            self._recordings[bridge] = recording
        else:
            self._recordings.pop(bridge, None)

    def bridges(self) -> set[str]:
        """Return the ids of their bridges (so that nobody takes them for left over)."""
        return {room.bridge for room in self.rooms.values()}

    def find(self, account_id: str, conference_id: str) -> Room | None:
        """Return a room that is open now."""
        return self.rooms.get((account_id, conference_id))

    def of_account(self, account_id: str) -> list[Room]:
        """Return an account's open rooms."""
        return [room for (account, _), room in self.rooms.items() if account == account_id]

    def open(self, account_id: str, plan: RoomPlan) -> Room:
        """Return the room of a plan, opening it when it is not."""
        key = (account_id, plan.id)
        room = self.rooms.get(key)
        if room is None:
            room = self.rooms[key] = Room(self, key, RoomMachine(plan), bridge=f"room-{new_id()}")
        return room

    def adopt(self, call: LiveCall, state: dict[str, Any], bridges: dict[str, set[str]]) -> None:
        """After a restart: put a participant back into his room, whose bridge Asterisk kept. Raises what unreadable
        state raises."""
        machine = RoomMachine.from_json(state)
        key = (call.caller.account_id, machine.plan.id)
        room = self.rooms.get(key)
        if room is None:
            bridge = str(state["bridge"])
            room = self.rooms[key] = Room(self, key, machine, bridge=bridge, known=bridge in bridges)
            if machine.recording:
                room.recording.resume(str(state.get("recording_name") or ""))
        one = room.machine.restore(state)
        room.calls[one.key] = call
        if one.state == r.INSIDE and call.caller.channel not in bridges.get(room.bridge, set()):
            one.state = r.ENTERING  # it was just going in: finish that
        if one.state == r.ENTERING:
            room.tell(r.Ready(one.key))
        call.room = room

    def on_event(self, bridge: str, message: wire.Message) -> None:
        """Take an event about a room's bridge (its recording has ended)."""
        recording = self._recordings.get(bridge)
        if recording is not None and recording.is_over(message):
            for room in self.rooms.values():
                if room.bridge == bridge:
                    room.tell(r.RecordingOver())

    def recordings(self) -> set[str]:
        """Return the names of the recordings under way."""
        return {recording.name for recording in self._recordings.values() if recording.name}


class Room:
    """One open room."""

    def __init__(self, rooms: Rooms, key: Key, machine: RoomMachine, *, bridge: str, known: bool = False) -> None:
        self.rooms, self.key, self.machine, self.bridge = rooms, key, machine, bridge
        self.exchange = rooms.exchange
        self.calls: dict[str, LiveCall] = {}
        self.recording = RoomRecording(self.exchange, key[0], bridge, machine.plan)
        rooms.watch(bridge, self.recording)
        self._mailbox: Mailbox[r.Event | asyncio.Future[None]] = Mailbox()
        self._known = known
        self.closed = False
        self._task = asyncio.get_running_loop().create_task(self._run())

    @property
    def plan(self) -> RoomPlan:
        """The rules."""
        return self.machine.plan

    def tell(self, event: r.Event) -> None:
        """Something happened, or is wanted."""
        self._mailbox.put(event)

    async def caught_up(self) -> None:
        """Wait until what was told so far has been carried out (or the room is closed)."""
        mark: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._mailbox.put(mark)
        await asyncio.wait({mark, self._task}, return_when=asyncio.FIRST_COMPLETED)

    def state_of(self, call: LiveCall) -> dict[str, Any] | None:
        """Return what the journal keeps of a participant; None once he has left."""
        if call.id not in self.machine.people:
            return None
        return self.machine.to_json(call.id) | {"bridge": self.bridge, "recording_name": self.recording.name}

    async def _run(self) -> None:
        """Work until the room is empty. A fault ends the room, never the process or another room."""
        try:
            if not self._known:
                await self.exchange.ari.post(f"bridges/{self.bridge}", {"type": "mixing", "name": "conference"})
            while True:
                event = await self._mailbox.get()
                if isinstance(event, asyncio.Future):
                    event.set_result(None)
                elif event is not None:
                    if isinstance(event, r.RecordingOver):
                        await self.recording.keep()
                    for action in self.machine.on(event, self.exchange.now()):
                        await self._carry_out(action)
                if self.machine.empty and not len(self._mailbox):
                    return
        except Exception:  # noqa: BLE001 - logged
            log.get().exception("room.failed", account=self.key[0], conference=self.key[1])
            for call in self.calls.values():
                call.mailbox.put(Command("room", what="dismissed", reason="failed"))
        finally:
            # Nothing is awaited before the room is off the books: whoever comes now opens a new one.
            self.closed = True
            if self.rooms.rooms.get(self.key) is self:
                del self.rooms.rooms[self.key]
            await self.recording.stop()
            self.rooms.watch(self.bridge, None)
            self.exchange.ari.tell("DELETE", f"bridges/{self.bridge}")

    async def _carry_out(self, action: r.Action) -> None:
        try:
            match action:
                case r.Accept(key, greeting):
                    self._say(key, "accepted", greeting=greeting)
                case r.Dismiss(key, reason):
                    await self._dismiss(key, reason)
                case r.HoldMusic(key, on):
                    await self._hold(key, on=on)
                case r.Admit(key):
                    await self._admit(key)
                case r.Silence(key, muted, deaf):
                    await self._silence(key, muted=muted, deaf=deaf)
                case r.Tell(key, sounds):
                    await self._play(f"channels/{self._channel(key)}", sounds, self.calls.get(key))
                case r.Announce(sounds):
                    await self._play(f"bridges/{self.bridge}", sounds, None)
                case r.Record(on):
                    await self._record(on=on)
                case r.Publish(name, participant):
                    self._publish(name, participant)
        except AriError as problem:
            # A participant who leaves this very moment; his call says so next.
            log.get().info("room.action_failed", action=type(action).__name__, problem=str(problem))

    # --- participants -------------------------------------------------------------------------------------------------

    def _channel(self, key: str) -> str:
        call = self.calls.get(key)
        return call.caller.channel if call is not None else "gone"

    def _say(self, key: str, what: str, **data: Any) -> None:
        call = self.calls.get(key)
        if call is not None:
            call.mailbox.put(Command("room", what=what, **data))

    async def _admit(self, key: str) -> None:
        call = self.calls.get(key)
        if call is None:
            return
        await self.exchange.ari.post(
            f"bridges/{self.bridge}/addChannel", {"channel": call.caller.channel, "absorbDTMF": "true"}
        )
        call.caller.bridged = call.caller.bridged or self.exchange.now()
        self.exchange.leg_changed(call, call.caller, "CHANNEL_BRIDGE")

    async def _dismiss(self, key: str, reason: str) -> None:
        call = self.calls.get(key)
        if call is not None and not call.caller.gone:
            try:
                await self.exchange.ari.post(f"bridges/{self.bridge}/removeChannel", {"channel": call.caller.channel})
            except AriError as problem:
                if problem.status == 0:
                    raise
        self._say(key, "dismissed", reason=reason)

    async def _silence(self, key: str, *, muted: bool, deaf: bool) -> None:
        channel = self._channel(key)
        for direction, on in (("in", muted), ("out", deaf)):
            self.exchange.ari.tell("POST" if on else "DELETE", f"channels/{channel}/mute", {"direction": direction})

    async def _hold(self, key: str, *, on: bool) -> None:
        channel, name = self._channel(key), f"{self.bridge}.music.{key}"
        if not on:
            # One of the two plays; which, a process that took the room over does not know.
            self.exchange.ari.tell("DELETE", f"playbacks/{name}")
            self.exchange.ari.tell("DELETE", f"channels/{channel}/moh")
            return
        uris = await self._uris((Media(self.plan.hold_music),), self.calls.get(key)) if self.plan.hold_music else []
        if uris:
            body = {"media": uris * MUSIC_ROUNDS, "playbackId": name}
            await self.exchange.ari.post(f"channels/{channel}/play", body=body)
        else:
            await self.exchange.ari.post(f"channels/{channel}/moh")

    # --- sound --------------------------------------------------------------------------------------------------------

    async def _uris(self, sounds: tuple[Sound, ...], call: LiveCall | None) -> list[str]:
        """Return what Asterisk plays; media are those of the room's account, whoever asks."""
        of = call or next(iter(self.calls.values()), None)
        if of is None:
            return []
        lang = language(self.plan.language)
        parts = await render(sounds, lang=lang, media_path=self.exchange.media_path(of))
        return [uri for part in parts if isinstance(part, Run) for uri in part.uris]

    async def _play(self, target: str, sounds: tuple[Sound, ...], call: LiveCall | None) -> None:
        uris = await self._uris(sounds, call)
        if uris:
            body = {"media": uris, "lang": language(self.plan.language)}
            await self.exchange.ari.post(f"{target}/play", body=body)

    async def _record(self, *, on: bool) -> None:
        if not on:
            await self.recording.stop()
        elif not await self.recording.start():
            self.tell(r.RecordingOver())

    # --- who looks on -------------------------------------------------------------------------------------------------

    def _publish(self, name: str, participant: r.Participant | None) -> None:
        account, conference = self.key
        data: dict[str, Any] = {"event": name, "conference_id": conference, "conference_name": self.plan.name}
        if participant is not None:
            data |= self.describe(participant)
        self.exchange.journal.publish(account, f"conference.event.{conference}", data)
        for key in [participant.key] if participant is not None else list(self.calls):
            call = self.calls.get(key)
            if call is not None:
                self.exchange.journal.touch(call)

    def describe(self, one: r.Participant) -> dict[str, Any]:
        """Return a participant as the dialect lists him (kazoo.md 2.4 conferences)."""
        call = self.calls.get(one.key)
        leg = call.caller if call is not None else None
        return {
            "participant_id": one.number,
            "call_id": leg.uuid if leg else one.key,
            "conference_uuid": self.bridge,
            "conference_name": self.plan.name,
            "caller_id_name": leg.caller_name if leg else "",
            "caller_id_number": leg.caller_number if leg else "",
            "owner_id": (leg.owner_id or None) if leg else None,
            "is_moderator": one.moderator,
            "mute": one.muted,
            "deaf": one.deaf,
            "speak": not one.muted,
            "hear": not one.deaf,
            "waiting": one.state == r.WAITING,
            "join_time": int(one.joined),
            "duration": max(int(self.exchange.now() - one.joined), 0),
        }

    def live(self) -> dict[str, Any]:
        """Return the room's live fields (kazoo.md 2.2 `_read_only`) and its participants."""
        people = [one for one in self.machine.people.values() if one.state != r.ENTERING]
        moderators = sum(one.moderator for one in people)
        return {
            "conference_id": self.key[1],
            "members": len(people) - moderators,
            "moderators": moderators,
            "duration": max(int(self.exchange.now() - self.machine.started), 0) if self.machine.started else 0,
            "is_locked": self.machine.locked,
            "is_recording": self.machine.recording,
            "participants": [self.describe(one) for one in people],
        }


async def stay(call: LiveCall, command: JoinRoom) -> RoomLeft:
    """Carry out JoinRoom; raises CallerHungUp when the caller leaves."""
    room = call.exchange.rooms.open(call.caller.account_id, command.plan)
    room.calls[call.id] = call
    room.tell(r.Enter(call.id, command.who))
    return await stay_on(call, room)


async def stay_on(call: LiveCall, room: Room) -> RoomLeft:
    """Be in a room until it lets the caller go."""
    until = asyncio.get_running_loop().time() + LONGEST_STAY
    call.room = room
    call.keys.clear()
    call.obeying = True
    try:
        while not room.closed:
            item = await call.next(until)
            if item is None:
                return RoomLeft("ended")
            if isinstance(item, Command):
                if item.kind != "room":
                    item.decline()
                elif item.data["what"] == "accepted":
                    await listening.play(call, Play(item.data["greeting"]))
                    room.tell(r.Ready(call.id))
                else:
                    return RoomLeft(item.data["reason"])
            elif item.type == "ChannelTransfer":
                transfer.tell(call.caller, call, "failed")
            elif item.type == "ChannelDtmfReceived":
                while call.keys:
                    room.tell(r.Pressed(call.id, call.keys.popleft()))
        return RoomLeft("failed")
    finally:
        call.room = None
        call.obeying = False
        room.tell(r.Left(call.id))
        room.calls.pop(call.id, None)
        call.keys.clear()
        call.exchange.journal.touch(call)
