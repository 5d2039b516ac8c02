"""Answer the call."""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import WILDCARD, Next
from qvoice.core.flow.forms import Words
from qvoice.core.flow.references import Ref
from qvoice.core.flow.talk import Talk
from qvoice.core.flow.talk import answer as pick_up

VERSION = 1
GROUP = "Advanced"
ICON = "phone-check"
EXITS = frozenset({"_"})
TITLE = Words("Answer", "Répondre")
ABOUT = Words(
    "Answer the call now; what follows is heard on every network.",
    "Répondre à l’appel maintenant; la suite s’entend sur tous les réseaux.",
)


class Data(ModuleData):
    """Nothing to set."""


def references(data: Data) -> list[Ref]:
    """Nothing is named."""
    return []


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Answer."""
    yield from pick_up()
    return WILDCARD
