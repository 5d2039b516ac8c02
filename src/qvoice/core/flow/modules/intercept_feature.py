"""Take over a call by dialling whose it is."""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.exits import Next
from qvoice.core.flow.forms import TARGET, TARGET_TYPE, Words
from qvoice.core.flow.pickup import (
    NOT_ALLOWED,
    NamedTargetData,
    approved,
    named_targets,
    references_of_named,
    take,
    tell,
)
from qvoice.core.flow.references import Ref
from qvoice.core.flow.talk import Talk

VERSION = 1
GROUP = "In a call"
ICON = "arrow-guide"
EXITS = frozenset({"_"})
TITLE = Words("Intercept by digits", "Reprendre par chiffres")
ABOUT = Words(
    "Take over a call of whom the dialled digits name.",
    "Reprendre un appel de celui que désignent les chiffres composés.",
)
FORM = {
    "type": TARGET_TYPE,
    **TARGET,
}


class Data(NamedTargetData):
    """See NamedTargetData."""


def references(data: Data) -> list[Ref]:
    """Whose calls, and who may."""
    return references_of_named(data)


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """As `intercept`, of what the dialled digits name."""
    if not approved(call, data):
        return (yield from tell(NOT_ALLOWED))
    return (yield from take(call, (yield from named_targets(call, data)), live=True))
