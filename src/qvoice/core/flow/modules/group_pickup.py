"""Take a call that rings at a group, user or device (the specification's extension 500)."""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.exits import Next
from qvoice.core.flow.forms import TARGET, Words
from qvoice.core.flow.pickup import NOT_ALLOWED, TargetData, approved, references_of, take, targets_of, tell
from qvoice.core.flow.references import Ref
from qvoice.core.flow.talk import Talk

VERSION = 1
GROUP = "Ring groups"
ICON = "phone-incoming"
EXITS = frozenset({"_"})
TITLE = Words("Group pickup", "Interception de groupe")
ABOUT = Words(
    "Take a call that rings at a group, user or device.",
    "Prendre un appel qui sonne chez un groupe, un utilisateur ou un poste.",
)
FORM = {
    **TARGET,
}


class Data(TargetData):
    """See TargetData."""


def references(data: Data) -> list[Ref]:
    """Whose calls, and who may."""
    return references_of(data)


def warnings_of(data: Data) -> list[tuple[str, str, str]]:
    """A pickup without a target takes nothing."""
    if data.group_id or data.user_id or data.device_id:
        return []
    return [("group_id", "no-target", "Choose the group, user or device whose calls are picked up.")]


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Take the oldest call that rings there."""
    if not approved(call, data):
        return (yield from tell(NOT_ALLOWED))
    return (yield from take(call, targets_of(call, data)))
