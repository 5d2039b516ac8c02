"""Opus packets in and out of Ogg pages (RFC 3533, RFC 7845): how a file tool and RTP packets come together."""

from __future__ import annotations

import struct
from collections.abc import Iterator

RATE = 48000
"""Opus always counts at 48 kHz (RFC 7587 4.1)."""
FRAME = 960
"""Counts in 20 ms."""


def _table() -> tuple[int, ...]:
    values = []
    for byte in range(256):
        value = byte << 24
        for _ in range(8):
            value = (value << 1 ^ 0x04C11DB7) & 0xFFFFFFFF if value & 0x80000000 else value << 1
        values.append(value)
    return tuple(values)


_CRC = _table()


def checksum(page: bytes) -> int:
    """Return a page's checksum, counted with its own field zero (RFC 3533 6)."""
    value = 0
    for byte in page:
        value = (value << 8 & 0xFFFFFFFF) ^ _CRC[value >> 24 ^ byte]
    return value


def pages(stream: bytes) -> Iterator[tuple[list[int], bytes]]:
    """Return each page's lacing values and body. ValueError if something else comes."""
    at = 0
    while at < len(stream):
        if stream[at : at + 4] != b"OggS":
            raise ValueError(f"no Ogg page at byte {at}")
        start = at + 27 + stream[at + 26]
        lacing = list(stream[at + 27 : start])
        at = start + sum(lacing)
        yield lacing, stream[start:at]


def packets(stream: bytes) -> list[bytes]:
    """Return the Opus packets of an Ogg file of one stream, without its two headers."""
    found, part = [], b""
    for lacing, body in pages(stream):
        at = 0
        for length in lacing:
            part += body[at : at + length]
            at += length
            if length < 255:  # 255 means: it goes on in the next segment, of the next page perhaps
                found.append(part)
                part = b""
    if [packet[:8] for packet in found[:2]] != [b"OpusHead", b"OpusTags"]:
        raise ValueError("not an Opus file")
    return found[2:]


def _page(packet: bytes, *, kind: int, granule: int, number: int) -> bytes:
    lacing = b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255])
    head = struct.pack("<4sBBqIII", b"OggS", 0, kind, granule, 1, number, 0) + bytes([len(lacing)]) + lacing
    page = head + packet
    return page[:22] + struct.pack("<I", checksum(page)) + page[26:]


def file(frames: list[bytes]) -> bytes:
    """Return an Ogg file of mono Opus packets of 20 ms, one in each page, in their order."""
    head = struct.pack("<8sBBHIhB", b"OpusHead", 1, 1, 0, RATE, 0, 0)
    tags = struct.pack("<8sI", b"OpusTags", 0) + struct.pack("<I", 0)
    out = [_page(head, kind=2, granule=0, number=0), _page(tags, kind=0, granule=0, number=1)]
    for number, frame in enumerate(frames):
        last = number == len(frames) - 1
        out.append(_page(frame, kind=4 if last else 0, granule=(number + 1) * FRAME, number=number + 2))
    return b"".join(out)
