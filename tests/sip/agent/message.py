"""SIP messages: parsing and building (RFC 3261 section 7 and 20), as little as an honest phone needs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

COMPACT = {
    "v": "Via", "f": "From", "t": "To", "i": "Call-ID", "m": "Contact", "c": "Content-Type", "l": "Content-Length",
    "k": "Supported", "s": "Subject", "e": "Content-Encoding", "o": "Event", "u": "Allow-Events", "r": "Refer-To",
    "b": "Referred-By", "x": "Session-Expires",
}  # fmt: skip
"""Compact header names (RFC 3261 7.3.3, 3265, 3515, 3892, 4028)."""


@dataclass
class Message:
    """A request (`method`, `uri`) or a response (`status`, `reason`), its headers in order and its body."""

    method: str = ""
    uri: str = ""
    status: int = 0
    reason: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    @property
    def is_request(self) -> bool:
        """True for a request."""
        return bool(self.method)

    def get(self, name: str, default: str = "") -> str:
        """Return the first header called `name`, any case, else `default`."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), default)

    def all(self, name: str) -> list[str]:
        """Return every value of the header `name`; comma-separated routes are split."""
        wanted = name.lower()
        values = [value for key, value in self.headers if key.lower() == wanted]
        if wanted in ("route", "record-route", "via", "contact"):
            return [part.strip() for value in values for part in split_commas(value)]
        return values

    def add(self, name: str, value: str | int) -> None:
        """Append a header."""
        self.headers.append((name, str(value)))

    @property
    def branch(self) -> str:
        """The branch of the top Via."""
        vias = self.all("Via")
        return parameter(vias[0], "branch") if vias else ""

    @property
    def cseq(self) -> tuple[int, str]:
        """CSeq as (number, method)."""
        number, _, method = self.get("CSeq", "0 ").partition(" ")
        return int(number), method.strip()

    def encode(self) -> bytes:
        """The bytes on the wire, with a correct Content-Length."""
        first = f"{self.method} {self.uri} SIP/2.0" if self.is_request else f"SIP/2.0 {self.status} {self.reason}"
        lines = [first, *(f"{k}: {v}" for k, v in self.headers if k.lower() != "content-length")]
        lines.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + self.body

    def __str__(self) -> str:
        return self.encode().decode("utf-8", "replace")


def parse(data: bytes) -> Message:
    """Parse one message. ValueError if it is not SIP."""
    head, _, body = data.partition(b"\r\n\r\n")
    lines = re.sub(r"\r\n[ \t]+", " ", head.decode("utf-8", "replace")).split("\r\n")
    message = Message(body=body)
    if lines[0].startswith("SIP/2.0 "):
        _, status, *reason = lines[0].split(" ", 2)
        message.status, message.reason = int(status), reason[0] if reason else ""
    else:
        parts = lines[0].split(" ")
        if len(parts) != 3 or parts[2] != "SIP/2.0":
            raise ValueError(f"not a SIP message: {lines[0]!r}")
        message.method, message.uri = parts[0], parts[1]
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not colon:
            raise ValueError(f"not a header: {line!r}")
        name = name.strip()
        message.add(COMPACT.get(name.lower(), name), value.strip())
    return message


def split_commas(value: str) -> list[str]:
    """Split a header value at the commas that stand outside quotes and angle brackets."""
    parts, depth, quoted, start = [], 0, False, 0
    for i, c in enumerate(value):
        if c == '"' and (i == 0 or value[i - 1] != "\\"):
            quoted = not quoted
        elif not quoted and c == "<":
            depth += 1
        elif not quoted and c == ">":
            depth -= 1
        elif c == "," and not quoted and not depth:
            parts.append(value[start:i])
            start = i + 1
    return [*parts, value[start:]]


def address(value: str) -> str:
    """Return the URI of a name-addr or addr-spec such as a From or Contact value."""
    match = re.search(r"<([^>]*)>", value)
    return match[1] if match else value.split(";")[0].strip()


def display(value: str) -> str:
    """Return the display name of a From, To or P-Asserted-Identity value, unquoted; empty if none."""
    name = value.partition("<")[0].strip() if "<" in value else ""
    name = name[1:-1] if name.startswith('"') and name.endswith('"') else name
    return name.replace('\\"', '"').replace("\\\\", "\\")


def user_of(uri: str) -> str:
    """Return the user part of a SIP URI, of a tel URI the number."""
    match = re.match(r"(?:sips?:)([^@;?]*)@", uri) or re.match(r"tel:([^;?]*)", uri)
    return match[1] if match else ""


def host_port(uri: str) -> tuple[str, int]:
    """Return the host and port (5060, or 5061 for TLS, if absent) of a SIP URI or `host[:port]`."""
    match = re.match(r"(?:sips?:)?(?:[^@]*@)?(\[[^\]]*\]|[^:;?>]+)(?::(\d+))?", uri)
    if not match:
        raise ValueError(f"no host in {uri!r}")
    secure = uri.startswith("sips:") or "transport=tls" in uri.lower()
    return match[1], int(match[2]) if match[2] else (5061 if secure else 5060)


def parameter(value: str, name: str) -> str:
    """Return the header parameter `name` (outside the angle brackets), else an empty string."""
    outside = re.sub(r'"[^"]*"|<[^>]*>', "", value)
    match = re.search(rf";\s*{re.escape(name)}\s*=\s*([^;,\s]+)", outside, re.IGNORECASE)
    return match[1] if match else ""
