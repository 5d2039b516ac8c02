"""Spoken texts as files that Asterisk plays: `<data>/asterisk/sounds-cache/speech/<hash of voice and text>.wav16`.

The same words are spoken once. The folder is a cache like that of media: safe to delete, and kept small with it.
"""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

from qvoice.features.media.files import touch, write
from qvoice.features.speech.speak import Speaker, clean_text
from qvoice.features.speech.voices import Voice


class SpokenFiles:
    """One per process; safe for any number of concurrent calls."""

    def __init__(self, speaker: Speaker, data: Path) -> None:
        self._speaker = speaker
        self._folder = data / "asterisk" / "sounds-cache" / "speech"
        self._speaking: dict[str, asyncio.Task[None]] = {}

    async def path(self, text: str, *, voice: str = "", language: str = "") -> str:
        """Return a host path without extension; raises what `Speaker.wav` raises."""
        spoken = clean_text(text)
        who = self._speaker.voice_for(voice=voice, language=language)
        name = hashlib.sha256(f"{who.name}\n{spoken}".encode()).hexdigest()[:40]
        stem = str(self._folder / name)
        if await asyncio.to_thread(touch, stem):
            return stem
        task = self._speaking.get(stem)
        if task is None:
            task = asyncio.create_task(self._speak(stem, spoken, who))
            self._speaking[stem] = task
            task.add_done_callback(lambda _: self._speaking.pop(stem, None))
        await asyncio.shield(task)
        return stem

    async def _speak(self, stem: str, text: str, who: Voice) -> None:
        wav = await self._speaker.wav(text, who)
        await asyncio.to_thread(write, stem, wav)
