"""Lists of addresses that may, or may not, log in or register (the dialect's access lists)."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

ALLOW_FIRST, DENY_FIRST = "allow,deny", "deny,allow"
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class AddressList:
    """`allow,deny`: only these addresses; `deny,allow`: all but these. An empty list lets everybody in."""

    order: str = ALLOW_FIRST
    networks: tuple[Network, ...] = ()

    def permits(self, address: str) -> bool:
        """Tell whether an address may come in. What is no address may not when there is a list."""
        if not self.networks:
            return True
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        mapped = getattr(found, "ipv4_mapped", None)
        within = any(
            (mapped or found) in network for network in self.networks if network.version == (mapped or found).version
        )
        return within == (self.order == ALLOW_FIRST)


def network(text: str) -> Network:
    """Return the network of a CIDR or single address; raises ValueError saying what to do.

    An IPv4 network written as IPv6 (::ffff:203.0.113.0/120) is that IPv4 network; a zone (fe80::1%eth0) means something
    on one machine only and is refused.
    """
    try:
        if "%" in text:
            raise ValueError("a zone")
        found = ipaddress.ip_network(text.strip(), strict=False)
    except ValueError as problem:
        raise ValueError(
            f"{text[:64]!r} is no address or network: use 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32"
        ) from problem
    mapped = getattr(found.network_address, "ipv4_mapped", None)
    if mapped is not None and found.prefixlen >= 96:
        return ipaddress.ip_network((mapped, found.prefixlen - 96))
    return found


def networks(texts: Sequence[str]) -> tuple[Network, ...]:
    """Return networks of texts; raises ValueError for the first wrong one."""
    return tuple(network(text) for text in texts)
