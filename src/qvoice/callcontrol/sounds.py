"""Sounds of a flow as Asterisk media URIs, in the call's language.

Prompts keep their core-sounds names; Asterisk looks for `<language>_<COUNTRY>`, `<language>`, then its default,
English.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from qvoice.core.flow.commands import (
    Media,
    Prompt,
    Recording,
    SayDigits,
    SayNumber,
    SayTime,
    Silence,
    Sound,
    Speech,
    Tone,
    Url,
)
from qvoice.kit import log

MediaPath = Callable[[str | Speech | Url], Awaitable[str | None]]
"""Media id, or text to be spoken → path without extension that Asterisk can open, None when there is no such media."""

TONE_SECONDS = 10.0
"""How long a tone lasts when it is one sound among others: Asterisk's tones never end by themselves."""

SPEECH_SECONDS = 0.5
"""How long a caller waits for a sentence that has never been spoken, when something else can be played."""

_NAMED_TONES = {"ring", "busy", "congestion", "dial"}
_TONE_SPEC = re.compile(r"[0-9!*/+,]{1,200}")
_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./-]{0,200}")


@dataclass(frozen=True, slots=True)
class Run:
    """Media URIs that are one playback."""

    uris: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Beat:
    """A tone (`uri`) or silence (`uri` None) of `seconds`."""

    uri: str | None
    seconds: float


def language(code: str) -> str:
    """Return Asterisk's language name for the dialect's, `en-us` → `en_US`; `en` for what is not a language code."""
    match = re.fullmatch(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{2}))?", code)
    if match is None:
        return "en"
    return match[1].lower() + (f"_{match[2].upper()}" if match[2] else "")


async def render(
    sounds: tuple[Sound, ...], *, lang: str, media_path: MediaPath
) -> list[Run | Beat]:
    """Turn sounds into playbacks and pauses. A sound that does not exist is left out and logged: the caller hears the
    rest.
    """
    parts: list[Run | Beat] = []
    uris: list[str] = []
    for sound in sounds:
        beat = _beat(sound)
        if beat is not None:
            if uris:
                parts.append(Run(tuple(uris)))
                uris = []
            parts.append(beat)
        else:
            uris += await _uris(sound, lang, media_path)
    if uris:
        parts.append(Run(tuple(uris)))
    return parts


def _beat(sound: Sound) -> Beat | None:
    match sound:
        case Silence(ms=ms):
            return Beat(None, max(ms, 0) / 1000)
        case Tone(name=name) if name != "beep":
            if name in _NAMED_TONES or _TONE_SPEC.fullmatch(name):
                return Beat(f"tone:{name}", TONE_SECONDS)
            log.get().warning("sound.unknown_tone", tone=name[:80])
            return Beat(None, 0.0)
    return None


async def _uris(sound: Sound, lang: str, media_path: MediaPath) -> list[str]:
    match sound:
        case Prompt(name=name):
            return _named(name)
        case Media(media_id=media_id):
            path = await media_path(media_id)
            if path is None:
                log.get().warning("sound.no_media", media=media_id[:80])
                return []
            return [f"sound:{path}"]
        case Recording(ref=ref) if ref.startswith("blob-"):
            path = await media_path(ref)
            if path is None:
                log.get().warning("sound.no_recording", ref=ref[:80])
                return []
            return [f"sound:{path}"]
        case Speech(otherwise=otherwise):
            wanted = sound if sound.language else replace(sound, language=lang)
            try:
                path = await asyncio.wait_for(media_path(wanted), SPEECH_SECONDS if otherwise else None)
            except TimeoutError:
                path = None  # it goes on being spoken, for the next caller
            if path is not None:
                return [f"sound:{path}"]
            return [uri for part in otherwise for uri in await _uris(part, lang, media_path)]
        case Recording(ref=ref):
            if not _SAFE_NAME.fullmatch(ref.removeprefix("/")) or ".." in ref:
                log.get().warning("sound.bad_reference", ref=ref[:80])
                return []
            return [f"sound:{ref}" if ref.startswith("/") else f"recording:{ref}"]
        case SayDigits(digits=digits):
            kept = "".join(d for d in digits if d in "0123456789*#")
            return [f"digits:{kept}"] if kept else []
        case SayNumber(number=number):
            return [f"number:{number}"]
        case SayTime(unix=unix, timezone=timezone):
            return say_time(unix, timezone, lang)
        case Tone():
            return ["sound:beep"]
        case Url(url=url):
            path = await media_path(sound)
            if path is None:
                log.get().warning("sound.no_url", url=url[:80])
                return []
            return [f"sound:{path}"]
    return []


def _named(name: str) -> list[str]:
    if not _SAFE_NAME.fullmatch(name) or ".." in name:
        log.get().warning("sound.bad_name", name=name[:80])
        return []
    return [f"sound:{name}"]


def say_time(unix: float, timezone: str, lang: str) -> list[str]:
    """Return the sounds that say a moment: weekday, month, day and time (12 hours in English, else 24), with core-
    sounds names.
    """
    try:
        at = datetime.fromtimestamp(unix, ZoneInfo(timezone))
    except (ZoneInfoNotFoundError, ValueError):
        at = datetime.fromtimestamp(unix, ZoneInfo("UTC"))
    weekday = f"sound:digits/day-{(at.weekday() + 1) % 7}"
    month = f"sound:digits/mon-{at.month - 1}"
    if not lang.startswith("en"):
        return [weekday, f"number:{at.day}", month, f"number:{at.hour}", f"number:{at.minute}"]
    hour = at.hour % 12 or 12
    minutes = (
        []
        if at.minute == 0
        else [f"number:{at.minute}"]
        if at.minute > 9
        else ["sound:digits/oh", f"number:{at.minute}"]
    )
    return [
        weekday,
        month,
        *_ordinal(at.day),
        "sound:digits/at",
        f"number:{hour}",
        *minutes,
        "sound:digits/p-m" if at.hour >= 12 else "sound:digits/a-m",
    ]


def _ordinal(day: int) -> list[str]:
    if day <= 20 or day == 30:
        return [f"sound:digits/h-{day}"]
    return [f"sound:digits/{day // 10 * 10}", f"sound:digits/h-{day % 10}"]
