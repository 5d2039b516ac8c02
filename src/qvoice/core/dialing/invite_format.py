"""How a number is written in the request URI towards a gateway or device (kazoo.md 4.3), and what may be in a SIP
URI at all."""

from __future__ import annotations

import ipaddress
import re

_USER = re.compile(r"[A-Za-z0-9+*#._~!$&'=-]{1,64}")
_HOST = re.compile(r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9_-]{0,62})(\.[A-Za-z0-9_-]{1,63})*\.?")
_URI = re.compile(
    r"(sips?):(?:([^@\s<>\"]{1,64})@)?(\[[0-9A-Fa-f:.]+\]|[^:;?@\s<>\"\[\]]{1,253})"
    r"(?::([0-9]{1,5}))?((?:;[A-Za-z0-9_.=~%+-]{1,64}){0,8})"
)


def formatted(number: str, invite_format: str) -> str:
    """Return `number` (E.164, or what a trunk rule kept of it) in an invite format: e164, npan, 1npan, strip_plus;
    else unchanged."""
    digits = number.removeprefix("+")
    if not digits.isdigit():
        return number
    match invite_format:
        case "e164":
            return number if number.startswith("+") else f"+1{digits}" if len(digits) == 10 else f"+{digits}"
        case "npan":
            return digits[-10:]
        case "1npan":
            return "1" + digits[-10:]
        case "strip_plus":
            return digits
        case _:
            return number


def is_user_part(text: str) -> bool:
    """Tell whether `text` can stand before the `@` without quoting, and without letting anything else into the URI."""
    return _USER.fullmatch(text) is not None


def host_of(server: str) -> str | None:
    """Return `server` as a URI host (IPv6 in brackets), or None when it is no host name or address."""
    try:
        address = ipaddress.ip_address(server.strip("[]"))
    except ValueError:
        return server if _HOST.fullmatch(server) else None
    return f"[{address}]" if address.version == 6 else str(address)


def sip_uri(uri: str) -> str | None:
    """Return a user-given SIP URI when it is one plain URI (host, optional user, port, parameters), else None."""
    match = _URI.fullmatch(uri.strip())
    if match is None:
        return None
    _, user, host, port, _ = match.groups()
    if user is not None and not is_user_part(user):
        return None
    if host_of(host) is None or (port is not None and not 0 < int(port) < 65536):
        return None
    return match.group(0)


def points_inside(uri: str) -> bool:
    """Tell whether a URI's host is an address that must not be reached on a tenant's word: loopback, unspecified,
    link-local, multicast.

    Tenants' routes to such addresses would reach the platform's own private ports.
    """
    match = _URI.fullmatch(uri.strip())
    if match is None:
        return True
    host = match.group(3).strip("[]")
    name = host.rstrip(".").lower()
    if name in ("localhost", "localhost.localdomain") or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return re.fullmatch(r"[0-9.]+|0x[0-9a-fA-F.x]+", host) is not None
    return address.is_loopback or address.is_unspecified or address.is_link_local or address.is_multicast
