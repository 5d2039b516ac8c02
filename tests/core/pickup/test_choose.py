"""Which call is taken."""

from __future__ import annotations

import pytest

from qvoice.core.pickup.choose import Choice, Party, Pickable, Targets, choose, choose_conversation

ME = Party("me", "d0", "u0")
BOB = Party("ch-bob", "d1", "u1")
CAROL = Party("ch-carol", "d2", "u2")
BOBS = Targets(frozenset({"d1"}))


def pick(*calls: Pickable, targets: Targets = BOBS, live: bool = False, picker: Party = ME) -> Choice | None:
    return choose(calls, targets, account_id="acme", live=live, picker=picker)


def test_D11_the_call_that_waits_longest_is_taken() -> None:
    calls = [Pickable("new", "acme", 9.0, (BOB,)), Pickable("old", "acme", 3.0, (CAROL, BOB))]
    assert pick(*calls) == Choice("old")


def test_D11_a_call_that_rings_elsewhere_is_left_alone() -> None:
    assert pick(Pickable("c", "acme", 1.0, (CAROL,))) is None


def test_D11_a_call_of_another_account_is_never_taken() -> None:
    assert pick(Pickable("c", "globex", 1.0, (BOB,))) is None


def test_D11_a_forwarded_leg_is_known_by_its_user() -> None:
    assert pick(Pickable("c", "acme", 1.0, (Party("x", "", "u1"),)), targets=Targets(frozenset(), frozenset({"u1"})))


def test_D11_targets_without_ids_cover_nobody() -> None:
    assert not Targets()
    assert pick(Pickable("c", "acme", 1.0, (Party("x"),)), targets=Targets()) is None


@pytest.mark.parametrize("live", [False, True])
def test_D11_a_conversation_is_taken_over_only_when_asked_for(live: bool) -> None:
    talking = Pickable("c", "acme", 1.0, talking=(CAROL, BOB))
    assert pick(talking, live=live) == (Choice("c", BOB) if live else None)


def test_D11_ringing_calls_come_before_conversations() -> None:
    talking = Pickable("talk", "acme", 1.0, talking=(CAROL, BOB))
    assert pick(talking, Pickable("ring", "acme", 5.0, (BOB,)), live=True) == Choice("ring")


def test_D11_nobody_takes_his_own_side_of_a_conversation() -> None:
    mine = Pickable("c", "acme", 1.0, talking=(BOB, CAROL))
    assert pick(mine, live=True, picker=Party("new", "d1", "u1")) is None
    both = Targets(frozenset({"d1", "d2"}))
    assert pick(mine, live=True, picker=Party("new", "d1", "u1"), targets=both) == Choice("c", CAROL)


def test_D15_a_listener_hears_the_newest_conversation_of_his_account_and_never_his_own() -> None:
    def heard(*calls: Pickable, picker: Party = ME, targets: Targets = BOBS) -> Choice | None:
        return choose_conversation(calls, targets, account_id="acme", picker=picker)

    old, new = (Pickable(n, "acme", at, talking=(CAROL, BOB)) for n, at in (("old", 1.0), ("new", 2.0)))
    assert heard(old, new) == Choice("new", BOB)
    assert heard(Pickable("c", "globex", 1.0, talking=(CAROL, BOB))) is None
    assert heard(Pickable("c", "acme", 1.0, ringing=(BOB,))) is None
    assert heard(old, targets=Targets(frozenset({"d9"}))) is None
    assert heard(old, picker=Party("x", "d2")) is None, "one of the two himself"
