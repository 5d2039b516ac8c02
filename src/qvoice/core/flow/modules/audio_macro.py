"""Play several things in one go: media, prompts, words spoken or spelled, tones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qvoice.core.flow.call import Call
from qvoice.core.flow.commands import Prompt, SayDigits, SayNumber, Sound, Speech, Tone
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import WILDCARD, Next
from qvoice.core.flow.forms import Words, field
from qvoice.core.flow.references import Ref
from qvoice.core.flow.sounds import media_ref, sound_of
from qvoice.core.flow.talk import Talk, answer, play
from qvoice.kit.text import clean_line

VERSION = 1
GROUP = "Media"
ICON = "playlist"
EXITS = frozenset({"_"})
TITLE = Words("Play several things", "Jouer plusieurs sons")
ABOUT = Words(
    "Play media, prompts, spoken words and tones one after the other.",
    "Jouer des sons, annonces, textes et tonalités l’un après l’autre.",
)
FORM = {
    "macros": field("What to play", "À jouer"),
    "terminators": field("Keys that stop it", "Touches d’arrêt", control="keys", advanced=True),
    "language": field("Language", "Langue", control="language", advanced=True),
}

ALL_KEYS = "0123456789*#"
MAX_MACROS = 50


class Data(ModuleData):
    """`macros`: objects with `macro` (play, prompt, say, tts, tone) and that kind's own fields. Keys end it."""

    macros: list[dict[str, Any]] = []
    terminators: list[str] = list(ALL_KEYS)
    language: str = ""


def references(data: Data) -> list[Ref]:
    """The media that are played."""
    return [Ref("media", ref) for one in data.macros if (ref := media_ref(one.get("id")))]


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Play all of it, until a key is pressed."""
    sounds = [sound for one in data.macros[:MAX_MACROS] for sound in _sounds(one, data.language)]
    if not sounds:
        return WILDCARD
    yield from answer()
    keys = "".join(key for key in data.terminators if len(key) == 1 and key in ALL_KEYS)
    yield from play(*sounds, terminators=keys)
    return WILDCARD


def _sounds(one: Mapping[str, Any], language: str) -> list[Sound]:
    own = one.get("language")
    spoken_in = own if isinstance(own, str) and own else language
    match one.get("macro"):
        case "play":
            sound = sound_of(one.get("id"))
            return [sound] if sound is not None else []
        case "prompt":
            name = one.get("id")
            return [Prompt(name)] if isinstance(name, str) and name else []
        case "say":
            return _said(clean_line(str(one.get("text") or ""), 200), one.get("type"), spoken_in)
        case "tts":
            text = clean_line(str(one.get("text") or ""), 1000)
            return [Speech(text, voice=str(one.get("voice") or ""), language=spoken_in)] if text else []
        case "tone":
            return _tone(one)
        case _:
            return []


def _said(text: str, type: Any, language: str) -> list[Sound]:
    """Return words said: `number` as a number, digits one by one, else spoken."""
    if not text:
        return []
    if type in ("number", "items") and text.isascii() and text.isdigit() and len(text) <= 9:
        return [SayNumber(int(text))]
    digits = "".join(c for c in text if c in "0123456789*#")
    return [SayDigits(digits)] if digits == text.replace(" ", "") else [Speech(text, language=language)]


def _tone(one: Mapping[str, Any]) -> list[Sound]:
    """Return a tone of `frequencies` for `duration_on` ms, then silence for `duration_off`, `repeat` times."""
    listed = one.get("frequencies")
    wanted = listed if isinstance(listed, list) else [listed]
    frequencies = [int(text) for text in map(str, wanted) if text.isascii() and text.isdigit() and len(text) < 5]
    frequencies = [f for f in frequencies if 100 <= f <= 4000]
    if not frequencies:
        return []
    on, off = (_milliseconds(one.get(key)) for key in ("duration_on", "duration_off"))
    times = min(max(_milliseconds(one.get("repeat"), 1), 1), 20)
    part = f"!{'+'.join(map(str, frequencies[:4]))}/{on}" + (f",!0/{off}" if off else "")
    return [Tone(",".join([part] * times))]


def _milliseconds(value: Any, default: int = 500) -> int:
    return min(int(value), 10_000) if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else default
