"""Listen to the conversation of a user or device: keys 1 listen, 2 whisper to the watched party, 3 talk with both."""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.exits import Next
from qvoice.core.flow.forms import TARGET, Words, choice
from qvoice.core.flow.pickup import (
    NOT_ALLOWED,
    EavesdropData,
    approved,
    listen,
    references_of,
    targets_of,
    tell,
    warnings_of_eavesdrop,
)
from qvoice.core.flow.references import Ref
from qvoice.core.flow.talk import Talk

VERSION = 1
GROUP = "Pickup"
ICON = "ear"
EXITS = frozenset({"_"})
TITLE = Words("Listen in", "Écoute")
ABOUT = Words(
    "Listen to a conversation; keys 1 listen, 2 whisper, 3 talk with both. Only for those you approve.",
    "Écouter une conversation ; touches 1 écouter, 2 chuchoter, 3 parler aux deux. Réservé aux personnes autorisées.",
)
FORM = {
    **TARGET,
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
    """See EavesdropData; `group_id`: any of its members."""


def references(data: Data) -> list[Ref]:
    """Whose calls, and who may."""
    return references_of(data)


def warnings_of(data: Data) -> list[tuple[str, str, str]]:
    """Without a target nothing is heard; without an approved list nobody may."""
    missing = not (data.user_id or data.device_id or data.group_id)
    found = [("user_id", "no-target", "Choose the user or device to listen to.")] if missing else []
    return [*found, *warnings_of_eavesdrop(data)]


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Listen until it is over; only approved callers may."""
    if not approved(call, data, default=False):
        return (yield from tell(NOT_ALLOWED))
    return (yield from listen(data, targets_of(call, data)))
