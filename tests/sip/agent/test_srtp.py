"""SRTP against the vectors of RFC 3711."""

from __future__ import annotations

import base64
import struct

import pytest

from tests.sip.agent import srtp


def test_counter_mode_keystream_of_rfc_3711_b2() -> None:
    key = bytes.fromhex("2B7E151628AED2A6ABF7158809CF4F3C")
    iv = bytes.fromhex("F0F1F2F3F4F5F6F7F8F9FAFBFCFD0000")
    assert srtp.keystream(key, iv, 16).hex().upper() == "E03EAD0935C95E80E166B16DD92B4EB4"


@pytest.mark.parametrize(
    ("label", "count", "expected"),
    [
        (0, 16, "C61E7A93744F39EE10734AFE3FF7A087"),
        (2, 14, "30CBBC08863D8C85D49DB34A9AE1"),
        (1, 20, "CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4"),
    ],
)
def test_key_derivation_of_rfc_3711_b3(label: int, count: int, expected: str) -> None:
    master = bytes.fromhex("E1F97A0D3E018BE0D64FA32C06DE4139")
    salt = bytes.fromhex("0EC675AD498AFEEBB6960B3AABE6")
    assert srtp.derive(master, salt, label, count).hex().upper() == expected


def test_packets_survive_the_roll_over_and_a_wrong_key_is_refused() -> None:
    key = srtp.new_key()
    sender, receiver, stranger = srtp.Stream(key), srtp.Stream(key), srtp.Stream(srtp.new_key())
    for sequence in (65534, 65535, 0, 1):
        packet = struct.pack("!BBHII", 0x80, 0, sequence, sequence * 160, 7) + b"speech"
        sealed = sender.protect(packet)
        assert receiver.unprotect(sealed) == packet
        with pytest.raises(ValueError, match="authentication"):
            stranger.unprotect(sealed)
    assert len(base64.b64decode(key)) == 30
