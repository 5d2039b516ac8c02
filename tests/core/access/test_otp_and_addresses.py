"""One-time passwords against RFC 6238's own vectors; address lists."""

from __future__ import annotations

import pytest

from qvoice.core.access import otp
from qvoice.core.access.addresses import DENY_FIRST, AddressList, network, networks

SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_A10_codes_are_those_of_rfc_6238(seconds, code):
    assert otp.code(SECRET, seconds // 30) == code
    assert otp.step_of(SECRET, code, seconds, after=0) == seconds // 30


def test_A10_a_code_works_a_step_early_or_late_once_and_no_longer():
    now = 1_000_000 * 30
    for step, wanted in (
        (999_998, None),
        (999_999, 999_999),
        (1_000_000, 1_000_000),
        (1_000_001, 1_000_001),
        (1_000_002, None),
    ):
        assert otp.step_of(SECRET, otp.code(SECRET, step), now, after=0) == wanted
    assert otp.step_of(SECRET, otp.code(SECRET, 1_000_000), now, after=1_000_000) is None
    for nonsense in ("", "12345", "1234567", "abcdef", "１２３４５６"):
        assert otp.step_of(SECRET, nonsense, now, after=0) is None
    assert otp.from_base32(otp.to_base32(SECRET)) == SECRET


def test_A10_networks_are_read_as_people_write_them_and_what_is_none_is_explained():
    shown = {"203.0.113.7": "203.0.113.7/32", " 10.1.2.3/8 ": "10.0.0.0/8", "2001:DB8::1": "2001:db8::1/128",
             "::ffff:203.0.113.0/120": "203.0.113.0/24"}  # fmt: skip
    assert {text: str(network(text)) for text in shown} == shown
    for wrong in ("", "here", "10.0.0.0/33", "fe80::1%eth0", "fe80::1%x,0.0.0.0/0", "10.0.0.1,10.0.0.2", "1.2.3"):
        with pytest.raises(ValueError, match="no address or network"):
            network(wrong)


def test_A10_address_lists_allow_or_refuse_and_know_mapped_addresses():
    only = AddressList(networks=networks(["203.0.113.0/24", "2001:db8::/32"]))
    assert only.permits("203.0.113.9")
    assert only.permits("::ffff:203.0.113.9")
    assert only.permits("2001:db8::1")
    for other in ("198.51.100.1", "2001:db9::1", "", "nonsense"):
        assert not only.permits(other)
    but = AddressList(DENY_FIRST, networks(["203.0.113.0/24"]))
    assert not but.permits("203.0.113.9")
    assert but.permits("198.51.100.1")
    assert AddressList().permits("anything")
