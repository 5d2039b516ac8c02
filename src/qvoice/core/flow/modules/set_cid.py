"""Overwrite the caller id of this call (towards carriers it must still be the account's own number)."""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import WILDCARD, Next
from qvoice.core.flow.references import Ref
from qvoice.core.flow.talk import Talk
from qvoice.core.ring.plan import CallerId
from qvoice.kit.text import clean_line

VERSION = 1
GROUP = "Caller ID"
ICON = "id"
EXITS = frozenset({"_"})


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
