"""What happens in a conference room (events) and what is to be done about it (actions); see `room.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from qvoice.core.conference.plan import MODERATOR, Entrant
from qvoice.core.flow.commands import Sound

ENTERING, WAITING, INSIDE = "entering", "waiting", "inside"
"""States of a participant."""

# --- events -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Enter:
    """A call wants in. `key` is its id."""

    key: str
    who: Entrant


@dataclass(frozen=True, slots=True)
class Ready:
    """The greeting is over."""

    key: str


@dataclass(frozen=True, slots=True)
class Left:
    """The call is gone, or goes on elsewhere. Of one who is not here it does no harm."""

    key: str


@dataclass(frozen=True, slots=True)
class Pressed:
    """A participant pressed a key."""

    key: str
    digit: str


@dataclass(frozen=True, slots=True)
class Ordered:
    """The API wants something: `lock unlock mute unmute deaf undeaf kick play record stop`. `participant`: a number,
    or None for everybody (who is no moderator, where it is about people). `media`: media id to play."""

    action: str
    participant: int | None = None
    media: str = ""


@dataclass(frozen=True, slots=True)
class RecordingOver:
    """The recording has ended (limit, fault, or because it was stopped)."""


Event: TypeAlias = Enter | Ready | Left | Pressed | Ordered | RecordingOver

# --- actions ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Accept:
    """Let it in: play the greeting to it, then send Ready."""

    key: str
    greeting: tuple[Sound, ...]


@dataclass(frozen=True, slots=True)
class Dismiss:
    """Send it away (out of the bridge if it is there). `reason`: `full`, `locked`, `kicked`, `left`, `ended`."""

    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class HoldMusic:
    """Play music to one who waits, or stop it."""

    key: str
    on: bool


@dataclass(frozen=True, slots=True)
class Admit:
    """Put it into the bridge."""

    key: str


@dataclass(frozen=True, slots=True)
class Silence:
    """Set whether it is heard (`muted`) and hears (`deaf`)."""

    key: str
    muted: bool
    deaf: bool


@dataclass(frozen=True, slots=True)
class Tell:
    """Play to one inside."""

    key: str
    sounds: tuple[Sound, ...]


@dataclass(frozen=True, slots=True)
class Announce:
    """Play to all inside."""

    sounds: tuple[Sound, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """Start or stop recording the room."""

    on: bool


@dataclass(frozen=True, slots=True)
class Publish:
    """A live event, about a participant or (None) the room."""

    name: str
    participant: Participant | None = None


Action: TypeAlias = Accept | Dismiss | HoldMusic | Admit | Silence | Tell | Announce | Record | Publish


@dataclass(slots=True)
class Participant:
    """Somebody in the room. `number` is counted from 1 and never used twice while the room lives."""

    key: str
    number: int
    role: str
    muted: bool
    deaf: bool
    joined: float
    state: str = ENTERING
    name_ref: str | None = None
    doomed: str = ""
    """Why it is sent away as soon as its greeting is over."""

    @property
    def moderator(self) -> bool:
        """Whether it may give orders by keys."""
        return self.role == MODERATOR
