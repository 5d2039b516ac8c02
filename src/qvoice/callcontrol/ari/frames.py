"""WebSocket frames (RFC 6455) of the one peer we have: Asterisk, on the private network.

Written here because a call costs about thirty frames and the whole budget of Python for a call is one millisecond.
Only what a server needs: masked client frames, fragments, ping and close, a size limit.
"""

from __future__ import annotations

import base64
import hashlib
import struct

from websockets.speedups import apply_mask

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
MAX_MESSAGE = 1 << 24


class ProtocolViolation(Exception):
    """The peer broke RFC 6455; the socket must be closed."""


def accept_key(key: str) -> str:
    """Return Sec-WebSocket-Accept for a client's Sec-WebSocket-Key (RFC 6455 section 4.2.2)."""
    return base64.b64encode(hashlib.sha1(key.encode() + _GUID, usedforsecurity=False).digest()).decode()


def encode(opcode: int, payload: bytes) -> bytes:
    """Return one unmasked server frame."""
    size = len(payload)
    if size < 126:
        return struct.pack("!BB", 0x80 | opcode, size) + payload
    if size < 65536:
        return struct.pack("!BBH", 0x80 | opcode, 126, size) + payload
    return struct.pack("!BBQ", 0x80 | opcode, 127, size) + payload


class FrameReader:
    """Turns bytes into messages: `feed` returns complete (opcode, payload) pairs, fragments joined."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._fragments: list[bytes] = []
        self._opcode = 0
        self._joined = 0

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        """Add received bytes; raises ProtocolViolation for unmasked, over-long or out-of-order frames."""
        buffer = self._buffer
        buffer += data
        messages: list[tuple[int, bytes]] = []
        at, have = 0, len(buffer)
        while have - at >= 6:
            first, second = buffer[at], buffer[at + 1]
            size, head = second & 0x7F, 2
            if not second & 0x80:
                raise ProtocolViolation("a client's frame must be masked")
            if size == 126:
                if have - at < 8:
                    break
                size, head = struct.unpack_from("!H", buffer, at + 2)[0], 4
            elif size == 127:
                if have - at < 14:
                    break
                size, head = struct.unpack_from("!Q", buffer, at + 2)[0], 10
            if size > MAX_MESSAGE:
                raise ProtocolViolation(f"a frame of {size} bytes is too long")
            start = at + head + 4
            if have < start + size:
                break
            payload = apply_mask(bytes(buffer[start : start + size]), bytes(buffer[at + head : start]))
            at = start + size
            self._take(first, payload, messages)
        if at:
            del buffer[:at]
        return messages

    def _take(self, first: int, payload: bytes, messages: list[tuple[int, bytes]]) -> None:
        final, opcode = bool(first & 0x80), first & 0x0F
        if first & 0x70:
            raise ProtocolViolation("reserved bits are set; no extension was agreed")
        if opcode >= 8:
            messages.append((opcode, payload))
            return
        if final and opcode and not self._fragments:
            messages.append((opcode, payload))
            return
        if (opcode == 0) != bool(self._fragments):
            raise ProtocolViolation("a continuation without a start, or a start inside a message")
        if opcode:
            self._opcode, self._joined = opcode, 0
        self._fragments.append(payload)
        self._joined += len(payload)
        if self._joined > MAX_MESSAGE:
            raise ProtocolViolation("a fragmented message is too long")
        if final:
            messages.append((self._opcode, b"".join(self._fragments)))
            self._fragments = []
