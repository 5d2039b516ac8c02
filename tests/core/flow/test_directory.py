"""Dial by name, branch by branch."""

from __future__ import annotations

from typing import Any

import pytest

from qvoice.core.flow.commands import Ask, Collect, Play, Prompt, Recording, SayDigits, Speech
from qvoice.core.flow.events import Collected
from qvoice.core.flow.modules.directory import keys_of, matches
from qvoice.core.flow.requests import Directory, DirectoryPerson, ListDirectory, LoadFlow
from tests.core.flow.script import ANSWER, HANGUP, found, make_call, make_world, node, run_script

ALICE = DirectoryPerson("Alice", "Adams", "flow-alice")
ALAN = DirectoryPerson("Alan", "Adamson", "flow-alan", name_ref="blob-1")
EMILE = DirectoryPerson("Émile", "O'Brien", "flow-emile")
PEOPLE = (EMILE, ALAN, ALICE)
FLOW = node("directory", {"id": "d1"}, _=node("hangup"))
NOBODY = (Play((Prompt("dir-nomatch"),)), None)
BYE = (Play((Prompt("vm-goodbye"),)), None)
GOING = (Play((Prompt("pbx-transfer"),)), None)


def directory(*people: DirectoryPerson, **document: Any) -> Directory:
    return Directory(document, people or PEOPLE)


def opened(what: Directory | None) -> tuple[Any, Any]:
    return Ask(ListDirectory("d1")), what


def spelled(keys: str) -> tuple[Any, Any]:
    return Collect, Collected(keys)


@pytest.mark.parametrize(
    ("name", "keys"),
    [("O'Brien", "627436"), ("Émile", "36453"), ("van der Berg", "8263372374"), ("王", ""), ("Zoë", "963")],
)
def test_D14_names_are_spelled_on_the_keypad(name: str, keys: str) -> None:
    assert keys_of(name) == keys


@pytest.mark.parametrize(
    ("document", "keys", "expected"),
    [
        ({}, "232", [ALICE, ALAN]),
        ({"sort_by": "first_name"}, "232", [ALAN, ALICE]),
        ({"search_fields": "last_name"}, "254", []),
        ({"search_fields": "first_name"}, "254", [ALICE]),
        ({}, "2542323", [ALICE]),  # first name, then on into the last
        ({}, "62743636453", [EMILE]),
        ({}, "999", []),
    ],
)
def test_D14_people_are_found_by_first_or_last_name(document: Any, keys: str, expected: Any) -> None:
    assert matches(directory(**document), keys) == expected


def test_D14_one_match_is_confirmed_and_the_call_goes_to_that_persons_flow() -> None:
    call = make_call(make_world())
    there = found(node("hangup"), call.world, "flow-emile")
    asked = (Collect((Speech("Émile O'Brien"), Prompt("dir-instr")), 1, 7000), Collected("1"))
    steps = [opened(directory()), ANSWER, spelled("627"), asked, (Ask(LoadFlow("flow-emile")), there), GOING, HANGUP]
    assert run_script(FLOW, call, steps).path == ["directory", "hangup"]


def test_D14_without_confirmation_one_match_is_put_through_at_once() -> None:
    call = make_call(make_world())
    there = found(node("hangup"), call.world, "flow-emile")
    steps = [opened(directory(confirm_match=False)), ANSWER, spelled("627")]
    run_script(FLOW, call, [*steps, (Ask(LoadFlow("flow-emile")), there), GOING, HANGUP])


def test_D14_several_matches_are_offered_with_the_persons_own_voice() -> None:
    call = make_call(make_world())
    there = found(node("hangup"), call.world, "flow-alan")
    one, two = SayDigits("1"), SayDigits("2")
    press, name = Prompt("dir-multi1"), Prompt("dir-multi2")
    offer = (press, one, name, Speech("Alice Adams"), press, two, name, Recording("blob-1"))
    steps = [opened(directory()), ANSWER, spelled("232"), (Collect(offer, 1, 7000), Collected("2"))]
    run_script(FLOW, call, [*steps, (Ask(LoadFlow("flow-alan")), there), GOING, HANGUP])


def test_D14_nine_hears_more_and_the_last_page_ends() -> None:
    many = [DirectoryPerson("Bob", f"Brown{chr(97 + n)}", f"flow-{n}") for n in range(10)]
    call = make_call(make_world())
    there = found(node("hangup"), call.world, "flow-9")
    more = (lambda c: isinstance(c, Collect) and c.sounds[-1] == Prompt("dir-multi9"), Collected("9"))
    last = (lambda c: isinstance(c, Collect) and c.sounds[-1] == Speech("Bob Brownj"), Collected("2"))
    steps = [opened(directory(*many)), ANSWER, spelled("262"), more, last]
    run_script(FLOW, call, [*steps, (Ask(LoadFlow("flow-9")), there), GOING, HANGUP])
    over = (last[0], Collected("9"))
    ended = [opened(directory(*many)), ANSWER, spelled("262"), more, over, (Play((Prompt("dir-nomore"),)), None)]
    run_script(FLOW, make_call(make_world()), [*ended, *[spelled("9999"), NOBODY] * 2, BYE, HANGUP])


def test_D14_too_short_wrong_and_unwanted_names_end_by_the_wildcard() -> None:
    no = (Collect((Speech("Émile O'Brien"), Prompt("dir-instr")), 1, 7000), Collected("*"))
    steps = [opened(directory()), ANSWER, spelled("62"), NOBODY, spelled(""), NOBODY, spelled("627"), no, BYE, HANGUP]
    run_script(FLOW, make_call(make_world()), steps)


def test_D14_a_directory_that_is_gone_and_a_person_without_a_flow() -> None:
    run_script(FLOW, make_call(make_world()), [opened(None), HANGUP])
    asked = (Collect, Collected("1"))
    lost = [spelled("627"), asked, (Ask(LoadFlow("flow-emile")), None)]
    run_script(FLOW, make_call(make_world()), [opened(directory()), ANSWER, *lost * 3, BYE, HANGUP])
