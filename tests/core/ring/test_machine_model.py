"""The ring machine against any order of events: one winner at most, every leg ends, nobody rings after the end, it
always finishes."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from qvoice.core.ring.machine import (
    Action,
    AskConfirm,
    CallerLeft,
    CancelLeg,
    ConnectLeg,
    Finished,
    IndicateRinging,
    LegAnswered,
    LegConfirmed,
    LegFailed,
    LegProgress,
    LegRinging,
    LegTrying,
    PickedUp,
    RingMachine,
    StartLeg,
    Tick,
    WakeAt,
)
from qvoice.core.ring.plan import Aor, CallerId, Leg, RingPlan, Stage

CAUSES = ["USER_BUSY", "NO_ANSWER", "CALL_REJECTED", "SUBSCRIBER_ABSENT", "NORMAL_TEMPORARY_FAILURE"]


@st.composite
def plans(draw: st.DrawFn) -> RingPlan:
    stages = []
    for number in range(draw(st.integers(0, 4))):
        legs = tuple(
            Leg(
                id=f"s{number}l{index}",
                target=Aor("u", "r", f"d{index}"),
                caller=CallerId(),
                timeout=draw(st.sampled_from([1.0, 5.0, 20.0])),
                delay=draw(st.sampled_from([0.0, 0.0, 3.0, 30.0])),
                progress_timeout=draw(st.sampled_from([None, 2.0])),
                confirm=draw(st.booleans()),
            )
            for index in range(draw(st.integers(0, 3)))
        )
        stages.append(Stage(legs))
    return RingPlan(
        tuple(stages),
        timeout=draw(st.sampled_from([None, 0.0, 4.0, 40.0])),
        fail_on_single_reject=draw(st.booleans()),
        trunks=draw(st.booleans()),
    )


class Ringing(RuleBasedStateMachine):
    """`live`: legs started and not over; the world keeps the promises that the driver makes about events."""

    @initialize(plan=plans())
    def begin(self, plan: RingPlan) -> None:
        self.plan = plan
        self.machine = RingMachine(plan)
        self.now = 100.0
        self.live: set[str] = set()
        self.answered: set[str] = set()
        self.ever: set[str] = set()
        self.over: set[str] = set()
        self.winners: list[str] = []
        self.finished: list[Finished] = []
        self.ringing_shown = 0
        self.wake: float | None = None
        self.take(self.machine.start(self.now))

    def take(self, actions: list[Action]) -> None:
        self.wake = None
        for action in actions:
            match action:
                case StartLeg(leg):
                    assert not self.finished, "a leg started after the end"
                    assert leg.id not in self.ever, "a leg started twice"
                    self.live.add(leg.id)
                    self.ever.add(leg.id)
                case CancelLeg(leg_id, reason, answered):
                    assert leg_id in self.ever
                    if reason == "late":
                        assert leg_id in self.answered
                    else:
                        assert leg_id in self.live, "cancelled what does not live"
                        assert answered == (leg_id in self.answered)
                        self.live.discard(leg_id)
                        self.over.add(leg_id)
                case AskConfirm(leg_id):
                    assert leg_id in self.live
                case ConnectLeg(leg_id):
                    assert leg_id in self.answered or leg_id.startswith("picker")
                    self.winners.append(leg_id)
                    self.live.discard(leg_id)
                case IndicateRinging():
                    self.ringing_shown += 1
                case Finished():
                    self.finished.append(action)
                case WakeAt(at):
                    assert at >= self.now, "a wake-up in the past"
                    self.wake = at
                case _:
                    pass

    def _pick(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(sorted(self.ever)))

    @precondition(lambda self: self.ever)
    @rule(data=st.data(), kind=st.sampled_from([LegTrying, LegRinging, LegProgress]))
    def progress(self, data: st.DataObject, kind: type) -> None:
        self.take(self.machine.on(kind(self._pick(data)), self.now))

    @precondition(lambda self: self.ever - self.answered)
    @rule(data=st.data())
    def answer(self, data: st.DataObject) -> None:
        leg = data.draw(st.sampled_from(sorted(self.ever - self.answered)))
        self.answered.add(leg)
        before = len(self.winners)
        self.take(self.machine.on(LegAnswered(leg), self.now))
        assert len(self.winners) <= before + 1

    @precondition(lambda self: self.answered)
    @rule(data=st.data())
    def confirm(self, data: st.DataObject) -> None:
        self.take(self.machine.on(LegConfirmed(data.draw(st.sampled_from(sorted(self.answered)))), self.now))

    @precondition(lambda self: self.live)
    @rule(data=st.data(), cause=st.sampled_from(CAUSES))
    def fail(self, data: st.DataObject, cause: str) -> None:
        leg = data.draw(st.sampled_from(sorted(self.live)))
        self.live.discard(leg)
        self.over.add(leg)
        self.take(self.machine.on(LegFailed(leg, cause), self.now))

    @rule(step=st.sampled_from([0.5, 1.0, 3.0, 30.0]))
    def time_passes(self, step: float) -> None:
        self.now += step
        self.take(self.machine.on(Tick(), self.now))

    @rule(unlikely=st.integers(0, 9))
    def caller_leaves(self, unlikely: int) -> None:
        if unlikely == 0:
            self.take(self.machine.on(CallerLeft(), self.now))
            assert self.finished

    @rule(unlikely=st.integers(0, 9), who=st.integers(1, 2))
    def somebody_picks_it_up(self, unlikely: int, who: int) -> None:
        if unlikely == 0:
            running = not self.finished
            self.take(self.machine.on(PickedUp(f"picker{who}"), self.now))
            assert self.finished
            assert (self.winners == [f"picker{who}"]) or not running

    @invariant()
    def at_most_one_winner_and_one_end(self) -> None:
        if not hasattr(self, "machine"):
            return
        assert len(self.winners) <= 1
        assert len(self.finished) <= 1
        assert self.ringing_shown <= 1
        if self.finished:
            assert not self.live, "a leg goes on after the end"
            assert self.finished[0].answered_by == (self.winners[0] if self.winners else None)
        else:
            assert self.wake is not None, "it would wait for ever"

    def teardown(self) -> None:
        """Whatever happened so far, following the wake-ups alone brings it to the end."""
        if not hasattr(self, "machine"):
            return
        for _ in range(500):
            if self.finished:
                break
            assert self.wake is not None
            self.now = self.wake
            self.take(self.machine.on(Tick(), self.now))
        assert self.finished
        assert not self.live


Ringing.TestCase.settings = settings(max_examples=300, stateful_step_count=30, deadline=None)
TestRinging = Ringing.TestCase
