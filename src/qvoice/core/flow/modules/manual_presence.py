"""Set what the lamps show that watch a presence id of the flow's own (an "open" or "night" lamp)."""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import WILDCARD, Next
from qvoice.core.flow.forms import Words, choice, field
from qvoice.core.flow.references import Ref
from qvoice.core.flow.requests import SetPresence
from qvoice.core.flow.talk import Talk, ask

VERSION = 1
GROUP = "Notices"
ICON = "bulb"
EXITS = frozenset({"_"})
TITLE = Words("Set a lamp", "Régler un voyant")
ABOUT = Words(
    "Set what lamps of an id of your own show.",
    "Régler ce que montrent les voyants d’un identifiant.",
)
FORM = {
    "presence_id": field("Id", "Identifiant"),
    "status": choice(
        "Shows", "Affiche", ("idle", "Off", "Éteint"), ("ringing", "Blinking", "Clignotant"), ("busy", "On", "Allumé")
    ),
}

STATES = {"idle": "terminated", "ringing": "early", "busy": "confirmed"}


class Data(ModuleData):
    """`presence_id`: what phones watch, with or without the realm. `status`: idle, ringing, busy."""

    presence_id: str = ""
    status: str = "idle"


def references(data: Data) -> list[Ref]:
    """Nothing is named."""
    return []


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Set it and go on."""
    id = data.presence_id.partition("@")[0].strip().lower()
    if id:
        yield from ask(SetPresence(id, STATES.get(data.status, "terminated"), "manual"))
    return WILDCARD
