"""Carries a ring plan out: leg events in, actions out. All that changes a leg's state is in TRANSITIONS.

Theory: stages follow each other; in a stage each leg starts after its delay and lives until it fails, its time is
over, or it wins.
The first answer wins (after pressing 1 where confirmation is asked); all others are cancelled in the same step, and
an answer that
crosses the cancel on the wire is hung up. Nothing starts after the end. Times are seconds of any one monotonic clock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from qvoice.core.ring.causes import CALLEE_SPOKE, CHOSEN, REJECTIONS, Failure, code_of, overall
from qvoice.core.ring.plan import Gateway, Leg, RingPlan

CONFIRM_SECONDS = 30.0
"""Longest wait for the confirming key (three prompts of 7 s and their audio)."""

# --- events -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LegTrying:
    """The leg's INVITE is on its way (100, or nothing yet)."""

    leg_id: str


@dataclass(frozen=True, slots=True)
class LegRinging:
    """The leg rings (180)."""

    leg_id: str


@dataclass(frozen=True, slots=True)
class LegProgress:
    """The leg sends early media (183 with SDP)."""

    leg_id: str


@dataclass(frozen=True, slots=True)
class LegAnswered:
    """The leg answered (200)."""

    leg_id: str


@dataclass(frozen=True, slots=True)
class LegConfirmed:
    """The answerer pressed 1."""

    leg_id: str


@dataclass(frozen=True, slots=True)
class LegFailed:
    """The leg ended without winning: refused, hung up while confirming, engine fault. `sip_code` 0 when none."""

    leg_id: str
    cause: str
    sip_code: int = 0


@dataclass(frozen=True, slots=True)
class Tick:
    """The time asked for with WakeAt has come (or any other time: ticks do no harm)."""


@dataclass(frozen=True, slots=True)
class CallerLeft:
    """The caller hung up, or the flow was ended."""


@dataclass(frozen=True, slots=True)
class PickedUp:
    """Somebody who was not rung takes the call; `leg_id` is a name for his leg that the plan does not use.

    Taken only while ringing lasts (`finished` is None): of two who try, and the answerer, the first wins.
    """

    leg_id: str


RingEvent: TypeAlias = (
    LegTrying | LegRinging | LegProgress | LegAnswered | LegConfirmed | LegFailed | Tick | CallerLeft | PickedUp
)

# --- actions ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StartLeg:
    """Create this leg's channel and dial it."""

    leg: Leg


@dataclass(frozen=True, slots=True)
class CancelLeg:
    """End this leg. `reason`: `answered-elsewhere` (say so: RFC 3326 `SIP;cause=200`), `no-answer`, `caller-left`,
    `refused`, `late`.

    `answered`: it had answered, so it is a hang-up and not a CANCEL.
    """

    leg_id: str
    reason: str
    answered: bool = False


@dataclass(frozen=True, slots=True)
class AskConfirm:
    """Ask the answerer to press 1 (three prompts, 7 s each); then send LegConfirmed or LegFailed(CALL_REJECTED)."""

    leg_id: str


@dataclass(frozen=True, slots=True)
class ConnectLeg:
    """Connect this leg with the caller."""

    leg_id: str


@dataclass(frozen=True, slots=True)
class IndicateRinging:
    """Let the caller hear ringing, or the plan's ringback. At most once."""


@dataclass(frozen=True, slots=True)
class PassEarlyMedia:
    """Let the caller hear this leg's early media (only when it alone rings and the plan has no ringback)."""

    leg_id: str


@dataclass(frozen=True, slots=True)
class WakeAt:
    """Send a Tick at this time, unless a later WakeAt replaces it."""

    at: float


@dataclass(frozen=True, slots=True)
class Finished:
    """Ringing is over. `answered_by` is the connected leg (of the plan, or of PickedUp), else None with cause and
    code. Always the last action but late hang-ups."""

    answered_by: str | None
    cause: str
    sip_code: int


Action: TypeAlias = (
    StartLeg | CancelLeg | AskConfirm | ConnectLeg | IndicateRinging | PassEarlyMedia | WakeAt | Finished
)


class LegState(Enum):
    """A leg's life."""

    WAITING = "waiting"
    DIALLING = "dialling"
    RINGING = "ringing"
    CONFIRMING = "confirming"
    CONNECTED = "connected"
    ENDED = "ended"


@dataclass(slots=True)
class _Live:
    """A leg of the current stage. `due`: when the next thing happens to it by time."""

    leg: Leg
    due: float
    state: LegState = LegState.WAITING
    started: float = 0.0
    progressed: bool = False


class RingMachine:
    """One plan being rung. Feed it `start` once, then `on` for every event; carry out what it returns, in order."""

    def __init__(self, plan: RingPlan) -> None:
        self.plan = plan
        self.finished: Finished | None = None
        self._stage = -1
        self._legs: dict[str, _Live] = {}
        self._failures: list[Failure] = []
        self._deadline: float | None = None
        self._closing = False
        self._rang = False
        self._out: list[Action] = []

    def start(self, now: float) -> list[Action]:
        """Begin with the first stage."""
        if self.plan.timeout is not None:
            self._deadline = now + self.plan.timeout
        self._next_stage(now)
        return self._flush(now)

    def on(self, event: RingEvent, now: float) -> list[Action]:
        """Take one event; events of unknown or ended legs do no harm."""
        if isinstance(event, CallerLeft):
            if self.finished is None:
                self._finish(None, Failure("ORIGINATOR_CANCEL", 487), "caller-left")
        elif isinstance(event, PickedUp):
            if self.finished is None:
                self._finish(event.leg_id, Failure("NORMAL_CLEARING", 200), "answered-elsewhere")
        elif not isinstance(event, Tick):
            live = self._legs.get(event.leg_id)
            if live is not None:
                reaction = TRANSITIONS.get((live.state, type(event)))
                if reaction is not None:
                    reaction(self, live, event, now)
        if self.finished is None:
            self._by_time(now)
        return self._flush(now)

    # --- reactions (see TRANSITIONS) ---------------------------------------------------------------------------------

    def _trying(self, live: _Live, event: RingEvent, now: float) -> None:
        """100 says nothing about the callee: the progress timer goes on."""

    def _ringing(self, live: _Live, event: RingEvent, now: float) -> None:
        live.state, live.progressed = LegState.RINGING, True
        self._indicate_ringing()

    def _progress(self, live: _Live, event: RingEvent, now: float) -> None:
        live.state, live.progressed = LegState.RINGING, True
        alone = sum(len(stage.legs) for stage in self.plan.stages[self._stage : self._stage + 1]) == 1
        if alone and self.plan.ringback is None and not live.leg.ignore_early_media:
            self._out.append(PassEarlyMedia(live.leg.id))
        else:
            self._indicate_ringing()

    def _answered(self, live: _Live, event: RingEvent, now: float) -> None:
        if live.leg.confirm:
            live.state, live.due = LegState.CONFIRMING, now + CONFIRM_SECONDS
            self._out.append(AskConfirm(live.leg.id))
        else:
            self._win(live, event, now)

    def _win(self, live: _Live, event: RingEvent, now: float) -> None:
        live.state = LegState.CONNECTED
        self._finish(live.leg.id, Failure("NORMAL_CLEARING", 200), "answered-elsewhere")

    def _failed(self, live: _Live, event: RingEvent, now: float) -> None:
        assert isinstance(event, LegFailed)
        self._end(live, Failure(event.cause, event.sip_code))

    def _late(self, live: _Live, event: RingEvent, now: float) -> None:
        self._out.append(CancelLeg(live.leg.id, "late", answered=True))

    # --- the rest
    # ------------------------------------------------------------------------------------------------------

    def _end(self, live: _Live, failure: Failure) -> None:
        """A leg is over: remember why, and end the plan when that is the last word."""
        spoke = live.progressed and failure.cause in CALLEE_SPOKE
        live.state = LegState.ENDED
        self._failures.append(failure)
        rejected = self.plan.fail_on_single_reject and failure.cause in REJECTIONS
        rejected = rejected or (bool(live.leg.announce) and failure.cause in CHOSEN)
        if (self.plan.trunks and spoke and not _is_for_help(live.leg)) or rejected:
            self._finish(None, Failure(failure.cause, failure.sip_code or code_of(failure.cause)), "refused")

    def _finish(self, winner: str | None, why: Failure, reason: str) -> None:
        for live in self._legs.values():
            if live.leg.id != winner:
                self._cancel(live, reason)
        if winner is not None:
            self._out.append(ConnectLeg(winner))
        self.finished = Finished(winner, why.cause, why.sip_code)
        self._out.append(self.finished)

    def _cancel(self, live: _Live, reason: str) -> None:
        if live.state not in (LegState.WAITING, LegState.ENDED):
            self._out.append(CancelLeg(live.leg.id, reason, answered=live.state is LegState.CONFIRMING))
        live.state = LegState.ENDED

    def _by_time(self, now: float) -> None:
        """Start what is due, end what is over, go to the next stage, finish: until nothing more happens now."""
        if self._deadline is not None and now >= self._deadline and not self._closing:
            self._closing = True
            for live in self._legs.values():
                if live.state is not LegState.CONFIRMING:
                    self._time_out(live)
        for live in list(self._legs.values()):
            if self.finished is None and live.state is not LegState.ENDED and live.due <= now:
                self._due(live, now)
        while self.finished is None and all(live.state is LegState.ENDED for live in self._legs.values()):
            if self._closing or not self._next_stage(now):
                why = overall(self._failures)
                self._finish(None, why, "no-answer")

    def _due(self, live: _Live, now: float) -> None:
        if live.state is LegState.WAITING:
            self._start(live, now)
        elif live.state is LegState.CONFIRMING:
            self._cancel(live, "no-answer")
            self._end(live, Failure("NO_ANSWER", 480))
        else:
            limit = live.leg.progress_timeout
            over = now >= live.started + live.leg.timeout
            if over or (limit is not None and not live.progressed and now >= live.started + limit):
                self._time_out(live, progress=not over)
            else:
                live.due = self._next_due(live)

    def _time_out(self, live: _Live, *, progress: bool = False) -> None:
        """A leg's time is over. A leg that never rang did not refuse: nobody was there."""
        was_waiting = live.state is LegState.WAITING
        if live.state is LegState.ENDED:
            return
        cause = "PROGRESS_TIMEOUT" if progress else "NO_ANSWER" if live.progressed else "NO_USER_RESPONSE"
        self._cancel(live, "no-answer")
        if not was_waiting and self.finished is None:
            self._end(live, Failure(cause, 0))

    def _start(self, live: _Live, now: float) -> None:
        live.state, live.started = LegState.DIALLING, now
        live.due = self._next_due(live)
        self._out.append(StartLeg(live.leg))

    def _next_due(self, live: _Live) -> float:
        over = live.started + live.leg.timeout
        limit = live.leg.progress_timeout
        return over if limit is None or live.progressed else min(over, live.started + limit)

    def _next_stage(self, now: float) -> bool:
        """Enter the next stage; False when there is none."""
        if self._stage + 1 >= len(self.plan.stages):
            return False
        self._stage += 1
        for leg in self.plan.stages[self._stage].legs:
            live = _Live(leg, now + leg.delay)
            self._legs[leg.id] = live
            if live.due <= now:
                self._start(live, now)
        return True

    def _indicate_ringing(self) -> None:
        if not self._rang:
            self._rang = True
            self._out.append(IndicateRinging())

    def _flush(self, now: float) -> list[Action]:
        if self.finished is None:
            self._by_time(now)
        if self.finished is None:
            times = [live.due for live in self._legs.values() if live.state is not LegState.ENDED]
            if self._deadline is not None and not self._closing:
                times.append(self._deadline)
            self._out.append(WakeAt(max(min(times), now)))
        actions, self._out = self._out, []
        return actions


def _is_for_help(leg: Leg) -> bool:
    """Whether it is an emergency call: a busy or refusing centre is asked again by the next carrier, who may have
    another way to it.
    """
    return isinstance(leg.target, Gateway) and leg.target.emergency


Reaction: TypeAlias = Callable[[RingMachine, _Live, RingEvent, float], None]

TRANSITIONS: dict[tuple[LegState, type], Reaction] = {
    (LegState.DIALLING, LegTrying): RingMachine._trying,
    (LegState.DIALLING, LegRinging): RingMachine._ringing,
    (LegState.DIALLING, LegProgress): RingMachine._progress,
    (LegState.DIALLING, LegAnswered): RingMachine._answered,
    (LegState.DIALLING, LegFailed): RingMachine._failed,
    (LegState.RINGING, LegRinging): RingMachine._ringing,
    (LegState.RINGING, LegProgress): RingMachine._progress,
    (LegState.RINGING, LegAnswered): RingMachine._answered,
    (LegState.RINGING, LegFailed): RingMachine._failed,
    (LegState.CONFIRMING, LegConfirmed): RingMachine._win,
    (LegState.CONFIRMING, LegFailed): RingMachine._failed,
    (LegState.ENDED, LegAnswered): RingMachine._late,
}
"""(state, event) → what happens. What is not here changes nothing: a leg that is not dialled cannot ring, an ended
one stays ended."""
