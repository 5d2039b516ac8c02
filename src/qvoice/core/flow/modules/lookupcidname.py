"""Show the name that the account's lists have for the caller's number."""

from __future__ import annotations

from dataclasses import replace

from qvoice.core.flow.call import Call
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import WILDCARD, Next
from qvoice.core.flow.forms import Field, Words
from qvoice.core.flow.lists import entry_for, name_of
from qvoice.core.flow.references import Ref
from qvoice.core.flow.talk import Talk
from qvoice.core.ring.plan import CallerId

VERSION = 1
GROUP = "Caller ID"
ICON = "address-book"
EXITS = frozenset({"_"})
TITLE = Words("Name from lists", "Nom d’après des listes")
ABOUT = Words(
    "Show the name that lists have for the caller.",
    "Afficher le nom que des listes donnent à l’appelant.",
)
FORM = {"lists": Field(Words("Lists", "Listes"), control="documents", of="lists")}


class Data(ModuleData):
    """`lists`: ids of lists, the first that has the number names the caller."""

    lists: list[str] = []


def references(data: Data) -> list[Ref]:
    """The lists."""
    return [Ref("lists", id) for id in data.lists if id]


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Set the name and go on."""
    yield from ()
    for id in data.lists:
        entry = entry_for(call.world, id, call.caller.number)
        name = name_of(entry) if entry is not None else ""
        if name:
            call.dynamic_caller = replace(call.dynamic_caller or CallerId(), name=name)
            break
    return WILDCARD
