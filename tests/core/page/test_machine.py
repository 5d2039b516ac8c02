"""The page machine: everybody who answers joins, who does not is skipped, nobody is left over."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from qvoice.core.page.machine import JoinLeg, Over, PageMachine, SayReady
from qvoice.core.page.plan import PagePlan
from qvoice.core.ring.machine import CallerLeft, CancelLeg, LegAnswered, LegFailed, StartLeg, Tick, WakeAt
from qvoice.core.ring.plan import Aor, CallerId, Leg


def legs(*names: str) -> tuple[Leg, ...]:
    return tuple(Leg(name, Aor(name, "r", name), CallerId()) for name in names)


def test_D11_all_phones_are_called_at_once_and_join_as_they_answer() -> None:
    page = PageMachine(PagePlan(legs("a", "b")))
    assert page.start(0.0) == [*(StartLeg(leg) for leg in legs("a", "b")), WakeAt(5.0)]
    assert page.on(LegAnswered("a"), 1.0) == [JoinLeg("a"), WakeAt(5.0)]
    assert page.on(LegAnswered("b"), 1.5) == [JoinLeg("b"), SayReady()]
    assert page.on(LegFailed("a", "NORMAL_CLEARING"), 9.0) == []
    assert page.on(LegFailed("b", "NORMAL_CLEARING"), 9.5) == [Over(2)]


def test_D11_unreachable_phones_are_skipped() -> None:
    page = PageMachine(PagePlan(legs("a", "b", "c")))
    page.start(0.0)
    assert page.on(LegFailed("a", "SUBSCRIBER_ABSENT", 480), 0.2) == [WakeAt(5.0)]
    page.on(LegAnswered("b"), 1.0)
    assert page.on(Tick(), 5.0) == [CancelLeg("c", "no-answer"), SayReady()]
    assert page.on(LegAnswered("c"), 5.1) == [CancelLeg("c", "late", answered=True)]
    assert page.on(Tick(), 60.0) == []


def test_D11_a_page_that_reaches_nobody_is_over() -> None:
    page = PageMachine(PagePlan(legs("a")))
    page.start(0.0)
    assert page.on(Tick(), 5.0) == [CancelLeg("a", "no-answer"), Over(0)]
    assert PageMachine(PagePlan(())).start(0.0) == [Over(0)]


def test_D11_the_speaker_ends_it_for_all() -> None:
    page = PageMachine(PagePlan(legs("a", "b")))
    page.start(0.0)
    page.on(LegAnswered("a"), 1.0)
    ended = [CancelLeg("a", "caller-left", answered=True), CancelLeg("b", "caller-left"), Over(1)]
    assert page.on(CallerLeft(), 2.0) == ended
    assert page.on(LegAnswered("b"), 2.1) == [CancelLeg("b", "late", answered=True)]
    assert page.on(CallerLeft(), 3.0) == []


class Paging(RuleBasedStateMachine):
    """`live`: phones called and not over. Invariants: who joined answered; nobody lives after the end; it ends."""

    @initialize(count=st.integers(0, 5))
    def begin(self, count: int) -> None:
        self.names = [f"p{n}" for n in range(count)]
        self.page = PageMachine(PagePlan(legs(*self.names)))
        self.now = 0.0
        self.live: set[str] = set()
        self.answered: set[str] = set()
        self.joined: set[str] = set()
        self.ready = self.overs = 0
        self.take(self.page.start(0.0))

    def take(self, actions: list[Any]) -> None:
        for action in actions:
            match action:
                case StartLeg(leg):
                    self.live.add(leg.id)
                case JoinLeg(leg_id):
                    assert leg_id in self.answered
                    assert leg_id not in self.joined
                    self.joined.add(leg_id)
                case CancelLeg(leg_id, reason, _):
                    assert leg_id in self.live or reason == "late"
                    self.live.discard(leg_id)
                case SayReady():
                    assert self.joined & self.live
                    self.ready += 1
                case Over(reached):
                    assert reached == len(self.joined)
                    self.overs += 1
                case _:
                    pass

    @rule(data=st.data())
    def answer(self, data: st.DataObject) -> None:
        if waiting := sorted(set(self.names) - self.answered):
            leg = data.draw(st.sampled_from(waiting))
            self.answered.add(leg)
            self.take(self.page.on(LegAnswered(leg), self.now))

    @rule(data=st.data())
    def fail(self, data: st.DataObject) -> None:
        if self.live:
            leg = data.draw(st.sampled_from(sorted(self.live)))
            self.live.discard(leg)
            self.take(self.page.on(LegFailed(leg, "USER_BUSY"), self.now))

    @rule(step=st.sampled_from([0.5, 6.0]))
    def time_passes(self, step: float) -> None:
        self.now += step
        self.take(self.page.on(Tick(), self.now))

    @rule(unlikely=st.integers(0, 5))
    def speaker_leaves(self, unlikely: int) -> None:
        if unlikely == 0:
            self.take(self.page.on(CallerLeft(), self.now))
            assert self.page.over

    @invariant()
    def nobody_is_left_over(self) -> None:
        if not hasattr(self, "page"):
            return
        assert self.ready <= 1
        assert self.overs == (self.page.over is not None)
        if self.page.over:
            assert not self.live
        else:
            assert self.live, "a page without phones goes on"
            assert self.now < 5.0 or self.live <= self.joined, "a phone rings on after its time"


Paging.TestCase.settings = settings(max_examples=200, stateful_step_count=30, deadline=None)
TestPaging = Paging.TestCase
