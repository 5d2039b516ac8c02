"""WAV files: read their length, and repair the header of one that was half written when its writer died.

Asterisk writes the sizes into the header when it closes a recording; after a crash they are 0 or too small while the
audio is there.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from qvoice.kit.errors import Invalid

PCM = 1


@dataclass(frozen=True, slots=True)
class WavFacts:
    """A PCM WAV file: `rate` in Hz, bytes per frame, where the audio starts and how many bytes of it exist."""

    rate: int
    frame: int
    start: int
    size: int

    @property
    def seconds(self) -> float:
        """The audio's length in seconds."""
        return self.size / (self.rate * self.frame)


def read_wav(data: bytes) -> WavFacts:
    """Return the facts of a PCM WAV file, trusting its real length and not its header's; raises Invalid when it is
    none.

    A data chunk whose size is 0, too large or smaller than what follows to the end of the file (and no other chunk
    follows) is taken to reach to the end: that is what an interrupted recording looks like.
    """
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise Invalid.field("raw", "type", "The file is not a WAV file.")
    at, rate, frame = 12, 0, 0
    while at + 8 <= len(data):
        name, size = data[at : at + 4], struct.unpack_from("<I", data, at + 4)[0]
        if name == b"fmt ":
            if at + 24 > len(data):
                break
            kind, channels, rate, _, frame, bits = struct.unpack_from("<HHIIHH", data, at + 8)
            if (
                kind != PCM
                or bits != 16
                or channels not in (1, 2)
                or frame != channels * 2
                or not 4000 <= rate <= 192000
            ):
                raise Invalid.field("raw", "type", "The WAV file is not 16 bit PCM.")
        elif name == b"data":
            if not rate:
                break
            start = at + 8
            left = len(data) - start
            size = size if 0 < size <= left and _chunk_follows(data, start + size) else left
            return WavFacts(rate, frame, start, size - size % frame)
        at += 8 + size + size % 2
    raise Invalid.field("raw", "type", "The WAV file has no audio.")


def _chunk_follows(data: bytes, at: int) -> bool:
    """Tell whether a well-formed chunk header (or the end of the file) is at `at`."""
    at += at % 2
    if at >= len(data):
        return True
    name = data[at : at + 4]
    return len(name) == 4 and name in (b"LIST", b"id3 ", b"ID3 ", b"fact", b"bext", b"cue ", b"smpl", b"JUNK")


def make_wav(pcm: bytes, rate: int, channels: int = 1) -> bytes:
    """Return a 16 bit PCM WAV file of `pcm`."""
    frame = channels * 2
    header = b"RIFF" + struct.pack("<I", 36 + len(pcm)) + b"WAVEfmt "
    header += (
        struct.pack("<IHHIIHH", 16, PCM, channels, rate, rate * frame, frame, 16)
        + b"data"
        + struct.pack("<I", len(pcm))
    )
    return header + pcm


def repaired(data: bytes) -> bytes:
    """Return the file with a header that tells the truth; raises Invalid when there is nothing to save."""
    facts = read_wav(data)
    return make_wav(data[facts.start : facts.start + facts.size], facts.rate, facts.frame // 2)


def joined(first: bytes, second: bytes) -> bytes:
    """Return `first` followed by `second`, both mono WAV files; raises Invalid when their rates differ."""
    a, b = read_wav(first), read_wav(second)
    if (a.rate, a.frame) != (b.rate, b.frame):
        raise Invalid.field("raw", "type", f"Cannot join audio of {a.rate} Hz and {b.rate} Hz.")
    gap = b"\0" * (a.rate // 2 * a.frame)
    return make_wav(first[a.start : a.start + a.size] + gap + second[b.start : b.start + b.size], a.rate, a.frame // 2)
