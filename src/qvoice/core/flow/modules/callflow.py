"""Run another callflow; when it ends, come back and go on with `_`."""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import WILDCARD, Branch, Next
from qvoice.core.flow.forms import Words, document
from qvoice.core.flow.references import Ref
from qvoice.core.flow.requests import FoundFlow, LoadFlow
from qvoice.core.flow.talk import Talk, ask

VERSION = 1
GROUP = "Branching"
ICON = "git-branch"
EXITS = frozenset({"_"})
TITLE = Words("Callflow", "Scénario d’appel")
ABOUT = Words(
    "Run another callflow, then come back and go on.",
    "Exécuter un autre scénario, puis revenir et continuer.",
)
FORM = {
    "id": document("callflows", "Callflow", "Scénario d’appel", needed=True),
}


class Data(ModuleData):
    """`id` of the callflow."""

    id: str = ""


def references(data: Data) -> list[Ref]:
    """The other callflow."""
    return [Ref("callflows", data.id)]


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Jump to the flow; when there is none, go on."""
    found: FoundFlow | None = (yield from ask(LoadFlow(data.id))) if data.id else None
    return Branch(found, come_back=True) if found is not None else WILDCARD
