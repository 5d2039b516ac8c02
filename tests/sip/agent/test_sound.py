"""The measuring instruments are measured first."""

from __future__ import annotations

import numpy as np
import pytest

from tests.sip.agent import sound


@pytest.mark.parametrize(("codec", "silence", "loudest"), [("PCMU", 0xFF, 32124), ("PCMA", 0xD5, 32256)])
def test_g711_known_values(codec: str, silence: int, loudest: int) -> None:
    assert sound.encode(np.zeros(1, dtype=np.int16), codec)[0] in (silence, silence ^ 0x80)
    assert sound.decode(bytes(range(256)), codec).max() == loudest


@pytest.mark.parametrize("codec", ["PCMU", "PCMA"])
def test_every_g711_code_survives_decoding_and_encoding(codec: str) -> None:
    values = sound.decode(bytes(range(256)), codec)
    assert (sound.decode(sound.encode(values, codec), codec) == values).all()


def test_a_tone_is_told_from_another_and_from_silence() -> None:
    tone = sound.decode(sound.encode(sound.sine(440, start=0, count=3200), "PCMU"), "PCMU")
    assert sound.share(tone, 440) > 0.98
    assert sound.share(tone, 620) < 0.01
    assert sound.share(np.zeros(3200, dtype=np.int16), 440) == 0
    assert sound.loudest(tone) == pytest.approx(440, abs=3)


def test_level_is_relative_to_a_full_sine() -> None:
    assert sound.level(sound.sine(1000, start=0, count=8000, level=-12)) == pytest.approx(-12, abs=0.1)
    assert sound.level(np.zeros(100, dtype=np.int16)) == -100
