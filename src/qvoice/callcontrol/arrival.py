"""A call that comes in: the arguments that the dialplan hands to Stasis (contracts section 2), as facts."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from qvoice.callcontrol.ari import wire
from qvoice.core.ring.plan import Loop
from qvoice.kit.ids import is_id
from qvoice.kit.text import clean_line

SOURCES = ("device", "carrier", "loop", "emergency")
"""`emergency`: a device that may call for help and nobody else (switched off, or outside its networks)."""


class Refused(Exception):
    """The edge's headers are missing or wrong: nobody's call, so no call (never guess a tenant)."""


@dataclass(frozen=True, slots=True)
class Replaces:
    """A dialog whose place the caller wants (RFC 3891): its Call-ID and tags; `early_only`: not once it is answered."""

    call_id: str
    tags: frozenset[str]
    early_only: bool = False


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who called what. Ids are 32 hex or ''. `caller_name`/`caller_number`: From, cleaned, still only a claim."""

    channel: str
    created: float
    source: str
    account_id: str
    device_id: str
    resource_id: str
    realm: str
    hops: int
    authorised_by: str
    peer: str
    privacy: str
    sip_call_id: str
    request_user: str
    user_agent: str
    caller_name: str
    caller_number: str
    forwarded_by: tuple[str, ...] = ()
    keeps_caller: bool = False
    asks_key: bool = False
    replaces: Replaces | None = None
    only_emergency: bool = False


def read(message: wire.Message) -> Arrival:
    """Read a StasisStart with `in` as its first argument; raises Refused when it lacks the tenant data."""
    channel = message.channel
    if channel is None or len(message.args) < 14:
        raise Refused(f"{len(message.args)} arguments")
    # The dialplan encodes what callers write (Call-ID, number, User-Agent): a bracket in it would move the arguments.
    source, account, device, trunk, realm, hops, authorised, peer, privacy, call_id, user = (
        _plain(a) for a in (*message.args[1:10], *map(_decoded, message.args[10:12]))
    )
    if source not in SOURCES:
        raise Refused(f"unknown source {source[:20]!r}")
    if source != "carrier" and not is_id(account):
        raise Refused(f"a {source}'s call without an account")
    if not hops.isdigit() or len(hops) > 2:
        raise Refused("a bad hop counter")
    flags, forwarded_by = _forwarding(message.args[12] if source == "loop" else "")
    number = clean_line(channel.caller.number, 64)
    if "private" in flags or number.lower() == "anonymous":
        privacy = "full"
    return Arrival(
        channel=channel.id,
        created=wire.moment(channel.creationtime or message.timestamp),
        source="device" if source == "emergency" else source,
        account_id=account if source != "carrier" else "",
        device_id=_id(device),
        resource_id=_id(trunk),
        realm=realm,
        hops=int(hops),
        authorised_by=_id(authorised),
        peer=peer,
        privacy=privacy if privacy in ("full", "name", "number") else "none",
        sip_call_id=call_id,
        request_user=user,
        user_agent=clean_line(unquote("".join(message.args[14:15])), 128),
        caller_name=clean_line(channel.caller.name, 128),
        caller_number=number,
        forwarded_by=forwarded_by,
        keeps_caller="keep" in flags,
        asks_key="key" in flags,
        replaces=_replaces(message.args[13]) if source == "device" else None,
        only_emergency=source == "emergency",
    )


def _replaces(argument: str) -> Replaces | None:
    """Read a Replaces header that the edge wrote in hexadecimal; one that names no dialog names none that is here."""
    try:
        text = bytes.fromhex(argument.strip()).decode()
    except ValueError:
        return None
    if not text:
        return None
    call_id, *rest = (part.strip() for part in clean_line(text, 1024).split(";"))
    named = {name: value for name, _, value in (part.partition("=") for part in rest)}
    tags = frozenset({named.get("to-tag", ""), named.get("from-tag", "")})
    return Replaces(call_id, tags, early_only="early-only" in named)


def forward_header(target: Loop, *, private: bool) -> str:
    """Return X-QV-Forward of a looped leg: flags and the ids whose forwarding was followed, joined by dots; `-` when
    there are none.
    """
    flags = [
        name for name, on in (("keep", target.keep_caller_id), ("key", target.asks_key), ("private", private)) if on
    ]
    return ".".join((*flags, *target.forwarded_by)) or "-"


def _forwarding(header: str) -> tuple[frozenset[str], tuple[str, ...]]:
    words = _plain(header).split(".")
    return frozenset(words), tuple(word for word in words if is_id(word))


def request_user(args: Sequence[str]) -> str:
    """What was dialled, from the arguments of any StasisStart; '' when they are no call's."""
    try:
        return _decoded(args[11]) if args[:1] == ["in"] and len(args) > 11 else ""
    except Refused:
        return ""


def _decoded(argument: str) -> str:
    try:
        return b64decode(argument, validate=True).decode("utf-8", "replace")
    except ValueError as problem:
        raise Refused("an argument that is not Base64") from problem


def _plain(argument: str) -> str:
    text = clean_line(argument, 256)
    return "" if text == "-" else text


def _id(text: str) -> str:
    return text if is_id(text) else ""
