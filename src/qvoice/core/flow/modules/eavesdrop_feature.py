"""Listen to a conversation by dialling whose it is: a feature code and an extension."""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.exits import Next
from qvoice.core.flow.forms import TARGET, Words, choice, document
from qvoice.core.flow.members import Member
from qvoice.core.flow.pickup import (
    NOT_ALLOWED,
    EavesdropData,
    approved,
    extension_targets,
    listen,
    member_targets,
    references_of,
    tell,
    warnings_of_eavesdrop,
)
from qvoice.core.flow.references import Ref
from qvoice.core.flow.talk import Talk
from qvoice.core.pickup.choose import Targets

VERSION = 1
GROUP = "Pickup"
ICON = "ear"
EXITS = frozenset({"_"})
TITLE = Words("Listen in by extension", "Écoute par poste")
ABOUT = Words(
    "Listen to the extension that follows the code. Only for those you approve.",
    "Écouter le poste qui suit le code. Réservé aux personnes autorisées.",
)
FORM = {
    **TARGET,
    "group_id": document("groups", "Only members of", "Seulement les membres de"),
    "mode": choice(
        "Begin by",
        "Commencer par",
        ("listen", "Listening", "Écouter"),
        ("whisper", "Whispering to the watched party", "Chuchoter à la personne suivie"),
        ("barge", "Talking with both", "Parler aux deux"),
        advanced=True,
    ),
}


class Data(EavesdropData):
    """See EavesdropData; `group_id`: only members of this group may be listened to."""


def references(data: Data) -> list[Ref]:
    """Who may be heard, and who may listen."""
    return references_of(data)


def warnings_of(data: Data) -> list[tuple[str, str, str]]:
    """Without an approved list nobody may listen."""
    return warnings_of_eavesdrop(data)


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """As `eavesdrop`, of the extension that was dialled."""
    if not approved(call, data, default=False):
        return (yield from tell(NOT_ALLOWED))
    targets = (yield from extension_targets(call, call.capture_group)) if call.capture_group else Targets()
    if data.group_id:
        inside = member_targets(call.world, [Member("groups", data.group_id)])
        targets = Targets(targets.device_ids & inside.device_ids, targets.user_ids & inside.user_ids)
    return (yield from listen(data, targets))
