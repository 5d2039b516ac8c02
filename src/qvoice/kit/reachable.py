"""Which addresses belong to strangers on the Internet: the only ones that a customer's URL may make us call."""

from __future__ import annotations

import ipaddress

_WELL_KNOWN_NAT64 = ipaddress.ip_network("64:ff9b::/96")
"""RFC 6052: the last 32 bits are the IPv4 address that a translator calls."""
_NEVER = tuple(
    ipaddress.ip_network(network)
    for network in (
        "::/96",  # IPv4-compatible addresses, deprecated by RFC 4291 section 2.5.5.1
        "fec0::/10",  # site-local addresses, deprecated by RFC 3879
        "64:ff9b:1::/48",  # RFC 8215: a network's own translator
        "192.88.99.0/24",  # relays to IPv6, deprecated by RFC 7526
        "168.63.129.16/32",  # a cloud's own services, on a public address
    )
)


def is_public(address: str) -> bool:
    """Tell whether `address` (text as getaddrinfo gives it, a zone after `%` allowed) is one of the public Internet.

    An IPv6 address that stands for an IPv4 one (mapped, 6to4, Teredo, NAT64) is as public as that one. Raises
    ValueError for what is no address.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = _inner(ip)
        if inner is not None:
            return is_public(str(inner))
    if any(ip in network for network in _NEVER if network.version == ip.version):
        return False
    return ip.is_global and not ip.is_multicast


def _inner(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address that packets to this IPv6 address end at."""
    if ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    if ip.sixtofour is not None:
        return ip.sixtofour
    if ip.teredo is not None:
        return ip.teredo[1]
    if ip in _WELL_KNOWN_NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return None
