"""Keep the call as it is until the caller hangs up."""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.commands import HoldOpen
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import Next, Stop
from qvoice.core.flow.forms import Words
from qvoice.core.flow.references import Ref
from qvoice.core.flow.talk import Talk

VERSION = 1
GROUP = "Advanced"
ICON = "hourglass"
EXITS = frozenset[str]()
TITLE = Words("Wait for hang-up", "Attendre le raccroché")
ABOUT = Words(
    "Keep the call as it is until the caller hangs up.",
    "Garder l’appel tel quel jusqu’à ce que l’appelant raccroche.",
)


class Data(ModuleData):
    """Nothing to set."""


def references(data: Data) -> list[Ref]:
    """Nothing is named."""
    return []


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Stay."""
    yield HoldOpen()
    return Stop()
