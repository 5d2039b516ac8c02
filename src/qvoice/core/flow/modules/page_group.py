"""Speak to many phones at once, which answer by themselves; one-way or two-way."""

from __future__ import annotations

from typing import Any

from qvoice.core.flow.call import Call
from qvoice.core.flow.commands import Page, Prompt
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.events import PageDone
from qvoice.core.flow.exits import WILDCARD, Next
from qvoice.core.flow.forms import Words, choice, field
from qvoice.core.flow.members import is_off, member
from qvoice.core.flow.paging import legs_of
from qvoice.core.flow.references import Ref, member_type
from qvoice.core.flow.talk import Talk, answer, play
from qvoice.core.page.plan import PagePlan

VERSION = 1
GROUP = "Paging"
ICON = "speakerphone"
EXITS = frozenset({"_"})
TITLE = Words("Page", "Recherche de personnes")
ABOUT = Words(
    "Speak to many phones at once, which answer by themselves.",
    "Parler à plusieurs postes à la fois, qui décrochent d’eux-mêmes.",
)
FORM = {
    "name": field("Name", "Nom"),
    "endpoints": field("Members", "Membres", control="members"),
    "audio": choice(
        "Sound",
        "Son",
        ("one-way", "One-way: only the speaker is heard", "À sens unique : seul l’appelant est entendu"),
        ("two-way", "Two-way: all hear one another", "À deux sens : tous s’entendent"),
    ),
    "barge_calls": field(
        "Also phones in a call",
        "Aussi les postes en communication",
        "Otherwise phones in a call are left alone.",
        "Sinon, les postes en communication ne sont pas dérangés.",
    ),
    "timeout": field("Time to answer", "Délai de réponse", control="seconds", advanced=True),
}

MAX_SECONDS = 60.0


class Data(ModuleData):
    """`endpoints`: objects {id, endpoint_type, disable_until}. `audio`: one-way, two-way. `timeout`: seconds for phones
    to answer. `barge_calls`: call phones that are in a call, too."""

    endpoints: list[dict[str, Any]] = []
    name: str = ""
    audio: str = "one-way"
    timeout: float = 5
    barge_calls: bool = False


def references(data: Data) -> list[Ref]:
    """The members, and the devices of those that are users."""
    refs: list[Ref] = []
    for endpoint in data.endpoints:
        kind, id = member_type(endpoint.get("endpoint_type")), endpoint.get("id")
        if kind and isinstance(id, str) and id:
            refs.append(Ref(kind, id))
            if kind == "users":
                refs.append(Ref("devices", id, by="owner_id"))
    return refs


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Page whoever can be reached; whoever cannot is skipped, and the own phone left out."""
    members = [
        member(kind, id, endpoint)
        for endpoint in data.endpoints
        if (kind := member_type(endpoint.get("endpoint_type")))
        and isinstance(id := endpoint.get("id"), str)
        and not is_off(endpoint, call)
    ]
    timeout = min(data.timeout, MAX_SECONDS) if data.timeout > 0 else 5.0
    found = yield from legs_of(call, members, barge_calls=data.barge_calls, timeout=timeout)
    yield from answer()
    reached = 0
    if found.legs:
        event = yield Page(PagePlan(tuple(found.legs), timeout, two_way=data.audio == "two-way"))
        if not isinstance(event, PageDone):
            raise TypeError(f"the driver answered {event!r} to Page")
        reached = event.reached
    if not reached:
        yield from play(Prompt("vm-nobodyavail"))
    return WILDCARD
