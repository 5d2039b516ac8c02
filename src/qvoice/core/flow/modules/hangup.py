"""Hang up."""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import Next, Stop
from qvoice.core.flow.forms import Words
from qvoice.core.flow.references import Ref
from qvoice.core.flow.talk import Talk

VERSION = 1
GROUP = "Basic"
ICON = "phone-off"
EXITS = frozenset[str]()
TITLE = Words("Hang up", "Raccrocher")
ABOUT = Words(
    "End the call.",
    "Mettre fin à l’appel.",
)


class Data(ModuleData):
    """Nothing to set."""


def references(data: Data) -> list[Ref]:
    """Nothing is named."""
    return []


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """End the flow; the interpreter hangs up."""
    yield from ()
    return Stop()
