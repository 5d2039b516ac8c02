"""A logo as an image of a PDF (ISO 32000-1, 8.9): PNG and JPEG, read here without any library.

What is not understood, or would cost too much to take apart, is left out: a paper without its logo is still a paper.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from functools import lru_cache

MOST_SIDE = 5000
MOST_TRANSPARENT = 150_000
"""Pixels of a PNG with transparency, whose colours and transparency must be told apart one by one."""
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""PNG colour type → values a pixel."""


@dataclass(frozen=True, slots=True)
class Image:
    """What a PDF says of an image: its size in pixels, the entries of its dictionary, its bytes; `mask`: how opaque."""

    width: int
    height: int
    entries: str
    data: bytes
    mask: Image | None = None


@lru_cache(maxsize=16)
def image(kind: str, data: bytes) -> Image | None:
    """Return a picture for a PDF, None when it cannot be one."""
    try:
        if kind == "image/jpeg":
            return _jpeg(data)
        return _png(data) if kind == "image/png" else None
    except (struct.error, IndexError, zlib.error, ValueError):
        return None  # broken: its owner sees that in the portal, where it is shown


def _jpeg(data: bytes) -> Image | None:
    at = 2
    while at + 9 < len(data):
        if data[at] != 0xFF:
            return None
        marker, length = data[at + 1], struct.unpack_from(">H", data, at + 2)[0]
        if marker in (0xC0, 0xC1, 0xC2):
            bits, height, width, channels = struct.unpack_from(">BHHB", data, at + 4)
            space = {1: "DeviceGray", 3: "DeviceRGB"}.get(channels)
            if space is None or bits != 8 or not _fits(width, height):
                return None
            return Image(width, height, f"/ColorSpace /{space} /BitsPerComponent 8 /Filter /DCTDecode", data)
        at += 2 + length
    return None


def _png(data: bytes) -> Image | None:
    at, packed, palette = 8, b"", b""
    width, height, bits, colour, _, _, interlaced = struct.unpack_from(">IIBBBBB", data, 16)
    if not _fits(width, height) or interlaced or colour not in _CHANNELS or bits > 8:
        return None
    while at + 8 <= len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + 8 + length]
        if name == b"IDAT":
            packed += body
        elif name == b"PLTE":
            palette = body
        at += 12 + length
    channels = _CHANNELS[colour]
    if colour in (4, 6):
        return _split(packed, width, height, channels) if width * height <= MOST_TRANSPARENT and bits == 8 else None
    space = {0: "/DeviceGray", 2: "/DeviceRGB"}.get(colour)
    if space is None:
        if not palette:
            return None
        space = f"[/Indexed /DeviceRGB {len(palette) // 3 - 1} <{palette.hex()}>]"
    # A PDF's readers undo what PNG does to each row themselves.
    parms = f"/DecodeParms << /Predictor 15 /Colors {channels} /BitsPerComponent {bits} /Columns {width} >>"
    return Image(width, height, f"/ColorSpace {space} /BitsPerComponent {bits} /Filter /FlateDecode {parms}", packed)


def _split(packed: bytes, width: int, height: int, channels: int) -> Image:
    """Return colours and transparency of pixels that hold both, each by itself."""
    row = width * channels
    size = height * (row + 1)
    raw = zlib.decompressobj().decompress(packed, size)
    if len(raw) != size:
        raise ValueError("the picture ends too early")
    colours, opaque = bytearray(), bytearray()
    above = bytes(row)
    for begin in range(0, size, row + 1):
        above = _unfiltered(raw[begin], bytearray(raw[begin + 1 : begin + 1 + row]), above, channels)
        opaque += above[channels - 1 :: channels]
        part = bytearray(width * (channels - 1))
        for channel in range(channels - 1):
            part[channel :: channels - 1] = above[channel::channels]
        colours += part
    space = "DeviceRGB" if channels == 4 else "DeviceGray"
    entries = "/ColorSpace /{} /BitsPerComponent 8 /Filter /FlateDecode"
    mask = Image(width, height, entries.format("DeviceGray"), zlib.compress(opaque))
    return Image(width, height, entries.format(space), zlib.compress(colours), mask)


def _unfiltered(kind: int, line: bytearray, above: bytes, step: int) -> bytes:
    """Return a row of a PNG as it was before its filter (PNG specification, 9.2)."""
    if kind == 1:
        for at in range(step, len(line)):
            line[at] = (line[at] + line[at - step]) & 255
    elif kind == 2:
        line = bytearray((one + up) & 255 for one, up in zip(line, above, strict=True))
    elif kind == 3:
        for at, up in enumerate(above):
            left = line[at - step] if at >= step else 0
            line[at] = (line[at] + (left + up) // 2) & 255
    elif kind == 4:
        for at, up in enumerate(above):
            left, corner = (line[at - step], above[at - step]) if at >= step else (0, 0)
            line[at] = (line[at] + _nearest(left, up, corner)) & 255
    elif kind:
        raise ValueError("no filter of a PNG")
    return bytes(line)


def _nearest(left: int, up: int, corner: int) -> int:
    """Return which of three neighbours is nearest to what they predict (Paeth)."""
    guess = left + up - corner
    by_left, by_up, by_corner = abs(guess - left), abs(guess - up), abs(guess - corner)
    if by_left <= by_up and by_left <= by_corner:
        return left
    return up if by_up <= by_corner else corner


def _fits(width: int, height: int) -> bool:
    return 0 < width <= MOST_SIDE and 0 < height <= MOST_SIDE
