"""Which audio file is this? Decided by its bytes: names and Content-Type headers come from strangers."""

from __future__ import annotations

from dataclasses import dataclass

from qvoice.kit.errors import Invalid

_ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
"""The ASF header object's GUID, first bytes of every WMA file (Advanced Systems Format specification, 10.1)."""


@dataclass(frozen=True, slots=True)
class AudioKind:
    """A file format we take. `demuxer` is what ffmpeg must read it as, never guessing for itself."""

    extension: str
    content_type: str
    demuxer: str


MP3 = AudioKind("mp3", "audio/mpeg", "mp3")
WAV = AudioKind("wav", "audio/wav", "wav")
OGG = AudioKind("ogg", "audio/ogg", "ogg")
WMA = AudioKind("wma", "audio/x-ms-wma", "asf")


def sniff(data: bytes) -> AudioKind:
    """Return the kind of audio in `data` (its first bytes suffice); raises Invalid for anything but MP3, WAV, WMA and
    OGG.
    """
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return WAV
    if data[:4] == b"OggS":
        return OGG
    if data[:16] == _ASF:
        return WMA
    if data[:3] == b"ID3" or _is_mpeg_layer3(data):
        return MP3
    raise Invalid.field(
        "raw",
        "type",
        "This is not an MP3, WAV, WMA or OGG audio file. Convert it to one of these and send it again.",
        target=["mp3", "wav", "wma", "ogg"],
        cause=_looks_like(data),
    )


def _is_mpeg_layer3(data: bytes) -> bool:
    """Tell whether a valid MPEG audio layer III frame header starts here (ISO 11172-3, 2.4.1.3); ADTS AAC has layer 0.
    """
    if len(data) < 4 or data[0] != 0xFF or data[1] & 0xE0 != 0xE0:
        return False
    version, layer = (data[1] >> 3) & 3, (data[1] >> 1) & 3
    bitrate, rate = data[2] >> 4, (data[2] >> 2) & 3
    return version != 1 and layer == 1 and bitrate not in (0, 15) and rate != 3


def _looks_like(data: bytes) -> str:
    """Return a guess of what the file is, to help the person who sent it."""
    if not data:
        return "empty"
    known = {
        b"fLaC": "flac",
        b"%PDF": "pdf",
        b"PK\x03\x04": "zip",
        b"\x89PNG": "png",
        b"FORM": "aiff",
        b"<!DO": "html",
        b"<htm": "html",
        b"\x1aE\xdf\xa3": "webm",
    }
    if data[4:8] == b"ftyp":
        return "mp4"
    return known.get(data[:4], "unknown")
