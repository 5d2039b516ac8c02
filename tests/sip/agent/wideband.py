"""G.722 and Opus as others implement them: ffmpeg of the store image encodes what we say and decodes what we hear."""

from __future__ import annotations

import subprocess
from functools import lru_cache

import numpy as np

from qvoice.engine import images
from qvoice.engine.sandbox import command_in
from tests.sip.agent import ogg, sound

RATE = 16000
"""What both are measured at; samples a second."""
STEP = {"G722": 160, "OPUS": ogg.FRAME}
"""RTP time units in 20 ms. G.722 counts at 8 kHz though it samples at 16 (RFC 3551 4.5.2)."""
BYTES = 160
"""A G.722 frame of 20 ms at 64 kbit/s."""
SECONDS = 4
"""Length of what is encoded once and then repeated: whole seconds, so that whole numbers of Hz go on smoothly."""


def _ffmpeg(arguments: list[str], given: bytes) -> bytes:
    command = ["ffmpeg", "-hide_banner", "-loglevel", "error", *arguments]
    run = subprocess.run(command_in(images.ensure("store"), command), input=given, capture_output=True, check=False)
    assert run.returncode == 0, f"ffmpeg {' '.join(arguments)}: {run.stderr.decode(errors='replace')}"
    return run.stdout


def encode(samples: sound.Samples, codec: str) -> list[bytes]:
    """Return the packets of 20 ms of 16 kHz `samples`; `codec` is G722 or OPUS."""
    source = ["-f", "s16le", "-ar", str(RATE), "-ac", "1", "-i", "pipe:0"]
    given = samples.astype("<i2").tobytes()
    if codec == "G722":
        stream = _ffmpeg([*source, "-c:a", "g722", "-f", "g722", "pipe:1"], given)
        return [stream[at : at + BYTES] for at in range(0, len(stream) - BYTES + 1, BYTES)]
    voice = ["-c:a", "libopus", "-b:a", "32k", "-frame_duration", "20", "-ar", str(ogg.RATE)]
    return ogg.packets(_ffmpeg([*source, *voice, "-f", "ogg", "pipe:1"], given))


def decode(packets: list[bytes], codec: str) -> sound.Samples:
    """Return 16 kHz samples of packets in a row."""
    if not packets:
        return np.zeros(0, dtype=np.int16)
    kind, given = ("g722", b"".join(packets)) if codec == "G722" else ("ogg", ogg.file(packets))
    raw = _ffmpeg(["-f", kind, "-i", "pipe:0", "-f", "s16le", "-ar", str(RATE), "-ac", "1", "pipe:1"], given)
    return np.frombuffer(raw, dtype="<i2")


@lru_cache(maxsize=32)
def tone(frequency: float | None, level: float, codec: str) -> tuple[bytes, ...]:
    """Return packets of a sine (None: of silence) to be repeated for as long as it sounds."""
    count = SECONDS * RATE
    samples = (
        sound.sine(frequency, start=0, count=count, level=level, rate=RATE)
        if frequency
        else np.zeros(count, dtype=np.int16)
    )
    return tuple(encode(samples, codec)[: SECONDS * 50])
