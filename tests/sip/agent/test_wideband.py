"""Wide-band sound against itself: what goes in must be what is measured to come out."""

from __future__ import annotations

import pytest

from tests.sip.agent import UserAgent, ogg, sound, wideband

pytestmark = [pytest.mark.anyio, pytest.mark.sip]


@pytest.mark.parametrize(("codec", "size"), [("G722", range(160, 161)), ("OPUS", range(20, 400))])
def test_a_tone_beyond_the_telephone_band_survives(codec: str, size: range) -> None:
    packets = wideband.tone(5000, -12.0, codec)
    assert len(packets) == wideband.SECONDS * 50
    assert {len(packet) in size for packet in packets[10:]} == {True}
    heard = wideband.decode(list(packets[:100]), codec)[wideband.RATE // 2 : wideband.RATE]
    assert sound.share(heard, 5000, rate=wideband.RATE) > 0.9
    assert sound.level(heard) == pytest.approx(-12, abs=2)


def test_packets_come_out_of_ogg_as_they_went_in() -> None:
    given = [bytes([n]) * length for n, length in enumerate((1, 254, 255, 256, 510, 700))]
    stream = ogg.file(given)
    assert ogg.packets(stream) == given
    # The check value of this polynomial without reflection and start value 0 (Ogg) for the digits 1-9.
    assert ogg.checksum(b"123456789") == 0x89A1897F


@pytest.mark.parametrize("codec", ["G722", "OPUS"])
async def test_two_wide_band_agents_talk(anyio_backend: str, codec: str) -> None:
    bob = await UserAgent.start(user="bob", realm="example.test", proxy=("127.0.0.1", 9), codecs=(codec, "PCMU"))
    alice = await UserAgent.start(
        user="alice", realm="example.test", proxy=bob.transport.local, codecs=(codec,), srtp=True
    )
    async with alice, bob:
        call = await alice.call("bob")
        incoming = await (await bob.incoming()).answer()
        await call.wait_answered()
        assert call.media
        assert incoming.media
        assert call.media.codec == incoming.media.codec == codec
        call.media.tone(5000)
        incoming.media.tone(620)
        await call.media.hears(620)
        await incoming.media.hears(5000)
        incoming.media.tone(None)
        await call.media.hears_silence()
        await call.hang_up()
