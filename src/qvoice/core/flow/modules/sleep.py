"""Wait some time."""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import WILDCARD, Next
from qvoice.core.flow.forms import Words, choice, field
from qvoice.core.flow.references import Ref
from qvoice.core.flow.talk import Talk
from qvoice.core.flow.talk import sleep as wait

VERSION = 1
GROUP = "Advanced"
ICON = "clock-pause"
EXITS = frozenset({"_"})
TITLE = Words("Wait", "Attendre")
ABOUT = Words(
    "Wait some time.",
    "Attendre un moment.",
)
FORM = {
    "duration": field("Length", "Durée"),
    "unit": choice(
        "Unit",
        "Unité",
        ("ms", "Milliseconds", "Millisecondes"),
        ("s", "Seconds", "Secondes"),
        ("m", "Minutes", "Minutes"),
        ("h", "Hours", "Heures"),
    ),
}

SECONDS_IN = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
MAX_SECONDS = 86400.0


class Data(ModuleData):
    """`duration` in `unit` (ms, s, m, h); at most a day."""

    duration: float = 0
    unit: str = "s"


def references(data: Data) -> list[Ref]:
    """Nothing is named."""
    return []


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Wait, then go on."""
    length = min(max(data.duration, 0) * SECONDS_IN.get(data.unit, 1.0), MAX_SECONDS)
    if length > 0:
        yield from wait(length)
    return WILDCARD
