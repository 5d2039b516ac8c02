"""What the world answers to a command; and the exceptions thrown into a callflow from outside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Started:
    """The first event: the caller is there."""


@dataclass(frozen=True, slots=True)
class Done:
    """The command is carried out."""


@dataclass(frozen=True, slots=True)
class Played:
    """Sounds ended, or `key` cut them short."""

    key: str | None = None


@dataclass(frozen=True, slots=True)
class Collected:
    """Digits gathered. `terminator` is the ending key, if any; `timed_out` when the wait ended it."""

    digits: str
    terminator: str | None = None
    timed_out: bool = False


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recording exists under `ref`. `ended_by`: `key`, `silence`, `limit`, `hangup`, `failed`; `key` the pressed one.

    `failed` (disk full, engine fault) was cut after `seconds`, often 0; `hangup` arrives only through
    CallerGone.recorded.
    """

    ref: str
    seconds: float
    ended_by: str
    key: str | None = None


@dataclass(frozen=True, slots=True)
class RingDone:
    """Ringing is over. `answered_by`: the leg that talked (the conversation has ended), else None with a `cause`.

    `cause` is a hangup cause name (Q.850 in KAZOO's spelling: USER_BUSY, NO_ANSWER, …); `sip_code` the final SIP
    code (0 unknown).
    `transferred`: the conversation went on elsewhere; the flow must stop without touching the caller.
    """

    answered_by: str | None
    cause: str
    sip_code: int = 0
    transferred: bool = False


@dataclass(frozen=True, slots=True)
class PickedUp:
    """What came of PickUp. `taken-over`: the caller belongs to the call he took, the flow must stop without touching
    him; `talked`: he had the conversation, which has ended with `cause`; `too-late`: somebody else got it; `nothing`:
    there was no such call."""

    outcome: str
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Occupied:
    """The slot that was given; None and `why` (`occupied`, `full`) when there is none."""

    slot: str | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Waited:
    """Waiting is over: `taken` by another call (then the flow must stop without touching the caller), or by time."""

    taken: bool = False


@dataclass(frozen=True, slots=True)
class Listened:
    """What came of Listen: the conversation is `over`, or there was `nothing` to hear."""

    outcome: str


@dataclass(frozen=True, slots=True)
class RoomLeft:
    """The caller is out of the room. `reason`: `full` and `locked` (he never was in), `kicked`, `left` (by key),
    `ended`, `failed` (engine fault)."""

    reason: str


@dataclass(frozen=True, slots=True)
class PageDone:
    """The page is over; `reached` phones had answered."""

    reached: int


@dataclass(frozen=True, slots=True)
class Reply:
    """The data layer's answer to Ask. `error` is a sentence for the log when it could not answer (value is None
    then)."""

    value: Any
    error: str | None = None


Event = (
    Started
    | Done
    | Played
    | Collected
    | Recorded
    | RingDone
    | PickedUp
    | Occupied
    | Waited
    | Listened
    | RoomLeft
    | PageDone
    | Reply
)


class CallerGone(Exception):
    """Thrown into the flow when the caller hangs up; `recorded` holds a recording that was under way and is
    complete."""

    def __init__(self, recorded: Recorded | None = None) -> None:
        super().__init__("the caller hung up")
        self.recorded = recorded
