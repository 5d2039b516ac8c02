"""Answer and send nothing until the caller hangs up."""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.commands import HoldOpen
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import Next, Stop
from qvoice.core.flow.forms import Words
from qvoice.core.flow.references import Ref
from qvoice.core.flow.talk import Talk, answer

VERSION = 1
GROUP = "Advanced"
ICON = "volume-off"
EXITS = frozenset[str]()
TITLE = Words("Dead air", "Silence")
ABOUT = Words(
    "Answer and send nothing until the caller hangs up.",
    "Répondre et ne rien envoyer jusqu’à ce que l’appelant raccroche.",
)


class Data(ModuleData):
    """Nothing to set."""


def references(data: Data) -> list[Ref]:
    """Nothing is named."""
    return []


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Answer and stay."""
    yield from answer()
    yield HoldOpen()
    return Stop()
