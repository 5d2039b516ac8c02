"""Choose how the phones that are rung from here on ring: their Alert-Info."""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import WILDCARD, Next
from qvoice.core.flow.forms import Words, field
from qvoice.core.flow.references import Ref
from qvoice.core.flow.talk import Talk
from qvoice.kit.text import clean_line

VERSION = 1
GROUP = "Advanced"
ICON = "bell-ringing"
EXITS = frozenset({"_"})
TITLE = Words("Distinctive ring", "Sonnerie distinctive")
ABOUT = Words(
    "Choose how phones ring from here on.",
    "Choisir la sonnerie des postes à partir d’ici.",
)
FORM = {"alert_info": field("Alert-Info", "Alert-Info")}


class Data(ModuleData):
    """`alert_info`: the header's value, as the phones know it."""

    alert_info: str = ""


def references(data: Data) -> list[Ref]:
    """Nothing is named."""
    return []


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Set it and go on."""
    yield from ()
    call.alert_info = clean_line(data.alert_info, 256)
    return WILDCARD
