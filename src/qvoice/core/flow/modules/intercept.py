"""Take over the call of a device, user or group: one that rings, else one that is talked."""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.exits import Next
from qvoice.core.flow.forms import TARGET, Words
from qvoice.core.flow.pickup import NOT_ALLOWED, TargetData, approved, references_of, take, targets_of, tell
from qvoice.core.flow.references import Ref
from qvoice.core.flow.talk import Talk

VERSION = 1
GROUP = "In a call"
ICON = "arrow-guide"
EXITS = frozenset({"_"})
TITLE = Words("Intercept", "Reprendre un appel")
ABOUT = Words(
    "Take over a call, ringing or talking.",
    "Reprendre un appel, sonnant ou en cours.",
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
    """An intercept without a target takes nothing."""
    if data.group_id or data.user_id or data.device_id:
        return []
    return [("user_id", "no-target", "Choose the user, device or group whose calls are taken over.")]


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Take the call that rings there, else the place of the one who talks (who is hung up)."""
    if not approved(call, data):
        return (yield from tell(NOT_ALLOWED))
    return (yield from take(call, targets_of(call, data), live=True))
