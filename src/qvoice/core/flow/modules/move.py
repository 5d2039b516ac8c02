"""Move my live call here: whoever talks with my other phone talks with this one; that phone is hung up."""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import Next
from qvoice.core.flow.forms import Words
from qvoice.core.flow.pickup import take
from qvoice.core.flow.references import Ref
from qvoice.core.flow.talk import Talk
from qvoice.core.pickup.choose import Targets

VERSION = 1
GROUP = "In a call"
ICON = "device-mobile-share"
EXITS = frozenset({"_"})
TITLE = Words("Move call", "Déplacer l’appel")
ABOUT = Words(
    "Move one’s own live call to this phone.",
    "Déplacer son appel en cours vers ce poste.",
)


class Data(ModuleData):
    """Nothing to set: the call is one of the caller's own user."""


def references(data: Data) -> list[Ref]:
    """Nothing."""
    return []


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Take the call over (one that rings, too), or say that there is none."""
    mine = Targets(user_ids=frozenset({call.owner_id} if call.owner_id else ()))
    return (yield from take(call, mine, live=True))
