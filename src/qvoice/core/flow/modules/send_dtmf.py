"""Send telephone keys to the caller's side, for machines that wait for them."""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import WILDCARD, Next
from qvoice.core.flow.forms import Words, field
from qvoice.core.flow.references import Ref
from qvoice.core.flow.talk import Talk, answer
from qvoice.core.flow.talk import send_dtmf as send

VERSION = 1
GROUP = "Digits"
ICON = "dialpad-filled"
EXITS = frozenset({"_"})
TITLE = Words("Send digits", "Envoyer des chiffres")
ABOUT = Words(
    "Send telephone keys to the caller’s side.",
    "Envoyer des touches vers l’appelant.",
)
FORM = {
    "digits": field("Digits", "Chiffres"),
    "duration_ms": field("Length of each", "Durée de chacun", control="ms", advanced=True),
}


class Data(ModuleData):
    """`digits`: 0-9, A-D, * and #. `duration_ms` of each."""

    digits: str = ""
    duration_ms: int = 2000


def references(data: Data) -> list[Ref]:
    """Nothing is named."""
    return []


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Send them and go on."""
    digits = "".join(c for c in data.digits.upper() if c in "0123456789ABCD*#")[:64]
    if digits:
        yield from answer()
        yield from send(digits, min(max(data.duration_ms, 40), 5000))
    return WILDCARD
