"""Set one variable of the call."""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import WILDCARD, Next
from qvoice.core.flow.forms import Words, choice, field
from qvoice.core.flow.references import Ref
from qvoice.core.flow.talk import Talk
from qvoice.core.flow.variables import set_all

VERSION = 1
GROUP = "Variables"
ICON = "variable"
EXITS = frozenset({"_"})
TITLE = Words("Set a variable", "Définir une variable")
ABOUT = Words(
    "Set one variable of the call.",
    "Définir une variable de l’appel.",
)
FORM = {
    "variable": field("Variable", "Variable"),
    "value": field("Value", "Valeur"),
    "channel": choice(
        "Set on",
        "Définir sur",
        ("a", "The caller", "L’appelant"),
        ("both", "Both sides", "Les deux côtés"),
        advanced=True,
    ),
}


class Data(ModuleData):
    """`channel` (`a` or `both`) is kept for compatibility: variables belong to the call here."""

    variable: str = ""
    value: str | int | float | bool = ""
    channel: str = "a"


def references(data: Data) -> list[Ref]:
    """Nothing is named."""
    return []


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Set and go on."""
    yield from ()
    set_all(call, {data.variable: data.value})
    return WILDCARD
