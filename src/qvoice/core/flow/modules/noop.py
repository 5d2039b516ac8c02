"""Do nothing: a place in a flow to hang children on."""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import WILDCARD, Next
from qvoice.core.flow.forms import Words
from qvoice.core.flow.references import Ref
from qvoice.core.flow.talk import Talk

VERSION = 1
GROUP = "Advanced"
ICON = "point"
EXITS = frozenset({"_"})
TITLE = Words("Nothing", "Rien")
ABOUT = Words(
    "Does nothing: a place to put things later.",
    "Ne fait rien : une place pour plus tard.",
)


class Data(ModuleData):
    """Nothing to set."""


def references(data: Data) -> list[Ref]:
    """Nothing is named."""
    return []


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Go on."""
    yield from ()
    return WILDCARD
