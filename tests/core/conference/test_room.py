"""The room machine: who is let in, who waits, who is heard, what is announced."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

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
    HoldMusic,
    Left,
    Ordered,
    Pressed,
    Publish,
    Ready,
    Record,
    RecordingOver,
    Silence,
    Tell,
)
from qvoice.core.conference.plan import MEMBER, MODERATOR, Entrant, RoomPlan
from qvoice.core.conference.room import RoomMachine, count_of
from qvoice.core.flow.commands import Media, Prompt, Recording, SayNumber

LEADER = Entrant(MODERATOR)
JOINED, GONE = Announce((Prompt("confbridge-join"),)), Announce((Prompt("confbridge-leave"),))


class Scene:
    """A room and what was done last."""

    def __init__(self, **plan: Any) -> None:
        self.room = RoomMachine(RoomPlan("c1", **plan))

    def do(self, event: Any) -> list[Action]:
        return [action for action in self.room.on(event, 100.0) if not isinstance(action, Publish)]

    def published(self, event: Any) -> list[str]:
        return [action.name for action in self.room.on(event, 100.0) if isinstance(action, Publish)]

    def come(self, key: str, who: Entrant | None = None) -> list[Action]:
        """Enter and hear the greeting; returns what follows."""
        self.do(Enter(key, who or Entrant()))
        return self.do(Ready(key))


def test_D15_the_first_is_told_that_he_is_alone_and_others_hear_who_comes_and_goes() -> None:
    room = Scene()
    assert room.do(Enter("a", Entrant())) == [Accept("a", (Prompt("conf-onlyperson"),))]
    assert room.do(Ready("a")) == [Admit("a")]
    assert room.do(Enter("b", Entrant())) == [Accept("b", ())]
    assert room.do(Ready("b")) == [Admit("b"), JOINED]
    assert room.do(Left("a")) == [GONE]
    assert room.do(Left("b")) == []
    assert room.room.empty


def test_D15_one_who_leaves_during_the_greeting_was_never_there() -> None:
    room = Scene()
    room.come("a")
    room.do(Enter("b", Entrant()))
    assert room.do(Left("b")) == []
    assert room.do(Ready("b")) == []


@pytest.mark.parametrize(
    ("tones", "heard"),
    [
        ({"entry_tone": ""}, []),
        ({"entry_tone": "m1"}, [Announce((Media("m1"),))]),
        ({"announce_names": True}, [Announce((Recording("rec"), Prompt("conf-hasjoin")))]),
    ],
)
def test_D15_entry_is_announced_as_the_room_wants(tones: dict[str, Any], heard: list[Action]) -> None:
    room = Scene(**tones)
    room.come("a")
    assert room.come("b", Entrant(name_ref="rec")) == [Admit("b"), *heard]


def test_D15_without_a_recorded_name_the_tone_announces() -> None:
    room = Scene(announce_names=True, exit_tone="bye")
    room.come("a")
    assert room.come("b") == [Admit("b"), JOINED]
    assert room.do(Left("b")) == [Announce((Media("bye"),))]
    room.come("c", Entrant(name_ref="rec"))
    assert room.do(Left("c")) == [Announce((Recording("rec"), Prompt("conf-hasleft")))]


def test_D15_members_wait_with_music_for_a_moderator() -> None:
    room = Scene(wait_for_moderator=True)
    assert room.do(Enter("a", Entrant())) == [Accept("a", (Prompt("conf-waitforleader"),))]
    assert room.do(Ready("a")) == [HoldMusic("a", True)]
    room.come("b")
    assert [p.state for p in room.room.people.values()] == [WAITING, WAITING]
    assert room.come("boss", LEADER) == [
        Admit("boss"),
        HoldMusic("a", False),
        Admit("a"),
        HoldMusic("b", False),
        Admit("b"),
    ]
    assert room.come("late") == [Admit("late"), JOINED]
    room.do(Left("boss"))
    assert len(room.room.inside()) == 3, "they go on without him"
    assert room.come("later") == [HoldMusic("later", True)], "but who comes now waits for the next"


def test_D15_one_who_waits_leaves_without_a_sound() -> None:
    room = Scene(wait_for_moderator=True)
    room.come("a")
    assert room.do(Left("a")) == []


def test_D15_the_room_ends_with_its_last_moderator_when_it_needs_one() -> None:
    room = Scene(wait_for_moderator=True, end_without_moderator=True, exit_tone="")
    room.come("boss", LEADER)
    room.come("boss2", LEADER)
    room.come("a")
    room.do(Enter("slow", Entrant()))
    assert room.do(Left("boss")) == []
    assert room.do(Left("boss2")) == [Dismiss("a", "ended")]
    assert room.do(Ready("slow")) == [Dismiss("slow", "ended")], "after his greeting"
    assert room.room.empty


def test_D15_a_full_room_refuses_members_but_never_moderators() -> None:
    room = Scene(max_participants=2)
    room.come("a")
    room.do(Enter("b", Entrant()))
    assert room.do(Enter("c", Entrant())) == [Dismiss("c", "full")]
    assert isinstance(room.do(Enter("boss", LEADER))[0], Accept)
    assert room.do(Left("c")) == []


def test_D15_a_locked_room_refuses_members() -> None:
    room = Scene()
    room.come("a")
    assert room.do(Ordered("lock")) == [Announce((Prompt("conf-lockednow"),))]
    assert room.do(Ordered("lock")) == []
    assert room.do(Enter("b", Entrant())) == [Dismiss("b", "locked")]
    assert isinstance(room.do(Enter("boss", LEADER))[0], Accept)
    assert room.do(Ordered("unlock")) == [Announce((Prompt("conf-unlockednow"),))]
    assert isinstance(room.do(Enter("b", Entrant()))[0], Accept)


def test_D15_joining_muted_and_deaf() -> None:
    room = Scene()
    assert room.do(Enter("a", Entrant(muted=True, deaf=True)))[0] == Accept(
        "a", (Prompt("conf-onlyperson"), Prompt("conf-now-muted"))
    )
    assert room.do(Ready("a")) == [Silence("a", True, True), Admit("a")]


def test_D15_members_mute_themselves_by_key() -> None:
    room = Scene()
    room.come("a")
    assert room.do(Pressed("a", "0")) == [Silence("a", True, False), Tell("a", (Prompt("conf-now-muted"),))]
    assert room.do(Pressed("a", "0")) == [Silence("a", False, False), Tell("a", (Prompt("conf-now-unmuted"),))]


def test_D15_other_keys_count_and_leave() -> None:
    room = Scene()
    room.come("a")
    assert room.do(Pressed("a", "1")) == [Tell("a", (Prompt("conf-onlyperson"),))]
    room.come("b")
    counted = (Prompt("conf-thereare"), SayNumber(1), Prompt("conf-otherinparty"))
    assert room.do(Pressed("a", "1")) == [Tell("a", counted)]
    assert count_of(2) == counted
    assert room.do(Pressed("a", "#")) == [Dismiss("a", "left"), GONE]
    assert room.do(Pressed("a", "#")) == []
    assert room.do(Pressed("b", "4")) == [], "no order of a member"


def test_D15_keys_can_be_switched_off() -> None:
    room = Scene(member_keys=False, moderator_keys=False)
    room.come("a")
    room.come("boss", LEADER)
    assert room.do(Pressed("a", "0")) == room.do(Pressed("boss", "4")) == []


def test_D15_moderators_order_by_key() -> None:
    room = Scene()
    room.come("boss", LEADER)
    room.come("a")
    room.come("b")
    assert room.do(Pressed("boss", "4")) == [Announce((Prompt("conf-lockednow"),))]
    assert room.do(Pressed("boss", "4")) == [Announce((Prompt("conf-unlockednow"),))]
    assert [a for a in room.do(Pressed("boss", "5")) if isinstance(a, Silence)] == [
        Silence("a", True, False),
        Silence("b", True, False),
    ]
    assert len([a for a in room.do(Pressed("boss", "6")) if isinstance(a, Silence)]) == 2
    assert room.do(Pressed("boss", "7")) == [Record(True), Announce((Prompt("conf-now-recording"),))]
    assert room.do(Pressed("boss", "7")) == [Record(False)]
    assert room.do(Pressed("boss", "8"))[0] == Dismiss("b", "kicked")
    assert [a for a in room.do(Pressed("boss", "9")) if isinstance(a, Dismiss)] == [
        Dismiss("boss", "ended"),
        Dismiss("a", "ended"),
    ]
    assert room.room.empty


def test_D15_the_api_mutes_deafens_kicks_and_plays() -> None:
    room = Scene()
    room.come("boss", LEADER)
    room.come("a")
    assert room.do(Ordered("mute", 2)) == [Silence("a", True, False), Tell("a", (Prompt("conf-now-muted"),))]
    assert room.do(Ordered("deaf", 2)) == [Silence("a", True, True)]
    assert room.do(Ordered("deaf", 2)) == []
    assert room.do(Ordered("undeaf")) == [Silence("a", True, False)]
    assert room.do(Ordered("unmute", 1)) == []
    assert room.do(Ordered("play", media="m1")) == [Announce((Media("m1"),))]
    assert room.do(Ordered("play", 2, "m1")) == [Tell("a", (Media("m1"),))]
    assert room.do(Ordered("play", 9, "m1")) == []
    assert room.do(Ordered("kick")) == [Dismiss("a", "kicked"), GONE], "moderators stay"
    assert room.do(Ordered("kick", 1)) == [Dismiss("boss", "kicked")]
    assert room.do(Ordered("dance")) == []


def test_D15_one_who_waits_can_be_muted_and_kicked() -> None:
    room = Scene(wait_for_moderator=True)
    room.come("a")
    assert room.do(Ordered("mute", 1)) == []
    assert room.room.people["a"].muted
    assert room.do(Ordered("kick", 1)) == [HoldMusic("a", False), Dismiss("a", "kicked")]


def test_D15_recording_is_known_to_be_over_when_it_is() -> None:
    room = Scene()
    room.come("a")
    assert room.published(Ordered("record")) == ["start-recording"]
    assert room.do(Ordered("record")) == []
    assert room.do(Ordered("stop")) == [Record(False)]
    assert room.room.recording
    assert room.published(RecordingOver()) == ["stop-recording"]
    assert room.published(RecordingOver()) == []
    room.do(Ordered("record"))
    assert room.do(Left("a")) == [Record(False)]


def test_D15_live_events_say_who_came_and_what_changed() -> None:
    room = Scene()
    room.do(Enter("a", Entrant()))
    assert room.published(Ready("a")) == ["add-member"]
    assert room.published(Ordered("mute", 1)) == ["mute-member"]
    assert room.published(Ordered("deaf", 1)) == ["deaf-member"]
    assert room.published(Ordered("lock")) == ["lock"]
    assert room.published(Left("a")) == ["del-member"]


def test_D15_a_room_is_rebuilt_from_what_its_participants_remember() -> None:
    room = Scene(wait_for_moderator=True)
    for key, who in (("a", Entrant()), ("boss", LEADER), ("b", Entrant(muted=True))):
        room.come(key, who)
    room.do(Ordered("lock"))
    kept = [room.room.to_json(key) for key in ("b", "a", "boss")]
    again = RoomMachine.from_json(kept[0])
    for state in kept:
        again.restore(state)
    assert again.people == room.room.people
    assert [one.number for one in again.people.values()] == [1, 2, 3], "in the order of entry"
    assert (again.plan, again.locked, again.last_number, again.started) == (room.room.plan, True, 3, 100.0)


KEYS = [f"call{n}" for n in range(6)]


class Conference(RuleBasedStateMachine):
    """Any order of events. The bridge, as the driver would see it, always agrees with the machine."""

    @initialize(wait=st.booleans(), end=st.booleans(), limit=st.integers(0, 4))
    def begin(self, wait: bool, end: bool, limit: int) -> None:
        self.room = RoomMachine(
            RoomPlan("c", max_participants=limit, wait_for_moderator=wait, end_without_moderator=end)
        )
        self.bridge: set[str] = set()
        self.music: set[str] = set()
        self.accepted: set[str] = set()
        self.recording = False

    def take(self, event: Any) -> None:
        if isinstance(event, Left):
            self.bridge.discard(event.key)
            self.music.discard(event.key)
            self.accepted.discard(event.key)
        for action in self.room.on(event, 1.0):
            match action:
                case Accept(key, _):
                    assert key not in self.accepted
                    self.accepted.add(key)
                case Admit(key):
                    assert key in self.accepted
                    assert key not in self.bridge, "admitted twice"
                    assert key not in self.music, "music goes on in the room"
                    self.bridge.add(key)
                case HoldMusic(key, on):
                    assert (key in self.music) != on
                    (self.music.add if on else self.music.discard)(key)
                case Dismiss(key, reason):
                    assert reason in ("full", "locked") or key in self.accepted
                    assert key not in self.music
                    self.bridge.discard(key)
                    self.accepted.discard(key)
                case Tell(key, _):
                    assert key in self.bridge
                case Silence(key, _, _):
                    assert key in self.accepted
                case Announce():
                    assert self.bridge
                case Record(on):
                    self.recording = on
                case _:
                    pass

    @rule(key=st.sampled_from(KEYS), moderator=st.booleans(), muted=st.booleans())
    def enter(self, key: str, moderator: bool, muted: bool) -> None:
        self.take(Enter(key, Entrant(MODERATOR if moderator else MEMBER, muted)))

    @rule(key=st.sampled_from(KEYS))
    def ready(self, key: str) -> None:
        self.take(Ready(key))

    @rule(key=st.sampled_from(KEYS))
    def leave(self, key: str) -> None:
        self.take(Left(key))

    @precondition(lambda self: self.room.people)
    @rule(data=st.data(), digit=st.sampled_from("0123456789*#"))
    def press(self, data: st.DataObject, digit: str) -> None:
        self.take(Pressed(data.draw(st.sampled_from(sorted(self.room.people))), digit))

    @rule(
        action=st.sampled_from(
            ["lock", "unlock", "mute", "unmute", "deaf", "undeaf", "kick", "play", "record", "stop"]
        ),
        number=st.sampled_from([None, 1, 2, 3, 4]),
    )
    def order(self, action: str, number: int | None) -> None:
        self.take(Ordered(action, number, "m"))

    @rule()
    def recording_over(self) -> None:
        if not self.recording:
            self.take(RecordingOver())

    @invariant()
    def the_bridge_is_what_the_machine_thinks(self) -> None:
        if not hasattr(self, "room"):
            return
        people = self.room.people
        assert self.bridge == {key for key, one in people.items() if one.state == INSIDE}
        assert self.music == {key for key, one in people.items() if one.state == WAITING}
        assert self.accepted == set(people)
        assert len({one.number for one in people.values()}) == len(people)
        leads = any(one.moderator and one.state == INSIDE for one in people.values())
        assert not (leads and self.music), "members wait although a moderator is there"
        assert all(one.state in (ENTERING, WAITING, INSIDE) for one in people.values())
        if not people:
            assert not self.recording, "an empty room is recorded"


Conference.TestCase.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
TestConference = Conference.TestCase
