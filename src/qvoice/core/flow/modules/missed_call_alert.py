"""Tell people by mail when the call ends without anybody having talked with the caller."""

from __future__ import annotations

from typing import Any

from qvoice.core.flow.call import Call
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import WILDCARD, Next
from qvoice.core.flow.forms import Words, field
from qvoice.core.flow.notices import recipients_of
from qvoice.core.flow.references import Ref
from qvoice.core.flow.talk import Talk

VERSION = 1
GROUP = "Notices"
ICON = "phone-off"
EXITS = frozenset({"_"})
TITLE = Words("Missed call alert", "Alerte d’appel manqué")
ABOUT = Words(
    "Tell people by mail when nobody answered.",
    "Avertir par courriel quand personne n’a répondu.",
)
FORM = {"recipients": field("Recipients", "Destinataires")}


class Data(ModuleData):
    """`recipients`: objects {type: user or email, id: a text or a list}."""

    recipients: list[dict[str, Any]] = []


def references(data: Data) -> list[Ref]:
    """Users are looked up when the mail is written."""
    return []


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Remember it for the end of the call and go on."""
    yield from ()
    to = recipients_of(data.recipients)
    if to:
        call.at_end = (*call.at_end, {"kind": "missed_call", "to": list(to), "facts": {}, "unless_bridged": True})
    return WILDCARD
