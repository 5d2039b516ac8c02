"""The conference modules: which room, as what, and what is heard on the way in and out."""

from __future__ import annotations

from typing import Any

import pytest

from qvoice.core.conference.plan import MEMBER, MODERATOR, Entrant, RoomPlan
from qvoice.core.flow.commands import Ask, Collect, JoinRoom, Media, Play, Prompt, Record
from qvoice.core.flow.events import Collected, Recorded, RoomLeft
from qvoice.core.flow.requests import CheckRoomPin, FindRoom, Room
from tests.core.flow.script import ANSWER, HANGUP, Step, make_call, make_world, node, run_script

LEFT = RoomLeft("left")
MEMBERS = Entrant(MEMBER)
LEADS = Entrant(MODERATOR)


def room(**document: Any) -> Room:
    pins = {key: document.pop(key, False) for key in ("member_pins", "moderator_pins", "as_moderator")}
    return Room("c1", {"name": "Sales", **document}, **pins)


def say(prompt: str) -> Step:
    return (Play((Prompt(prompt),)), None)


def pin(digits: str, verdict: str | None = None) -> list[Step]:
    """The PIN is asked for, typed and checked."""
    asked: Step = (lambda c: isinstance(c, Collect) and c.sounds == (Prompt("conf-getpin"),), digits)
    return [asked, *([(Ask(CheckRoomPin("c1", digits)), verdict)] if verdict else [])]


def joins(who: Entrant) -> Step:
    return (lambda c: isinstance(c, JoinRoom) and c.who == who, LEFT)


def call(**facts: Any) -> Any:
    return make_call(make_world(), **facts)


FIND: Step = (Ask(FindRoom(conference_id="c1")), room())
OWN = {"device_id": "d1", "owner_id": "u1", "authorised_by": "d1", "source": "device"}


def test_D15_a_room_without_pins_is_open() -> None:
    result = run_script(node("conference", {"id": "c1"}), call(), [ANSWER, FIND, joins(MEMBERS), HANGUP])
    joined = next(c for c in result.commands if isinstance(c, JoinRoom))
    assert joined.plan == RoomPlan("c1", "Sales")


def test_D15_the_conference_line_asks_for_the_room_and_gives_up_after_three() -> None:
    asked: Any = lambda c: isinstance(c, Collect) and c.sounds == (Prompt("conf-getconfno"),)  # noqa: E731
    steps: list[Step] = [ANSWER, (asked, "77"), (Ask(FindRoom(number="77")), None), say("conf-invalid")]
    good = [*steps, (asked, "78"), (Ask(FindRoom(number="78")), room()), joins(MEMBERS), HANGUP]
    run_script(node("conference"), call(), good)
    silent: Step = (asked, Collected("", timed_out=True))
    run_script(
        node("conference"),
        call(),
        [*steps, silent, say("conf-invalid"), silent, say("conf-invalid"), say("vm-goodbye"), HANGUP],
    )


def test_D15_the_pin_says_who_leads() -> None:
    flow = node("conference", {"id": "c1"})
    both: Step = (Ask(FindRoom(conference_id="c1")), room(member_pins=True, moderator_pins=True))
    run_script(flow, call(), [ANSWER, both, *pin("11", "member"), joins(MEMBERS), HANGUP])
    run_script(flow, call(), [ANSWER, both, *pin("99", "moderator"), joins(LEADS), HANGUP])


def test_D15_a_wrong_pin_is_asked_again_and_then_goodbye() -> None:
    both: Step = (Ask(FindRoom(conference_id="c1")), room(member_pins=True))
    wrong = [*pin("00", "wrong"), say("conf-invalidpin")]
    run_script(
        node("conference", {"id": "c1"}), call(), [ANSWER, both, *wrong, *pin("11", "member"), joins(MEMBERS), HANGUP]
    )
    empty = [*pin(""), say("conf-invalidpin")]
    run_script(
        node("conference", {"id": "c1"}), call(), [ANSWER, both, *wrong, *empty, *wrong, say("vm-goodbye"), HANGUP]
    )


def test_D15_who_guessed_too_often_is_sent_away_at_once() -> None:
    both: Step = (Ask(FindRoom(conference_id="c1")), room(member_pins=True))
    run_script(
        node("conference", {"id": "c1"}), call(), [ANSWER, both, *pin("00", "locked"), say("vm-goodbye"), HANGUP]
    )


def test_D15_without_member_pins_the_hash_alone_enters() -> None:
    leaders: Step = (Ask(FindRoom(conference_id="c1")), room(moderator_pins=True))
    run_script(node("conference", {"id": "c1"}), call(), [ANSWER, leaders, *pin(""), joins(MEMBERS), HANGUP])


def test_D15_a_moderators_number_wants_their_pin() -> None:
    found = room(moderator_pins=True, member_pins=True, as_moderator=True)
    leaders: Step = (Ask(FindRoom(number="900")), found)
    steps = [
        ANSWER,
        leaders,
        *pin("11", "member"),
        say("conf-invalidpin"),
        *pin("99", "moderator"),
        joins(LEADS),
        HANGUP,
    ]
    run_script(node("conference_feature"), call(capture_group="900"), steps)
    free: Step = (Ask(FindRoom(number="900")), room(as_moderator=True))
    run_script(node("conference_feature"), call(capture_group="900"), [ANSWER, free, joins(LEADS), HANGUP])


def test_D15_the_owner_leads_his_room_from_his_own_phone() -> None:
    personal: Step = (Ask(FindRoom(conference_id="c1")), room(owner_id="u1", member_pins=True, moderator_pins=True))
    run_script(node("conference", {"id": "c1"}), call(**OWN), [ANSWER, personal, joins(LEADS), HANGUP])
    outside = call(owner_id="u1")  # somebody outside is nobody's owner
    run_script(
        node("conference", {"id": "c1"}), outside, [ANSWER, personal, *pin("11", "member"), joins(MEMBERS), HANGUP]
    )


def test_D15_a_node_may_make_its_callers_moderators_or_members() -> None:
    pinned: Step = (Ask(FindRoom(conference_id="c1")), room(moderator_pins=True))
    leads = node("conference", {"id": "c1", "moderator": True})
    run_script(leads, call(), [ANSWER, pinned, joins(LEADS), HANGUP])
    plain = node("conference", {"id": "c1", "moderator": False})
    run_script(plain, call(), [ANSWER, pinned, joins(MEMBERS), HANGUP])


@pytest.mark.parametrize(
    ("document", "who"),
    [
        ({"member": {"join_muted": True}}, Entrant(MEMBER, muted=True)),
        ({"member": {"join_deaf": True}}, Entrant(MEMBER, deaf=True)),
        ({"moderator": {"join_muted": True}}, MEMBERS),
    ],
)
def test_D15_members_join_as_the_document_says(document: dict[str, Any], who: Entrant) -> None:
    found: Step = (Ask(FindRoom(conference_id="c1")), room(**document))
    run_script(node("conference", {"id": "c1"}), call(), [ANSWER, found, joins(who), HANGUP])


@pytest.mark.parametrize(("seconds", "ref"), [(2.0, "rec"), (0.1, None)])
def test_D15_the_callers_name_is_recorded_where_it_is_announced(seconds: float, ref: str | None) -> None:
    found: Step = (Ask(FindRoom(conference_id="c1")), room(play_name=True))
    recorded: Step = (Record("conference-name", "c1", 5), Recorded("rec", seconds, "key", "#"))
    run_script(
        node("conference", {"id": "c1"}),
        call(),
        [ANSWER, found, say("vm-rec-name"), recorded, joins(Entrant(MEMBER, name_ref=ref)), HANGUP],
    )


@pytest.mark.parametrize(
    ("reason", "prompt", "goes_on"),
    [
        ("left", None, False),
        ("full", "conf-full", True),
        ("locked", "conf-locked", True),
        ("failed", "something-terribly-wrong", True),
        ("kicked", "conf-kicked", False),
        ("ended", "confbridge-conf-end", False),
    ],
)
def test_D15_who_is_out_hears_why(reason: str, prompt: str | None, goes_on: bool) -> None:
    flow = node("conference", {"id": "c1"}, _=node("play", {"id": "system_media/hello"}))
    steps: list[Step] = [ANSWER, FIND, (JoinRoom, RoomLeft(reason)), *([say(prompt)] if prompt else [])]
    result = run_script(flow, call(), [*steps, *([ANSWER, (Play, None)] if goes_on else []), HANGUP])
    assert ("play" in result.path) == goes_on


def test_D15_a_room_that_is_gone_goes_on() -> None:
    gone: Step = (Ask(FindRoom(conference_id="c1")), None)
    for module in ("conference", "conference_feature"):
        run_script(node(module, {"id": "c1"}), call(), [ANSWER, gone, say("conf-invalid"), HANGUP])


def test_D15_a_node_may_hold_a_whole_room_and_its_pins() -> None:
    config = {"name": "Ad hoc", "max_participants": 3, "member": {"pins": ["12"]}, "moderator": {"pins": ["34"]}}
    flow = node("conference", {"config": config, "welcome_prompt": {"media_id": "m1"}, "play_entry_tone": False})
    typed: Any = lambda c: isinstance(c, Collect)  # noqa: E731
    steps: list[Step] = [ANSWER, (Play((Media("m1"),)), None), (typed, "99"), say("conf-invalidpin")]
    result = run_script(flow, call(), [*steps, (typed, "34"), joins(LEADS), HANGUP])
    plan = next(c.plan for c in result.commands if isinstance(c, JoinRoom))
    assert (plan.id, plan.max_participants, plan.entry_tone, plan.exit_tone) == ("config:Ad hoc", 3, "", "tone")
    run_script(flow, call(), [*steps, (typed, "12"), joins(MEMBERS), HANGUP])


def test_D15_the_node_says_which_tones_over_the_document() -> None:
    document = {
        "play_entry_tone": "mine",
        "play_exit_tone": False,
        "require_moderator": True,
        "caller_controls": "none",
    }
    found: Step = (Ask(FindRoom(conference_id="c1")), room(**document))
    flow = node(
        "conference", {"id": "c1", "play_exit_tone": "bye", "welcome_prompt": {"media_id": "m1", "play": False}}
    )
    result = run_script(flow, call(), [ANSWER, found, joins(MEMBERS), HANGUP])
    plan = next(c.plan for c in result.commands if isinstance(c, JoinRoom))
    assert (plan.entry_tone, plan.exit_tone) == ("mine", "bye")
    assert plan.wait_for_moderator
    assert plan.end_without_moderator
    assert not plan.member_keys
