"""Session descriptions of one audio stream (RFC 8866, 3264), with SDES keys (RFC 4568)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

STATIC = {0: ("PCMU", 8000), 8: ("PCMA", 8000), 9: ("G722", 8000), 18: ("G729", 8000)}
"""Static payload types (RFC 3551 table 4)."""


@dataclass(frozen=True)
class Audio:
    """What one side says about its audio: where it listens, what it speaks, in which direction."""

    host: str
    port: int
    codecs: tuple[tuple[int, str, int], ...]
    dtmf: int | None = None
    direction: str = "sendrecv"
    profile: str = "RTP/AVP"
    crypto: tuple[tuple[str, str, str], ...] = ()
    """(tag, suite, base64 key and salt)."""
    attributes: tuple[str, ...] = field(default=(), compare=False)


def build(audio: Audio, *, session: int, version: int) -> bytes:
    """Return the SDP."""
    formats = [str(pt) for pt, _, _ in audio.codecs] + ([str(audio.dtmf)] if audio.dtmf is not None else [])
    lines = [
        "v=0",
        f"o=- {session} {version} IN IP4 {audio.host}",
        "s=-",
        f"c=IN IP4 {audio.host}",
        "t=0 0",
        f"m=audio {audio.port} {audio.profile} {' '.join(formats)}",
        # Opus always says two channels (RFC 7587 7).
        *(f"a=rtpmap:{pt} {name}/{rate}{'/2' if name.lower() == 'opus' else ''}" for pt, name, rate in audio.codecs),
    ]
    if audio.dtmf is not None:
        lines += [f"a=rtpmap:{audio.dtmf} telephone-event/8000", f"a=fmtp:{audio.dtmf} 0-16"]
    lines += [f"a=crypto:{tag} {suite} inline:{key}" for tag, suite, key in audio.crypto]
    lines += ["a=ptime:20", f"a={audio.direction}"]
    return ("\r\n".join(lines) + "\r\n").encode()


def parse(body: bytes) -> Audio:
    """Parse an SDP with an audio line. ValueError if there is none."""
    text = body.decode("utf-8", "replace")
    media = re.search(r"^m=audio (\d+)(?:/\d+)? (\S+) ([^\r\n]*)", text, re.MULTILINE)
    if not media:
        raise ValueError(f"no audio in {text!r}")
    section = text[media.start() :].split("\nm=")[0]
    address = re.compile(r"^c=IN IP[46] (\S+)", re.MULTILINE)
    connection = address.search(section) or address.search(text)
    rtpmaps = re.findall(r"^a=rtpmap:(\d+) ([^/\s]+)/(\d+)", section, re.MULTILINE)
    maps = {int(pt): (name, int(rate)) for pt, name, rate in rtpmaps}
    codecs, dtmf = [], None
    for pt in map(int, media[3].split()):
        name, rate = maps.get(pt) or STATIC.get(pt, ("?", 8000))
        if name.lower() == "telephone-event":
            dtmf = pt if rate == 8000 or dtmf is None else dtmf
        else:
            codecs.append((pt, name, rate))
    direction = re.search(r"^a=(sendrecv|sendonly|recvonly|inactive)\s*$", section, re.MULTILINE) or re.search(
        r"^a=(sendrecv|sendonly|recvonly|inactive)\s*$", text[: media.start()], re.MULTILINE
    )
    crypto = re.findall(r"^a=crypto:(\d+) (\S+) inline:([^|\s]+)", section, re.MULTILINE)
    return Audio(
        host=connection[1] if connection else "",
        port=int(media[1]),
        codecs=tuple(codecs),
        dtmf=dtmf,
        direction=direction[1] if direction else "sendrecv",
        profile=media[2],
        crypto=tuple(crypto),
        attributes=tuple(re.findall(r"^a=([^\r\n]+)", section, re.MULTILINE)),
    )
