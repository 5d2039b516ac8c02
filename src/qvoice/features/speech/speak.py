"""Speak a text: Piper for neural voices, espeak-ng for the others, each as a process of its own in a sandbox.

A text comes from strangers and a model is a program, so both run without network, without the data folder, with
bounded time, memory and output. They read the text from stdin and write a WAV file to stdout.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from qvoice.features.media.convert import Converter, store_image
from qvoice.features.media.sniff import WAV
from qvoice.features.media.wav import repaired
from qvoice.features.speech.voices import Voice, catalogue, choose
from qvoice.kit import log
from qvoice.kit.errors import Invalid, Unavailable

MAX_TEXT = 5000
"""Characters of one text: about six minutes of speech."""
_WALL_CLOCK = 60.0
_CPU_SECONDS = 120
_MEMORY = 3 * 1024**3
"""Address space, not memory used: the neural runtime maps far more than it touches."""
_OUTPUT = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Speaker:
    """Speaks for the installation in `data`. At most two at once: a voice takes a processor while it speaks."""

    data: Path
    converter: Converter
    at_once: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))

    def voice_for(self, *, voice: str, language: str) -> Voice:
        """Return the voice that would speak."""
        return choose(catalogue(self.data), voice=voice, language=language)

    async def wav(self, text: str, voice: Voice) -> bytes:
        """Return the spoken text as a mono 16 bit WAV file of 16 kHz.

        Raises Invalid for an empty or too long text, Unavailable when the voice cannot be started just now.
        """
        spoken = clean_text(text)
        async with self.at_once:
            raw = await self._run(self.command(voice), spoken)
        return await self.converter.playable(repaired(raw), WAV)

    def command(self, voice: Voice) -> list[str]:
        """Return the command line: sandbox, limits, voice."""
        sandbox = ["bwrap", "--ro-bind", str(self.converter.image) if voice.model is None else "/", "/"]
        sandbox += ["--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp", "--unshare-all", "--cap-drop", "ALL"]
        sandbox += ["--new-session", "--die-with-parent", "--clearenv", "--chdir", "/", "--setenv", "PATH"]
        sandbox += ["/usr/bin:/bin", "--setenv", "OMP_NUM_THREADS", "1"]
        limits = ["prlimit", f"--as={_MEMORY}", f"--cpu={_CPU_SECONDS}", f"--fsize={_OUTPUT}", "--core=0"]
        if voice.model is None:
            return [*sandbox, *limits, "espeak-ng", "--stdin", "--stdout", "-s", "150", "-v", voice.language]
        # The data folder is hidden, secrets and all. What the voice needs may lie in it, or in /tmp: show it again.
        sandbox += ["--tmpfs", str(self.data)]
        for needed in dict.fromkeys((sys.base_prefix, sys.prefix, str(voice.model.parent))):
            sandbox += ["--ro-bind", needed, needed]
        return [*sandbox, *limits, sys.executable, "-I", "-m", "piper", "-m", str(voice.model), "-f", "-"]

    async def _run(self, command: list[str], text: str) -> bytes:
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as problem:
            raise Unavailable("Speech is not installed here (bubblewrap is missing).") from problem
        try:
            out, complaint = await asyncio.wait_for(process.communicate(text.encode()), _WALL_CLOCK)
        except TimeoutError as problem:
            raise Unavailable("Speaking took too long. Try a shorter text.") from problem
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()
        if process.returncode or len(out) < 1000:
            said = complaint.decode(errors="replace")[-500:]
            log.get().error("speech.failed", exit=process.returncode, complaint=said)
            raise Unavailable("The text could not be spoken just now.")
        return out


def clean_text(text: str) -> str:
    """Return the text as one line without control characters; raises Invalid when nothing or too much is left."""
    kept = " ".join("".join(" " if unicodedata.category(c)[0] == "C" else c for c in text).split())
    if not any(c.isalnum() for c in kept):
        raise Invalid.field("tts.text", "required", "There is nothing to speak. Write a sentence.")
    if len(kept) > MAX_TEXT:
        message = f"The text has {len(kept)} characters; at most {MAX_TEXT} can be spoken at once."
        raise Invalid.field("tts.text", "maxLength", message, target=MAX_TEXT)
    return kept


@lru_cache(maxsize=4)
def speaker(data: Path) -> Speaker:
    """Return the speaker of an installation."""
    return Speaker(data, Converter(store_image(data), data / "run" / "audio"))
