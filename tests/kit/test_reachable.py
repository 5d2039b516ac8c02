"""Customers' URLs call the public Internet only, however an address is written."""

from __future__ import annotations

import pytest

from qvoice.kit.reachable import is_public


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "192.88.99.1",
     "168.63.129.16", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1",
     "64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::1", "2001:0:5ef5:79fd:0:0:f5ff:fffe", "fe80::1%eth0", "fc00::1",
     "fec0::1", "ff02::1", "2001:db8::1"],
)  # fmt: skip
def test_H4_addresses_inside_a_network_are_refused_in_every_notation(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101", "2002:101:101::"]
)
def test_H4_public_addresses_are_called(address: str) -> None:
    assert is_public(address)
