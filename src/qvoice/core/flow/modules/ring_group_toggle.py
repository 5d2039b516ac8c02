"""Let a member log out of a ring group, and in again: the group passes the member over meanwhile."""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.commands import Prompt
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import WILDCARD, Next
from qvoice.core.flow.forms import Words, choice, document
from qvoice.core.flow.references import Ref
from qvoice.core.flow.requests import ToggleRingGroup
from qvoice.core.flow.spoken import sentence
from qvoice.core.flow.talk import Talk, answer, ask, play

VERSION = 1
GROUP = "Ring groups"
ICON = "users-minus"
EXITS = frozenset({"_"})
TITLE = Words("Log in or out of a group", "Entrer ou sortir d’un groupe")
ABOUT = Words(
    "Feature code: leave a ring group, or come back.",
    "Code : quitter un groupe de sonnerie, ou y revenir.",
)
FORM = {
    "action": choice("What it does", "Action", ("login", "Log in", "Entrer"), ("logout", "Log out", "Sortir")),
    "callflow_id": document("callflows", "Callflow of the group", "Scénario du groupe"),
}

FOR_EVER = 315_569_519_999
"""Gregorian seconds of the year 9999: logged out until logging in."""


class Data(ModuleData):
    """`action`: login, logout. `callflow_id`: the flow with the ring group."""

    action: str = "login"
    callflow_id: str = ""


def references(data: Data) -> list[Ref]:
    """The flow is read when it is changed."""
    return []


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Switch the caller's user and device, say what holds now, go on."""
    yield from answer()
    members = tuple(id for id in (call.owner_id, call.device_id) if id)
    out = data.action == "logout"
    found = 0
    if members and data.callflow_id and call.authorised_by:
        found = yield from ask(ToggleRingGroup(data.callflow_id, members, FOR_EVER if out else None))
    if not found:
        yield from play(Prompt("ss-noservice"))
        return WILDCARD
    core = Prompt("agent-loggedoff" if out else "agent-loginok")
    yield from play(sentence("group-off" if out else "group-on", call.language, core))
    return WILDCARD
