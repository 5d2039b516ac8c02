"""Overwrite the caller id of this call (towards carriers it must still be the account's own number)."""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import WILDCARD, Next
from qvoice.core.flow.forms import Words, field
from qvoice.core.flow.references import Ref
from qvoice.core.flow.talk import Talk
from qvoice.core.ring.plan import CallerId
from qvoice.kit.text import clean_line

VERSION = 1
GROUP = "Caller ID"
ICON = "id"
EXITS = frozenset({"_"})
TITLE = Words("Set caller ID", "Définir l’identité")
ABOUT = Words(
    "Overwrite the caller’s name and number for this call.",
    "Remplacer le nom et le numéro de l’appelant pour cet appel.",
)
FORM = {
    "caller_id_name": field("Name", "Nom"),
    "caller_id_number": field("Number", "Numéro", control="number"),
}


class Data(ModuleData):
    """Empty fields change nothing."""

    caller_id_name: str = ""
    caller_id_number: str = ""


def references(data: Data) -> list[Ref]:
    """Nothing is named."""
    return []


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Set it and go on."""
    yield from ()
    before = call.dynamic_caller or CallerId()
    call.dynamic_caller = CallerId(
        name=clean_line(data.caller_id_name, 64) or before.name,
        number=clean_line(data.caller_id_number, 35) or before.number,
    )
    return WILDCARD
