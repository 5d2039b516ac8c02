"""One conference room: events in, actions out. Times are Unix seconds.

A participant is let in or refused (`Enter`), hears a greeting, says `Ready`, and is then admitted to the mixing bridge
or waits with music for a moderator. The driver (`callcontrol/rooms.py`) carries the actions out in order, in the one
task of the room; a participant's own call only reads what is decided about it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from qvoice.core.conference.events import (
    ENTERING,
    INSIDE,
    WAITING,
    Accept,
    Action,
    Admit,
    Announce,
    Dismiss,
    Enter,
    Event,
    HoldMusic,
    Left,
    Ordered,
    Participant,
    Pressed,
    Publish,
    Ready,
    Record,
    RecordingOver,
    Silence,
    Tell,
)
from qvoice.core.conference.plan import DEFAULT_TONE, MODERATOR, Entrant, RoomPlan
from qvoice.core.flow.commands import Media, Prompt, Recording, SayNumber, Sound

MAX_PARTICIPANTS = 500
"""Parties in one room, whatever its document says: a media node must live through a mistake."""


@dataclass(slots=True)
class RoomMachine:
    """The state of a room. `started`: when the first came."""

    plan: RoomPlan
    started: float = 0.0
    locked: bool = False
    recording: bool = False
    last_number: int = 0
    people: dict[str, Participant] = field(default_factory=dict)
    _out: list[Action] = field(default_factory=list)

    # --- looking ----------------------------------------------------------------------------------------------------

    @property
    def empty(self) -> bool:
        """Whether nobody is here."""
        return not self.people

    def inside(self) -> list[Participant]:
        """Return who is in the bridge, in the order of entry."""
        return [one for one in self.people.values() if one.state == INSIDE]

    def numbered(self, number: int) -> Participant | None:
        """Return a participant by number."""
        return next((one for one in self.people.values() if one.number == number), None)

    def to_json(self, key: str) -> dict[str, Any]:
        """Return what the call `key` must remember, so that the room can be rebuilt from its participants."""
        room = {
            "plan": asdict(self.plan),
            "started": self.started,
            "locked": self.locked,
            "recording": self.recording,
            "last_number": self.last_number,
        }
        return room | {"participant": asdict(self.people[key])}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> RoomMachine:
        """Rebuild a room from what one participant remembers; raises KeyError or TypeError when it is not that."""
        return cls(
            RoomPlan(**data["plan"]),
            float(data["started"]),
            bool(data["locked"]),
            bool(data["recording"]),
            int(data["last_number"]),
        )

    def restore(self, data: dict[str, Any]) -> Participant:
        """Take a participant back (after a restart), as it was."""
        one = Participant(**data["participant"])
        # They come back in any order; theirs is the order of entry.
        people = [*self.people.values(), one]
        self.people = {each.key: each for each in sorted(people, key=lambda each: each.number)}
        self.last_number = max(self.last_number, one.number, int(data["last_number"]))
        self.locked = self.locked or bool(data["locked"])
        return one

    # --- events -----------------------------------------------------------------------------------------------------

    def on(self, event: Event, now: float) -> list[Action]:
        """Take one event, return what is to be done, in order."""
        match event:
            case Enter(key, who):
                self._enter(key, who, now)
            case Ready(key):
                self._ready(key)
            case Left(key):
                self._left(key)
            case Pressed(key, digit):
                self._pressed(key, digit)
            case Ordered():
                self._ordered(event)
            case RecordingOver():
                self._recording_over()
        out, self._out = self._out, []
        return out

    def _enter(self, key: str, who: Entrant, now: float) -> None:
        moderator = who.role == MODERATOR
        limit = min(self.plan.max_participants or MAX_PARTICIPANTS, MAX_PARTICIPANTS)
        if key in self.people:
            return
        if len(self.people) >= (MAX_PARTICIPANTS if moderator else limit):
            self._out.append(Dismiss(key, "full"))
            return
        if self.locked and not moderator:
            self._out.append(Dismiss(key, "locked"))
            return
        if not self.people:
            self.started = now
        self.last_number += 1
        one = Participant(key, self.last_number, who.role, who.muted, who.deaf, now, name_ref=who.name_ref)
        greeting: list[Sound] = []
        if self._must_wait(one):
            greeting.append(Prompt("conf-waitforleader"))
        elif not self.inside():
            greeting.append(Prompt("conf-onlyperson"))
        if one.muted:
            greeting.append(Prompt("conf-now-muted"))
        self.people[key] = one
        self._out.append(Accept(key, tuple(greeting)))

    def _must_wait(self, one: Participant) -> bool:
        return (
            self.plan.wait_for_moderator and not one.moderator and not any(other.moderator for other in self.inside())
        )

    def _ready(self, key: str) -> None:
        one = self.people.get(key)
        if one is None or one.state != ENTERING:
            return
        if one.doomed:
            self._dismiss(one, one.doomed)
        elif self._must_wait(one):
            one.state = WAITING
            self._out += [HoldMusic(key, True), Publish("add-member", one)]
        else:
            self._admit(one)
            self._out.append(Publish("add-member", one))
            if one.moderator:
                for waiting in [other for other in self.people.values() if other.state == WAITING]:
                    self._out.append(HoldMusic(waiting.key, False))
                    self._admit(waiting, quietly=True)

    def _admit(self, one: Participant, *, quietly: bool = False) -> None:
        others = self.inside()
        one.state = INSIDE
        if one.muted or one.deaf:
            self._out.append(Silence(one.key, one.muted, one.deaf))
        self._out.append(Admit(one.key))
        if others and not quietly:
            self._sound(one, self.plan.entry_tone, "conf-hasjoin", "confbridge-join")

    def _sound(self, one: Participant, tone: str, said: str, usual: str) -> None:
        """Announce a coming or going: by name, else by tone, as the room wants it."""
        if self.plan.announce_names and one.name_ref:
            self._out.append(Announce((Recording(one.name_ref), Prompt(said))))
        elif tone == DEFAULT_TONE:
            self._out.append(Announce((Prompt(usual),)))
        elif tone:
            self._out.append(Announce((Media(tone),)))

    def _left(self, key: str) -> None:
        one = self.people.pop(key, None)
        if one is None:
            return
        if one.state != ENTERING:
            self._out.append(Publish("del-member", one))
        remaining = self.inside()
        if one.state == INSIDE and remaining:
            self._sound(one, self.plan.exit_tone, "conf-hasleft", "confbridge-leave")
        if one.moderator and one.state == INSIDE and not any(other.moderator for other in remaining):
            self._last_moderator_left()
        if not self.people and self.recording:
            self._out.append(Record(False))

    def _last_moderator_left(self) -> None:
        if self.plan.end_without_moderator:
            for one in list(self.people.values()):
                self._send_away(one, "ended")

    def _send_away(self, one: Participant, reason: str) -> None:
        """Dismiss; one who still hears its greeting goes after that."""
        if one.key not in self.people:
            return
        if one.state == ENTERING:
            one.doomed = reason
        else:
            self._dismiss(one, reason)

    def _dismiss(self, one: Participant, reason: str) -> None:
        """Send one away; its leaving is dealt with at once, its call's own `Left` finds nobody."""
        if one.state == WAITING:
            self._out.append(HoldMusic(one.key, False))
        self._out.append(Dismiss(one.key, reason))
        self._left(one.key)

    # --- orders -----------------------------------------------------------------------------------------------------

    def _pressed(self, key: str, digit: str) -> None:
        one = self.people.get(key)
        if one is None or one.state == ENTERING:
            return
        allowed = self.plan.moderator_keys if one.moderator else self.plan.member_keys
        order = (KEYS | MODERATOR_KEYS if one.moderator else KEYS).get(digit) if allowed else None
        match order:
            case "mute":
                self._silence(one, muted=not one.muted, tell=True)
            case "count":
                self._tell(one, *count_of(len(self.inside())))
            case "leave":
                self._send_away(one, "left")
            case "lock":
                self._ordered(Ordered("unlock" if self.locked else "lock"))
            case "mute-all" | "unmute-all":
                self._ordered(Ordered(order.removesuffix("-all")))
            case "record":
                self._ordered(Ordered("stop" if self.recording else "record"))
            case "kick-last":
                last = max((p for p in self.people.values() if not p.moderator), key=lambda p: p.number, default=None)
                if last is not None:
                    self._send_away(last, "kicked")
            case "end":
                for other in list(self.people.values()):
                    self._send_away(other, "ended")

    def _tell(self, one: Participant, *sounds: Sound) -> None:
        if one.state == INSIDE:
            self._out.append(Tell(one.key, sounds))

    def _silence(
        self, one: Participant, *, muted: bool | None = None, deaf: bool | None = None, tell: bool = False
    ) -> None:
        before = (one.muted, one.deaf)
        one.muted = one.muted if muted is None else muted
        one.deaf = one.deaf if deaf is None else deaf
        if (one.muted, one.deaf) == before:
            return
        if one.state == INSIDE:
            self._out.append(Silence(one.key, one.muted, one.deaf))
        if muted is not None and tell:
            self._tell(one, Prompt("conf-now-muted" if one.muted else "conf-now-unmuted"))
        name = ("mute" if muted else "unmute") if muted is not None else ("deaf" if deaf else "undeaf")
        self._out.append(Publish(f"{name}-member", one))

    def _ordered(self, order: Ordered) -> None:
        match order.action:
            case "lock" | "unlock" if self.locked != (order.action == "lock"):
                self.locked = order.action == "lock"
                self._announce(Prompt("conf-lockednow" if self.locked else "conf-unlockednow"))
                self._out.append(Publish(order.action))
            case "mute" | "unmute" | "deaf" | "undeaf":
                on = not order.action.startswith("un")
                for one in self._meant(order):
                    if order.action.endswith("mute"):
                        self._silence(one, muted=on, tell=True)
                    else:
                        self._silence(one, deaf=on)
            case "kick":
                for one in self._meant(order):
                    self._send_away(one, "kicked")
            case "play" if order.participant is None:
                self._announce(Media(order.media))
            case "play":
                for one in self._meant(order):
                    self._tell(one, Media(order.media))
            case "record" if not self.recording and self.inside():
                self.recording = True
                self._out.append(Record(True))
                self._announce(Prompt("conf-now-recording"))
                self._out.append(Publish("start-recording"))
            case "stop" if self.recording:
                self._out.append(Record(False))
            case _:
                pass

    def _meant(self, order: Ordered) -> list[Participant]:
        if order.participant is None:
            return [one for one in self.people.values() if not one.moderator]
        one = self.numbered(order.participant)
        return [one] if one is not None else []

    def _announce(self, *sounds: Sound) -> None:
        if self.inside():
            self._out.append(Announce(sounds))

    def _recording_over(self) -> None:
        if self.recording:
            self.recording = False
            self._out.append(Publish("stop-recording"))


KEYS = {"0": "mute", "1": "count", "#": "leave"}
"""What keys do for everybody."""

MODERATOR_KEYS = {
    "4": "lock",
    "5": "mute-all",
    "6": "unmute-all",
    "7": "record",
    "8": "kick-last",
    "9": "end",
}
"""And for moderators, beside those."""


def count_of(people: int) -> tuple[Sound, ...]:
    """Say how many are in the room, the listener included."""
    if people <= 1:
        return (Prompt("conf-onlyperson"),)
    return (Prompt("conf-thereare"), SayNumber(people - 1), Prompt("conf-otherinparty"))
