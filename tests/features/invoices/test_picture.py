"""A logo on a PDF has the colours and the transparency it had (C6)."""

from __future__ import annotations

import random
import struct
import zlib

import pytest

from qvoice.features.invoices.picture import image

WIDTH, HEIGHT = 7, 5


def png(rows: list[bytes], colour: int, *, cut: int = 0) -> bytes:
    """A PNG of rows that are filtered already."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, colour, 0, 0, 0)
    body = zlib.compress(b"".join(rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body[: len(body) - cut]) + chunk(b"IEND", b"")


def filtered(kind: int, line: bytes, above: bytes, step: int) -> bytes:
    """The row as PNG writes it (PNG specification, 9.2): what differs from what its neighbours predict."""
    found = bytearray([kind])
    for at, value in enumerate(line):
        left, corner = (line[at - step], above[at - step]) if at >= step else (0, 0)
        up, guess = above[at], left + above[at] - corner
        paeth = min((left, up, corner), key=lambda one: abs(guess - one))
        found.append((value - (0, left, up, (left + up) // 2, paeth)[kind]) & 255)
    return bytes(found)


@pytest.mark.parametrize(("colour", "channels"), [(6, 4), (4, 2)])
def test_C6_colours_and_transparency_are_told_apart_whatever_the_filter(colour: int, channels: int) -> None:
    row = WIDTH * channels
    lines = [random.Random(7).randbytes(row * HEIGHT)[at * row : (at + 1) * row] for at in range(HEIGHT)]
    rows = [filtered(at, line, lines[at - 1] if at else bytes(row), channels) for at, line in enumerate(lines)]
    found = image("image/png", png(rows, colour))
    assert found is not None
    assert found.mask is not None
    pixels = b"".join(lines)
    assert zlib.decompress(found.mask.data) == pixels[channels - 1 :: channels]
    colours = b"".join(pixels[at : at + channels - 1] for at in range(0, len(pixels), channels))
    assert zlib.decompress(found.data) == colours


def test_C6_a_picture_that_is_none_is_left_out() -> None:
    rows = [bytes(WIDTH * 4 + 1)] * HEIGHT
    assert image("image/png", png(rows, 6)) is not None
    for broken in (png(rows[:-1], 6), png(rows, 6, cut=8), png(rows, 5), png(rows, 6)[:20], b"\x89PNG\r\n\x1a\n"):
        assert image("image/png", broken) is None
    assert image("image/jpeg", b"\xff\xd8\xff\xe0\x00\x04") is None
    assert image("image/gif", b"GIF89a") is None
    jpeg = b"\xff\xd8\xff\xe0\x00\x04xx\xff\xc0\x00\x11\x08" + struct.pack(">HHB", 40, 120, 3) + bytes(12)
    found = image("image/jpeg", jpeg)
    assert found is not None
    assert (found.width, found.height, "DCTDecode" in found.entries) == (120, 40, True)
