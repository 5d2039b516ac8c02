"""What came of an act in a conversation (acting.py, consulting.py), for talking.py to go on with."""

from __future__ import annotations

from dataclasses import dataclass

from qvoice.callcontrol.legs import CallLeg
from qvoice.core.flow.events import RingDone

GONE = object()
"""The conversation goes on elsewhere: nothing is left to do here."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """All three of a consultation talk from now on."""

    third: CallLeg


Done = bool | RingDone | CallLeg | Meeting | object | None
"""True or None: done, go on. False: it could not be done. GONE, a Meeting, the leg the caller talks with now, or an
end."""
