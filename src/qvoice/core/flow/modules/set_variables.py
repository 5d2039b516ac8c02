"""Set several variables of the call."""

from __future__ import annotations

from typing import Any

from qvoice.core.flow.call import Call
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import WILDCARD, Next
from qvoice.core.flow.forms import Words, field
from qvoice.core.flow.references import Ref
from qvoice.core.flow.talk import Talk
from qvoice.core.flow.variables import set_all

VERSION = 1
GROUP = "Variables"
ICON = "variable-plus"
EXITS = frozenset({"_"})
TITLE = Words("Set variables", "Définir des variables")
ABOUT = Words(
    "Set several variables of the call.",
    "Définir plusieurs variables de l’appel.",
)
FORM = {
    "custom_application_vars": field("Variables", "Variables", control="pairs"),
    "export": field("Pass on to later legs", "Transmettre aux appels suivants", advanced=True),
}


class Data(ModuleData):
    """`custom_application_vars`: name → value. `export` is kept for compatibility."""

    custom_application_vars: dict[str, Any] = {}
    export: bool = False


def references(data: Data) -> list[Ref]:
    """Nothing is named."""
    return []


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Set and go on."""
    yield from ()
    set_all(call, data.custom_application_vars)
    return WILDCARD
