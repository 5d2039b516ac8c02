"""Gather digits and keep them under a name for later modules."""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import WILDCARD, Next
from qvoice.core.flow.forms import COLLECTION, INTERDIGIT, TERMINATORS, Words, field
from qvoice.core.flow.references import Ref
from qvoice.core.flow.talk import Talk, answer, collect

VERSION = 1
GROUP = "Digits"
ICON = "dialpad"
EXITS = frozenset({"_"})
TITLE = Words("Collect digits", "Recueillir des chiffres")
ABOUT = Words(
    "Gather digits and keep them for later steps.",
    "Recueillir des chiffres et les garder pour les étapes suivantes.",
)
FORM = {
    "max_digits": field("At most", "Au plus", "Digits.", "Chiffres."),
    "timeout": field("Wait for the first digit", "Attente du premier chiffre", control="ms"),
    "interdigit_timeout": INTERDIGIT,
    "collection_name": COLLECTION,
    "terminator": field("Key that ends it", "Touche qui l’arrête", control="keys", advanced=True),
    "terminators": TERMINATORS,
}

DEFAULT_NAME = "default"


class Data(ModuleData):
    """Times in ms. `terminators`, when given, stand instead of `terminator`."""

    max_digits: int = 1
    timeout: int = 5000
    interdigit_timeout: int = 2000
    terminator: str = "#"
    terminators: list[str] = []
    collection_name: str = DEFAULT_NAME


def references(data: Data) -> list[Ref]:
    """Nothing is named."""
    return []


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Gather, keep, go on."""
    yield from answer()
    keys = "".join(data.terminators) or data.terminator
    got = yield from collect(
        max_digits=min(max(data.max_digits, 1), 64),
        timeout_ms=min(max(data.timeout, 100), 600_000),
        interdigit_ms=min(max(data.interdigit_timeout, 100), 60_000),
        terminators="".join(c for c in keys if c in "0123456789*#"),
    )
    call.collections[data.collection_name or DEFAULT_NAME] = got.digits
    return WILDCARD
