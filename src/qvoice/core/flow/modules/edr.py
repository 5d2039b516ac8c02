"""Emit an event record of the flow's own: a live event `edr` with the node's data and the call's facts."""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.callers import facts_of
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import WILDCARD, Next
from qvoice.core.flow.forms import Words
from qvoice.core.flow.references import Ref
from qvoice.core.flow.requests import EmitEvent
from qvoice.core.flow.talk import Talk, tell

VERSION = 1
GROUP = "Notices"
ICON = "report"
EXITS = frozenset({"_"})
TITLE = Words("Emit an event", "Émettre un événement")
ABOUT = Words(
    "Send a live event with the keys you give.",
    "Envoyer un événement avec les clés données.",
)


class Data(ModuleData):
    """Any keys: they are the event's `body`."""


def references(data: Data) -> list[Ref]:
    """Nothing is named."""
    return []


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Emit it and go on."""
    body = {key: value for key, value in (data.model_extra or {}).items() if len(str(value)) <= 1000}
    yield from tell(EmitEvent("edr", {**facts_of(call), "body": body}))
    return WILDCARD
