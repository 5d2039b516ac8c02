"""Play a media file, a system prompt or a web address."""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import WILDCARD, Next
from qvoice.core.flow.forms import TERMINATORS, Words, field
from qvoice.core.flow.references import Ref
from qvoice.core.flow.sounds import media_ref, sound_of
from qvoice.core.flow.talk import Talk, answer
from qvoice.core.flow.talk import play as play_sounds

VERSION = 1
GROUP = "Media"
ICON = "volume"
EXITS = frozenset({"_"})
TITLE = Words("Play", "Diffuser")
ABOUT = Words(
    "Play a recording, a prompt or a web address.",
    "Diffuser un enregistrement, un message ou une adresse web.",
)
FORM = {
    "id": field("Sound", "Son", control="media"),
    "loop_count": field("Times", "Fois"),
    "endless_playback": field("Again and again", "En boucle"),
    "answer": field("Answer first", "Répondre d’abord", advanced=True),
    "terminators": TERMINATORS,
}

ALL_KEYS = "0123456789*#"
MAX_LOOPS = 100


class Data(ModuleData):
    """`id`: media id or address. `answer`: answer first (default). `terminators`: keys that stop it (default all)."""

    id: str = ""
    answer: bool = True
    endless_playback: bool = False
    loop_count: int = 1
    terminators: list[str] = list(ALL_KEYS)


def references(data: Data) -> list[Ref]:
    """The media document, when it is one of the account's."""
    return [Ref("media", media_ref(data.id))]


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Play until done or a key is pressed."""
    sound = sound_of(data.id)
    if sound is None:
        return WILDCARD
    if data.answer:
        yield from answer()
    keys = "".join(key for key in data.terminators if key in ALL_KEYS and len(key) == 1)
    sounds = (sound,) * min(max(data.loop_count, 1), MAX_LOOPS)
    yield from play_sounds(*sounds, terminators=keys, loop=data.endless_playback)
    return WILDCARD
