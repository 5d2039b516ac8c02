"""Say what becomes of the caller when a later conversation has ended: hung up, parked, or sent to a number."""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import WILDCARD, Next
from qvoice.core.flow.forms import Words, choice, field
from qvoice.core.flow.references import Ref
from qvoice.core.flow.talk import Talk

VERSION = 1
GROUP = "In a call"
ICON = "arrow-bear-right"
EXITS = frozenset({"_"})
TITLE = Words("After the conversation", "Après la conversation")
ABOUT = Words(
    "Say what becomes of the caller when a conversation has ended: hung up, parked, or sent to a number.",
    "Ce que devient l’appelant à la fin d’une conversation : raccroché, parqué ou envoyé à un numéro.",
)
FORM = {
    "action": choice(
        "Then",
        "Ensuite",
        ("hangup", "Hang up", "Raccrocher"),
        ("transfer", "Send to a number", "Envoyer à un numéro"),
        ("park", "Park", "Parquer"),
    ),
    "data": field("Number", "Numéro", control="number"),
}

PARK = "*4"
"""The code that parks a call (feature code `park`)."""


class Data(ModuleData):
    """`action`: park, transfer, hangup. `data`: true or false, or the number to transfer to."""

    action: str = "hangup"
    data: str | bool | None = None


def references(data: Data) -> list[Ref]:
    """Nothing is named."""
    return []


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Remember it and go on."""
    yield from ()
    number = data.data.strip()[:64] if isinstance(data.data, str) else ""
    if data.action == "park" and data.data not in (False, "false"):
        number = PARK
    elif data.action != "transfer":
        number = ""
    call.after_bridge = number
    return WILDCARD
