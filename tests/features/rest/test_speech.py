"""Greetings from text over REST: spoken by real voices, again only when the words change."""

from __future__ import annotations

import numpy
import pytest

from qvoice.features.media.wav import read_wav

pytestmark = [pytest.mark.db, pytest.mark.anyio]


def loudness(wav: bytes) -> float:
    """Root mean square of the samples, 0 to 1."""
    facts = read_wav(wav)
    samples = numpy.frombuffer(wav[facts.start : facts.start + facts.size], dtype="<i2").astype(float)
    return float(numpy.sqrt(numpy.mean(samples**2))) / 32768


async def test_D13_a_text_becomes_audio_and_speaks_anew_when_it_changes(acme):
    words = {"text": "Thank you for calling Acme.", "voice": "female/en-US"}
    media = await acme.create("media", name="Greeting", media_source="tts", tts=words)
    raw = await acme.ask("GET", f"media/{media['id']}/raw")
    assert raw.status_code == 200, raw.text
    first = read_wav(raw.content)
    assert first.rate == 16_000
    assert 1 < first.seconds < 5
    assert loudness(raw.content) > 0.02
    await acme.data("PATCH", f"media/{media['id']}", {"name": "Renamed"})
    assert (await acme.ask("GET", f"media/{media['id']}/raw")).content == raw.content
    longer = {"tts": {"text": "Merci. " * 10}, "language": "fr-ca"}
    await acme.data("PATCH", f"media/{media['id']}", longer)
    again = await acme.ask("GET", f"media/{media['id']}/raw")
    assert read_wav(again.content).seconds > first.seconds


async def test_D13_what_cannot_be_spoken_is_refused_and_nothing_is_stored(acme):
    refused = await acme.ask("PUT", "media", {"name": "Empty", "media_source": "tts", "tts": {"text": "   "}})
    assert refused.status_code == 400
    assert "tts.text" in refused.json()["data"]
    assert await acme.data("GET", "media") == []


async def test_D13_voices_are_listed_with_a_neural_one_first(acme):
    found = await acme.data("GET", "media/voices")
    assert found[0]["neural"]
    assert {"en-us", "fr"} <= {voice["language"] for voice in found}
