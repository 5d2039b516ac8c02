"""SIP messages, as far as a notifier behind the edge needs them: the edge has refused what is malformed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_COMPACT = {
    "v": "via", "f": "from", "t": "to", "i": "call-id", "m": "contact", "l": "content-length", "c": "content-type",
    "o": "event", "u": "allow-events", "k": "supported",
}  # fmt: skip
_ANGLED = re.compile(r"<([^>]*)>")
_TAG = re.compile(r";\s*tag\s*=\s*([^;,\s>]+)", re.IGNORECASE)


@dataclass(slots=True)
class Message:
    """A request (`method`, `uri`) or a response (`status`). Header names in lower case, in order."""

    method: str = ""
    uri: str = ""
    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)

    def get(self, name: str) -> str:
        """Return the first value of a header, "" when there is none."""
        return next((value for key, value in self.headers if key == name), "")

    def all(self, name: str) -> list[str]:
        """Return all values of a header, those on one line apart, in order."""
        return [part for key, value in self.headers if key == name for part in _split(value)]

    @property
    def cseq(self) -> tuple[int, str]:
        """Number and method of CSeq."""
        number, _, method = self.get("cseq").partition(" ")
        return int(number) if number.isdigit() else 0, method.strip()


def parse(packet: bytes) -> Message | None:
    """Return a packet's message (its body is of no use here); None for what is none."""
    head = packet.partition(b"\r\n\r\n")[0].decode("utf-8", "replace")
    first, *lines = re.sub(r"\r\n[ \t]+", " ", head).split("\r\n")
    words = first.split(" ", 2)
    if len(words) != 3:
        return None
    if words[0] == "SIP/2.0":
        if not words[1].isdigit():
            return None
        found = Message(status=int(words[1]))
    else:
        found = Message(method=words[0], uri=words[1])
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            key = name.strip().lower()
            found.headers.append((_COMPACT.get(key, key), value.strip()))
    return found


def encode(first: str, headers: list[tuple[str, str]], body: str = "") -> bytes:
    """Return the packet of a message; Content-Length is added."""
    content = body.encode()
    lines = [first, *(f"{name}: {value}" for name, value in headers), f"Content-Length: {len(content)}", "", ""]
    return "\r\n".join(lines).encode() + content


def respond(request: Message, status: int, reason: str, *, tag: str = "", extra: list[tuple[str, str]]) -> bytes:
    """Return the response to a request (RFC 3261 8.2.6): its Via, Record-Route, From, To, Call-ID and CSeq."""
    to = request.get("to")
    if tag and not tag_of(to):
        to = f"{to};tag={tag}"
    headers = [("Via", value) for key, value in request.headers if key == "via"]
    headers += [("Record-Route", value) for key, value in request.headers if key == "record-route"]
    headers += [("From", request.get("from")), ("To", to), ("Call-ID", request.get("call-id"))]
    return encode(f"SIP/2.0 {status} {reason}", [*headers, ("CSeq", request.get("cseq")), *extra])


def uri_of(value: str) -> str:
    """Return the URI of a name-addr or addr-spec."""
    angled = _ANGLED.search(value)
    return angled[1] if angled else value.partition(";")[0].strip()


def user_of(uri: str) -> str:
    """Return the user part of a SIP URI, percent-codes undone."""
    user = uri.partition(":")[2].rpartition("@")[0].partition(":")[0].partition(";")[0]
    return re.sub(r"%([0-9A-Fa-f]{2})", lambda m: chr(int(m[1], 16)), user)


def tag_of(value: str) -> str:
    """Return the tag of a From or To, "" when it has none."""
    found = _TAG.search(_ANGLED.sub("<>", value))
    return found[1] if found else ""


def _split(value: str) -> list[str]:
    """Split at commas outside <…> and quotes."""
    parts, depth, quoted, start = [], 0, False, 0
    for index, char in enumerate(value):
        if char == '"':
            quoted = not quoted
        elif not quoted and char in "<>":
            depth += 1 if char == "<" else -1
        elif char == "," and not quoted and depth == 0:
            parts.append(value[start:index].strip())
            start = index + 1
    return [*parts, value[start:].strip()]
