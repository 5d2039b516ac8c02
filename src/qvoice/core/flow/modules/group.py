"""Ring a group document: the same ringing as ring_group, with the group's own members."""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.exits import FAILURES, Next
from qvoice.core.flow.forms import Words, document, field
from qvoice.core.flow.members import member_type
from qvoice.core.flow.modules import ring_group
from qvoice.core.flow.references import Ref
from qvoice.core.flow.talk import Talk

VERSION = 1
GROUP = "Ring groups"
ICON = "users"
EXITS = FAILURES
TITLE = Words("Group", "Groupe")
ABOUT = Words(
    "Ring the members of a group.",
    "Faire sonner les membres d’un groupe.",
)
FORM = {
    "id": document("groups", "Group", "Groupe", needed=True),
    **ring_group.FORM,
    "endpoints": field(
        "Members instead of the group’s", "Membres au lieu de ceux du groupe", control="members", advanced=True
    ),
}


class Data(ring_group.Data):
    """As ring_group, with `id` of a group; `endpoints` in the node, when there are any, replace the group's."""

    id: str = ""


def references(data: Data) -> list[Ref]:
    """The group (its members follow), and members named in the node."""
    return [*([Ref("groups", data.id)] if data.id else []), *ring_group.references(data)]


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Ring the group's members."""
    given = [e for e in data.endpoints if member_type(e.get("endpoint_type"))]
    endpoints = given or [{"id": data.id, "endpoint_type": "group"}]
    return (yield from ring_group.run(data.model_copy(update={"endpoints": endpoints}), call, exits))
