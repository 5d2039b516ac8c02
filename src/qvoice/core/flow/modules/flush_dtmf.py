"""Forget gathered digits."""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import WILDCARD, Next
from qvoice.core.flow.forms import Words, field
from qvoice.core.flow.modules.collect_dtmf import DEFAULT_NAME
from qvoice.core.flow.references import Ref
from qvoice.core.flow.talk import Talk

VERSION = 1
GROUP = "Digits"
ICON = "eraser"
EXITS = frozenset({"_"})
TITLE = Words("Forget digits", "Oublier des chiffres")
ABOUT = Words(
    "Empty a store of collected digits.",
    "Vider une réserve de chiffres recueillis.",
)
FORM = {
    "collection_name": field("Forget what is kept under", "Oublier ce qui est sous le nom"),
}


class Data(ModuleData):
    """`collection_name`: what to forget."""

    collection_name: str = DEFAULT_NAME


def references(data: Data) -> list[Ref]:
    """Nothing is named."""
    return []


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Forget and go on."""
    yield from ()
    call.collections.pop(data.collection_name or DEFAULT_NAME, None)
    return WILDCARD
