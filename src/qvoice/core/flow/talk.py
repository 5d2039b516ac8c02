"""Helpers that give each command a typed answer, so that modules never see raw events."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, TypeVar

from qvoice.core.flow.commands import (
    Answer,
    Ask,
    Collect,
    Command,
    Hangup,
    Occupy,
    Play,
    Record,
    Reject,
    Ring,
    Ringing,
    SendDtmf,
    Sleep,
    Sound,
    Take,
    Tell,
    Wait,
)
from qvoice.core.flow.events import Collected, Event, Occupied, Played, Recorded, Reply, RingDone, Waited
from qvoice.core.flow.requests import Request
from qvoice.core.recording.rules import Tape
from qvoice.core.ring.plan import RingPlan

T = TypeVar("T")
Talk = Generator[Command, Event, T]
"""A dialogue: yields commands, receives events, returns T."""


def _expect(event: Event, kind: type[T]) -> T:
    if not isinstance(event, kind):
        raise TypeError(f"the driver answered {event!r} where {kind.__name__} was due")
    return event


def answer() -> Talk[None]:
    """Answer the caller."""
    yield Answer()


def ringing() -> Talk[None]:
    """Send ringing to the caller."""
    yield Ringing()


def play(*sounds: Sound, terminators: str = "", loop: bool = False) -> Talk[str | None]:
    """Play sounds; return the key that cut them short, or None."""
    return _expect((yield Play(sounds, terminators, loop)), Played).key


def play_seekable(*sounds: Sound, terminators: str, rewind: str, forward: str, skip_ms: int) -> Talk[str | None]:
    """As `play`; the keys `rewind` and `forward` jump in what is heard."""
    command = Play(sounds, terminators, rewind=rewind, forward=forward, skip_ms=skip_ms)
    return _expect((yield command), Played).key


def collect(
    *sounds: Sound, max_digits: int = 1, timeout_ms: int = 5000, interdigit_ms: int = 2000, terminators: str = "#"
) -> Talk[Collected]:
    """Play sounds and gather digits."""
    return _expect((yield Collect(sounds, max_digits, timeout_ms, interdigit_ms, terminators)), Collected)


def record(
    purpose: str,
    owner: str,
    *,
    max_seconds: int = 500,
    silence_seconds: int = 0,
    terminators: str = "#",
    beep: bool = True,
    tape: Tape | None = None,
) -> Talk[Recorded]:
    """Record the caller."""
    return _expect((yield Record(purpose, owner, max_seconds, silence_seconds, terminators, beep, tape)), Recorded)


def ring(plan: RingPlan) -> Talk[RingDone]:
    """Ring a plan and, if answered, stay until the conversation ends."""
    return _expect((yield Ring(plan)), RingDone)


def occupy(lot: str, slot: str = "", *, last: int | None = None) -> Talk[Occupied]:
    """Claim a slot to wait in."""
    return _expect((yield Occupy(lot, slot, last)), Occupied)


def wait(command: Wait) -> Talk[bool]:
    """Wait in a slot; True when another call took the caller."""
    return _expect((yield command), Waited).taken


def take(lot: str, slot: str) -> Talk[RingDone]:
    """Take whoever waits in a slot and stay until the conversation ends."""
    return _expect((yield Take(lot, slot)), RingDone)


def ask(request: Request) -> Talk[Any]:
    """Ask the data layer; raises DataUnavailable when it could not answer."""
    reply = _expect((yield Ask(request)), Reply)
    if reply.error is not None:
        raise DataUnavailable(reply.error)
    return reply.value


def send_dtmf(digits: str, duration_ms: int = 100) -> Talk[None]:
    """Send digits to the caller."""
    yield SendDtmf(digits, duration_ms)


def tell(request: Request) -> Talk[None]:
    """Tell the data layer something, soon and surely; nobody waits for it."""
    yield Tell(request)


def sleep(seconds: float) -> Talk[None]:
    """Wait."""
    yield Sleep(seconds)


def hangup(cause: str = "NORMAL_CLEARING") -> Talk[None]:
    """End the call."""
    yield Hangup(cause)


def reject(code: int, reason: str = "") -> Talk[None]:
    """Refuse the call."""
    yield Reject(code, reason)


class DataUnavailable(Exception):
    """The data layer could not answer; the interpreter goes on with the `_` child (one bad node drops no call)."""
