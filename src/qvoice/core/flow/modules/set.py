"""Set variables of the call from the keys of `data`."""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import WILDCARD, Next
from qvoice.core.flow.forms import Words
from qvoice.core.flow.references import Ref
from qvoice.core.flow.talk import Talk
from qvoice.core.flow.variables import set_all

VERSION = 1
GROUP = "Variables"
ICON = "variable"
EXITS = frozenset({"_"})
TITLE = Words("Set values", "Définir des valeurs")
ABOUT = Words(
    "Set variables of the call from free keys.",
    "Définir des variables de l’appel.",
)


class Data(ModuleData):
    """Free: every key is a variable."""


def references(data: Data) -> list[Ref]:
    """Nothing is named."""
    return []


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Set and go on."""
    yield from ()
    set_all(call, data.model_extra or {})
    return WILDCARD
