"""The transfer machine's table, one sentence a test; and against any order of events."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from qvoice.core.transfer import machine as m

A, B, T = m.TRANSFEROR, m.TRANSFEREE, m.TARGET


def connected(*parties: str) -> m.Connect:
    return m.Connect(frozenset(parties))


def run(machine: m.TransferMachine, *events: m.Event) -> list[m.Action]:
    """Feed events; return what the last one led to."""
    actions: list[m.Action] = []
    for event in events:
        actions = machine.on(event)
    return actions


def test_D8_a_blind_transfer_reports_ringing_and_the_answer_and_then_lets_the_transferor_go() -> None:
    machine = m.TransferMachine(attended=False)
    assert run(machine, m.TargetRings()) == [m.Tell("ringing")]
    assert run(machine, m.TargetAnswers()) == [m.Tell("answered"), m.HangUp(A), m.Over("transferred")]


def test_D8_a_busy_target_gives_the_transferee_back() -> None:
    machine = m.TransferMachine(attended=False)
    assert run(machine, m.TargetFails()) == [m.Tell("failed"), connected(A, B), m.Over("returned")]


def test_D8_a_transferor_who_left_is_rung_again() -> None:
    machine = m.TransferMachine(attended=False)
    assert run(machine, m.TransferorLeaves(), m.TargetFails()) == [m.PlayRinging(B), m.Recall()]
    assert run(machine, m.RecallAnswers()) == [connected(A, B), m.Over("returned")]


def test_D8_a_transferee_whom_nobody_wants_is_let_go() -> None:
    machine = m.TransferMachine(attended=False, transferor_there=False)
    assert run(machine, m.TargetFails(), m.RecallFails()) == [m.HangUp(B), m.Over("lost")]


def test_D8_an_attended_transfer_is_completed_by_hanging_up() -> None:
    machine = m.TransferMachine(attended=True)
    assert run(machine, m.TargetRings()) == [m.PlayRinging(A)]
    assert run(machine, m.TargetAnswers()) == [connected(A, T)]
    assert run(machine, m.TransferorLeaves()) == [connected(B, T), m.Over("transferred")]


@pytest.mark.parametrize("consulted", [True, False])
def test_D8_an_attended_transfer_is_taken_back(consulted: bool) -> None:
    machine = m.TransferMachine(attended=True)
    if consulted:
        machine.on(m.TargetAnswers())
    assert run(machine, m.TakeBack()) == [m.HangUp(T), connected(A, B), m.Over("returned")]


def test_D8_three_talk_after_merging() -> None:
    machine = m.TransferMachine(attended=True)
    assert run(machine, m.TargetAnswers(), m.Merge()) == [connected(A, B, T), m.Over("three-way")]


def test_D8_hanging_up_while_the_target_rings_hands_the_ringing_on() -> None:
    machine = m.TransferMachine(attended=True)
    assert run(machine, m.TransferorLeaves()) == [m.PlayRinging(B)]
    assert run(machine, m.TargetFails()) == [m.PlayRinging(B), m.Recall()]


EVENTS = {
    "rings": m.TargetRings,
    "answers": m.TargetAnswers,
    "fails": m.TargetFails,
    "take_back": m.TakeBack,
    "merge": m.Merge,
}


class Transfers(RuleBasedStateMachine):
    """The world keeps its promises: only who is there leaves, only a target that was asked answers.

    Invariants: one outcome; one final word to a transferor who waits for it; a transferee who is there is talking,
    hears something, or is hung up; nobody is connected to somebody who has left; at most one recall.
    """

    @initialize(attended=st.booleans())
    def begin(self, attended: bool) -> None:
        self.machine = m.TransferMachine(attended=attended)
        self.attended = attended
        self.there = {A: True, B: True}
        self.target = "asked"
        self.recalling = False
        self.recalls = 0
        self.talking: frozenset[str] = frozenset()
        self.hears = {A: "", B: "music" if attended else "flow"}
        self.words: list[str] = []
        self.outcomes: list[str] = []

    def feed(self, event: m.Event) -> None:
        for action in self.machine.on(event):
            assert not self.outcomes, f"{action} after the end"
            match action:
                case m.Tell(word=word):
                    assert self.there[A]
                    self.words.append(word)
                case m.Connect(parties=parties):
                    for party in parties - {T}:
                        if party == A and self.recalling:
                            self.there[A] = True
                        assert self.there[party], f"{party} has left"
                        self.hears[party] = "talk"
                    assert T not in parties or self.target == "answered"
                    self.talking = parties
                    self.recalling = False
                case m.PlayRinging(party=party):
                    assert self.there[party]
                    self.hears[party] = "ringing"
                case m.HangUp(party=party):
                    if party == T:
                        self.target = "gone"
                    else:
                        self.there[party] = False
                case m.Recall():
                    self.recalls += 1
                    self.recalling = True
                case m.CancelRecall():
                    assert self.recalling
                    self.recalling = False
                case m.Over(outcome=outcome):
                    self.outcomes.append(outcome)

    @precondition(lambda self: self.there[A] and not self.outcomes)
    @rule()
    def the_transferor_leaves(self) -> None:
        self.there[A] = False
        self.talking -= {A}
        self.feed(m.TransferorLeaves())

    @precondition(lambda self: self.there[B] and not self.outcomes)
    @rule()
    def the_transferee_leaves(self) -> None:
        self.there[B] = False
        self.talking -= {B}
        self.feed(m.TransfereeLeaves())

    @precondition(lambda self: self.target == "asked")
    @rule(how=st.sampled_from(["rings", "answers", "fails"]))
    def the_target_does_something(self, how: str) -> None:
        self.target = {"rings": "asked", "answers": "answered", "fails": "gone"}[how]
        self.feed(EVENTS[how]())

    @precondition(lambda self: self.target == "answered" and self.attended)
    @rule()
    def the_target_leaves(self) -> None:
        self.target = "gone"
        self.talking -= {T}
        self.feed(m.TargetLeaves())

    @precondition(lambda self: self.there[A] and self.attended)
    @rule(what=st.sampled_from(["take_back", "merge"]))
    def the_transferor_presses(self, what: str) -> None:
        self.feed(EVENTS[what]())

    @precondition(lambda self: self.recalling)
    @rule(answered=st.booleans())
    def the_recall_ends(self, answered: bool) -> None:
        if not answered:
            self.recalling = False
        self.feed(m.RecallAnswers() if answered else m.RecallFails())

    @rule()
    def nothing_happens(self) -> None:
        """A state from which nobody can do anything is a fine end."""

    @invariant()
    def no_party_is_forgotten(self) -> None:
        if not hasattr(self, "machine"):
            return
        assert len(self.outcomes) <= 1
        assert self.recalls <= 1
        finals = [word for word in self.words if word != "ringing"]
        assert len(finals) <= 1
        if self.outcomes and self.there[B] and not self.attended and self.outcomes != ["transferred"]:
            assert self.talking >= {A, B}
        if self.outcomes == ["transferred"] and self.attended and self.there[B] and self.target == "answered":
            assert {B, T} == self.talking
        if not self.outcomes and self.there[B]:
            assert self.hears[B], "the transferee hears nothing"
        if not self.outcomes:
            waits = self.recalling or self.target in ("asked", "answered")
            assert waits, "nothing more can happen, and the transfer is not over"


TestTransfers = Transfers.TestCase
TestTransfers.settings = settings(max_examples=200, stateful_step_count=12, deadline=None)
