"""Carries a page out: all phones are called at once, each that answers joins, who does not in time is skipped.

The page lasts until the speaker hangs up, or until no phone is left. Legs speak the ring machine's words
(`core.ring.machine`): the events are the same, and so are StartLeg, CancelLeg and WakeAt.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from qvoice.core.page.plan import PagePlan
from qvoice.core.ring.machine import CallerLeft, CancelLeg, LegAnswered, LegFailed, StartLeg, Tick, WakeAt


@dataclass(frozen=True, slots=True)
class JoinLeg:
    """This phone answered: it belongs to the page now."""

    leg_id: str


@dataclass(frozen=True, slots=True)
class SayReady:
    """All have answered or been skipped: tell the speaker to speak. At most once, and not when nobody is there."""


@dataclass(frozen=True, slots=True)
class Over:
    """The page is over. `reached`: how many phones joined in all. Always the last action."""

    reached: int


PageEvent: TypeAlias = LegAnswered | LegFailed | Tick | CallerLeft
PageAction: TypeAlias = StartLeg | CancelLeg | WakeAt | JoinLeg | SayReady | Over


class LegState(Enum):
    """A phone's part in the page."""

    CALLED = "called"
    JOINED = "joined"
    ENDED = "ended"


class PageMachine:
    """One page. Feed it `start` once, then `on` for every event; carry out what it returns, in order."""

    def __init__(self, plan: PagePlan) -> None:
        self.plan = plan
        self.over: Over | None = None
        self._legs = {leg.id: LegState.CALLED for leg in plan.legs}
        self._reached = 0
        self._deadline = 0.0
        self._ready = False
        self._out: list[PageAction] = []

    def start(self, now: float) -> list[PageAction]:
        """Call all phones."""
        self._deadline = now + self.plan.timeout
        self._out += [StartLeg(leg) for leg in self.plan.legs]
        return self._settled(now)

    def on(self, event: PageEvent, now: float) -> list[PageAction]:
        """Take one event; events of phones that are out do no harm."""
        if self.over is not None:
            if isinstance(event, LegAnswered):
                self._out.append(CancelLeg(event.leg_id, "late", answered=True))
        elif isinstance(event, CallerLeft):
            self._end("caller-left")
        elif not isinstance(event, Tick):
            state = self._legs.get(event.leg_id)
            reaction = TRANSITIONS.get((state, type(event))) if state is not None else None
            if reaction is not None:
                reaction(self, event.leg_id)
        return self._settled(now)

    def _join(self, leg_id: str) -> None:
        self._legs[leg_id] = LegState.JOINED
        self._reached += 1
        self._out.append(JoinLeg(leg_id))

    def _lost(self, leg_id: str) -> None:
        self._legs[leg_id] = LegState.ENDED

    def _late(self, leg_id: str) -> None:
        self._out.append(CancelLeg(leg_id, "late", answered=True))

    def _of(self, state: LegState) -> list[str]:
        return [leg_id for leg_id, is_ in self._legs.items() if is_ is state]

    def _end(self, reason: str) -> None:
        for leg_id, state in self._legs.items():
            if state is not LegState.ENDED:
                self._out.append(CancelLeg(leg_id, reason, answered=state is LegState.JOINED))
                self._legs[leg_id] = LegState.ENDED
        self.over = Over(self._reached)
        self._out.append(self.over)

    def _settled(self, now: float) -> list[PageAction]:
        """Skip who took too long, say when all is ready, end when nobody is left."""
        if self.over is None and now >= self._deadline:
            for leg_id in self._of(LegState.CALLED):
                self._out.append(CancelLeg(leg_id, "no-answer"))
                self._legs[leg_id] = LegState.ENDED
        if self.over is None and not self._of(LegState.CALLED):
            if not self._of(LegState.JOINED):
                self._end("no-answer")
            elif not self._ready:
                self._ready = True
                self._out.append(SayReady())
        if self.over is None and self._of(LegState.CALLED):
            self._out.append(WakeAt(self._deadline))
        out, self._out = self._out, []
        return out


Reaction: TypeAlias = Callable[[PageMachine, str], None]

TRANSITIONS: dict[tuple[LegState, type], Reaction] = {
    (LegState.CALLED, LegAnswered): PageMachine._join,
    (LegState.CALLED, LegFailed): PageMachine._lost,
    (LegState.JOINED, LegFailed): PageMachine._lost,
    (LegState.ENDED, LegAnswered): PageMachine._late,
}
"""(state, event) → what happens; what is not here changes nothing."""
