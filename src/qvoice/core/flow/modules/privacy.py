"""Hide the caller's number for this call (*67), then dial the captured number.

An emergency call always shows its number: `caller_id.outgoing` sees to that.
"""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import WILDCARD, Branch, Next
from qvoice.core.flow.forms import Words, choice
from qvoice.core.flow.references import Ref
from qvoice.core.flow.requests import FindFlow, FoundFlow
from qvoice.core.flow.talk import Talk, ask

VERSION = 1
GROUP = "Caller ID"
ICON = "eye-off"
EXITS = frozenset({"_"})
TITLE = Words("Hide the number", "Masquer le numéro")
ABOUT = Words(
    "Hide the caller’s number for this call.",
    "Masquer le numéro pour cet appel.",
)
FORM = {
    "mode": choice(
        "Hide",
        "Masquer",
        ("full", "Name and number", "Nom et numéro"),
        ("number", "The number", "Le numéro"),
        ("name", "The name", "Le nom"),
        ("none", "Nothing", "Rien"),
    ),
    "endpoint_strategy": choice(
        "With the phone’s own setting",
        "Avec le réglage du poste",
        ("overwrite", "Replace it", "Le remplacer"),
        ("merge", "Add to it", "L’ajouter"),
        advanced=True,
    ),
}

MODES = {"full": "full", "yes": "full", "name": "name", "number": "number", "none": "none"}


class Data(ModuleData):
    """`mode`: full, name, number, none. `endpoint_strategy`: `overwrite` or `merge` with the phone's own."""

    mode: str = "full"
    endpoint_strategy: str = "overwrite"


def references(data: Data) -> list[Ref]:
    """Nothing is named."""
    return []


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Set the mode for the rest of the call; dial what was captured, else go on."""
    wanted = MODES.get(data.mode, "full")
    call.privacy = _both(call.privacy, wanted) if data.endpoint_strategy == "merge" else wanted
    if not call.capture_group:
        return WILDCARD
    number = call.capture_group
    found: FoundFlow | None = yield from ask(FindFlow(number, no_match=bool(call.authorised_by)))
    return Branch(found, dialled=number) if found is not None else WILDCARD


def _both(one: str, other: str) -> str:
    """Return what hides everything that either hides."""
    hidden = {one, other} - {"none"}
    return hidden.pop() if len(hidden) == 1 else "full" if hidden else "none"
