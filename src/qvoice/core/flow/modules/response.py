"""Refuse the call with a SIP code, after playing something if asked."""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import Next, Stop
from qvoice.core.flow.forms import Words, field
from qvoice.core.flow.references import Ref
from qvoice.core.flow.sounds import media_ref, sound_of
from qvoice.core.flow.talk import Talk, play, reject
from qvoice.kit.text import clean_line

VERSION = 1
GROUP = "Advanced"
ICON = "phone-x"
EXITS = frozenset[str]()
TITLE = Words("Refuse", "Refuser")
ABOUT = Words(
    "Refuse the call with a SIP code.",
    "Refuser l’appel avec un code SIP.",
)
FORM = {
    "code": field(
        "SIP code", "Code SIP", "486 busy, 480 unavailable, 603 declined.", "486 occupé, 480 indisponible, 603 refusé."
    ),
    "message": field("Reason", "Motif", advanced=True),
    "media": field("Play first", "Diffuser d’abord", control="media"),
}


class Data(ModuleData):
    """`code`: 300 to 699, others count as 486. `message`: reason phrase. `media`: played first, without answering."""

    code: int = 486
    message: str = ""
    media: str = ""


def references(data: Data) -> list[Ref]:
    """The media document."""
    return [Ref("media", media_ref(data.media))]


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Refuse."""
    sound = sound_of(data.media)
    if sound is not None:
        yield from play(sound)
    code = data.code if 300 <= data.code <= 699 else 486
    yield from reject(code, clean_line(data.message, 60))
    return Stop()
