"""Send the call on to another extension or number, as if it had been dialled (kazoo: the module transfer)."""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import WILDCARD, Branch, Next
from qvoice.core.flow.forms import Words, choice, field
from qvoice.core.flow.references import Ref
from qvoice.core.flow.requests import FindFlow, FoundFlow
from qvoice.core.flow.talk import Talk, ask

VERSION = 1
GROUP = "In a call"
ICON = "transfer"
EXITS = frozenset({"_"})
TITLE = Words("Transfer", "Transférer")
ABOUT = Words(
    "Send the call to another number.",
    "Envoyer l’appel à un autre numéro.",
)
FORM = {
    "target": field(
        "To",
        "Vers",
        "Empty: what was dialled after the code.",
        "Vide : ce qui est composé après le code.",
        control="number",
    ),
    "transfer_type": choice(
        "How", "Comment", ("blind", "At once", "Tout de suite"), ("attended", "After asking", "Après avoir demandé")
    ),
    "leg": choice(
        "Who", "Qui", ("self", "The caller", "L’appelant"), ("bleg", "The other side", "L’autre partie"), advanced=True
    ),
    "captures": field("Named parts of the pattern", "Parties nommées du motif", advanced=True),
}


class Data(ModuleData):
    """`target`: extension or number; without one, what the flow's pattern captured (`captures`: by name first)."""

    target: str = ""
    leg: str = "self"
    transfer_type: str = "blind"
    captures: list[str] = ["no_match"]


def references(data: Data) -> list[Ref]:
    """Nothing: the target is looked up when the call comes."""
    return []


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Go on in the target's flow; `_` when there is none. `no_match` only for calls made in somebody's name."""
    named = next((call.named_captures[name] for name in data.captures if call.named_captures.get(name)), "")
    number = data.target or named or call.capture_group or ""
    if not number:
        return WILDCARD
    found: FoundFlow | None = yield from ask(FindFlow(number, no_match=bool(call.authorised_by)))
    return Branch(found, dialled=number) if found is not None else WILDCARD
