"""Speak a text to the caller."""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.commands import Speech
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import WILDCARD, Next
from qvoice.core.flow.forms import Words, choice, field
from qvoice.core.flow.references import Ref
from qvoice.core.flow.talk import Talk, answer, play
from qvoice.kit.text import clean_line

VERSION = 1
GROUP = "Media"
ICON = "message-2-share"
EXITS = frozenset({"_"})
TITLE = Words("Say a text", "Dire un texte")
ABOUT = Words(
    "Speak a text to the caller.",
    "Dire un texte à l’appelant.",
)
FORM = {
    "text": field("Text", "Texte"),
    "voice": choice("Voice", "Voix", ("female", "Female", "Féminine"), ("male", "Male", "Masculine")),
    "language": field("Language", "Langue", control="language"),
    "engine": field("Engine", "Moteur", advanced=True),
    "terminators": field("Keys that stop it", "Touches d’arrêt", control="keys", advanced=True),
    "endless_playback": field("Repeat for ever", "Répéter sans fin", advanced=True),
}

ALL_KEYS = "0123456789*#"
MAX_TEXT = 1000


class Data(ModuleData):
    """`text`, at most 1000 characters. `voice`: female, male or a voice's name. `engine` is the platform's own."""

    text: str = ""
    voice: str = "female"
    language: str = ""
    engine: str = ""
    terminators: list[str] = list(ALL_KEYS)
    endless_playback: bool = False


def references(data: Data) -> list[Ref]:
    """Nothing is named."""
    return []


def warnings_of(data: Data) -> list[tuple[str, str, str]]:
    """Warn of a text that is cut."""
    if len(data.text) <= MAX_TEXT:
        return []
    return [("text", "text-cut", f"Only the first {MAX_TEXT} characters are spoken.")]


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Speak until done or a key is pressed."""
    text = clean_line(data.text, MAX_TEXT)
    if not text:
        return WILDCARD
    yield from answer()
    keys = "".join(key for key in data.terminators if len(key) == 1 and key in ALL_KEYS)
    spoken = Speech(text, voice=data.voice, language=data.language)
    yield from play(spoken, terminators=keys, loop=data.endless_playback)
    return WILDCARD
