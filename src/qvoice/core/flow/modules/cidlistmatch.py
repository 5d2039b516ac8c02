"""Go on by whether the caller is on a list: `match` or `nomatch`."""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import Next
from qvoice.core.flow.forms import Words, document
from qvoice.core.flow.lists import entry_for
from qvoice.core.flow.references import Ref
from qvoice.core.flow.talk import Talk

VERSION = 1
GROUP = "Caller ID"
ICON = "list-search"
EXITS = frozenset({"match", "nomatch", "_"})
TITLE = Words("Caller on a list", "Appelant sur une liste")
ABOUT = Words(
    "Go on by whether the caller is on a list.",
    "Continuer selon que l’appelant figure sur une liste.",
)
FORM = {"id": document("lists", "List", "Liste")}


class Data(ModuleData):
    """`id` of the list."""

    id: str = ""


def references(data: Data) -> list[Ref]:
    """The list."""
    return [Ref("lists", data.id)] if data.id else []


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Look the caller's number up."""
    yield from ()
    return "match" if entry_for(call.world, data.id, call.caller.number) is not None else "nomatch"
