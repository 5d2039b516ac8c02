"""Uploads are known by their bytes, converted in a sandbox, and hostile ones are refused with a sentence."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from tests.fixtures.tenants import tone

from qvoice.features.media.convert import MAX_SECONDS, Converter
from qvoice.features.media.sniff import MP3, OGG, WAV, WMA, sniff
from qvoice.features.media.wav import joined, make_wav, read_wav, repaired
from qvoice.kit.errors import Invalid, Unavailable

IMAGE = os.environ.get("QVOICE_STORE_IMAGE")
pytestmark = [pytest.mark.anyio]


def store_image() -> Path:
    if IMAGE:
        return Path(IMAGE)
    from qvoice.engine import images

    return images.ensure("store", print)


@pytest.fixture
def converter(tmp_path):
    return Converter(store_image(), tmp_path / "scratch")


async def encoded(converter, kind, *codec, seconds=1.0):
    """Make a real file of a kind with the image's own encoder."""
    return await converter._ffmpeg(tone(seconds), WAV, [*codec, "-f", kind])


@pytest.mark.db
@pytest.mark.parametrize(
    ("container", "codec", "kind"),
    [
        ("mp3", ["-c:a", "libmp3lame"], MP3),
        ("ogg", ["-c:a", "libvorbis"], OGG),
        ("ogg", ["-c:a", "libopus"], OGG),
        ("asf", ["-c:a", "wmav2"], WMA),
        ("wav", ["-c:a", "pcm_mulaw"], WAV),
        ("wav", ["-c:a", "pcm_s24le", "-ar", "48000", "-ac", "2"], WAV),
    ],
)
async def test_D16_each_format_becomes_16_khz_mono_of_the_same_length(converter, container, codec, kind):
    data = await encoded(converter, container, *codec)
    assert sniff(data) == kind
    facts = read_wav(await converter.playable(data, kind))
    assert (facts.rate, facts.frame) == (16_000, 2)
    assert facts.seconds == pytest.approx(1.0, abs=0.15)


@pytest.mark.parametrize(
    ("data", "looks_like"),
    [
        (b"", "empty"),
        (b"fLaC\0\0\0\x22", "flac"),
        (b"\0\0\0\x20ftypM4A ", "mp4"),
        (b"%PDF-1.7", "pdf"),
        (b"<html><script>", "html"),
        (b"RIFF\0\0\0\0AVI LIST", "unknown"),
        (b"\xff\xf1\x50\x80", "unknown"),  # AAC in ADTS: layer bits 0
        (b"#EXTM3U\nfile:///etc/passwd", "unknown"),
        (b"\xff", "unknown"),
    ],
)
def test_D16_anything_else_is_refused_naming_what_to_send(data, looks_like):
    with pytest.raises(Invalid) as refused:
        sniff(data)
    why = refused.value.fields["raw"]["type"]
    assert "MP3, WAV, WMA or OGG" in why["message"]
    assert why["cause"] == looks_like


@pytest.mark.db
@pytest.mark.parametrize("kind", [MP3, OGG, WMA, WAV])
async def test_damaged_files_are_refused_and_leave_nothing(converter, kind):
    head = {
        MP3: b"ID3\x04\0\0\0\0\0\0",
        OGG: b"OggS",
        WMA: bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"),
        WAV: b"RIFF\0\0\0\0WAVE",
    }
    with pytest.raises(Invalid) as refused:
        await converter.playable(head[kind] + os.urandom(5000), kind)
    assert "could not be read" in refused.value.fields["raw"]["invalid"]["message"]
    assert list(converter.scratch.iterdir()) == []


@pytest.mark.db
async def test_a_bomb_of_silence_is_refused_for_its_length(converter):
    data = await encoded(
        converter, "ogg", "-af", "apad=whole_dur=1500", "-c:a", "libopus", "-b:a", "6k", "-frame_duration", "60"
    )
    assert len(data) < 4_000_000
    with pytest.raises(Invalid) as refused:
        await converter.playable(data, OGG)
    assert refused.value.fields["raw"]["maxLength"]["target"] == MAX_SECONDS


@pytest.mark.db
def test_the_sandbox_has_no_network_no_host_files_and_no_rights(converter, tmp_path):
    (tmp_path / "work").mkdir()
    command = converter.command(MP3, tmp_path / "work", [])
    shell = [*command[: command.index("prlimit")], "sh", "-c"]
    probe = "id -u; tail -n +3 /proc/net/dev | cut -d: -f1; "
    probe += f"ls {Path(__file__)}; touch /usr/x /etc/x"
    seen = subprocess.run([*shell, probe], capture_output=True, text=True, check=False)
    assert seen.stdout.split() == ["65534", "lo"]
    assert seen.stderr.count("No such file") == 1
    assert seen.stderr.count("Read-only file system") == 2


async def test_without_an_image_the_answer_is_unavailable_not_a_crash(tmp_path):
    with pytest.raises(Unavailable):
        await Converter(tmp_path / "nowhere", tmp_path).playable(tone(), WAV)


def test_headers_of_interrupted_recordings_are_repaired():
    whole = tone(1.0)
    for size in (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x10\0\0\0"):
        assert repaired(whole[:40] + size + whole[44:]) == whole
    assert read_wav(whole + b"LIST\x04\0\0\0abcd").size == 16_000
    assert repaired(whole[:44]) == make_wav(b"", 8000)


@pytest.mark.parametrize(
    "data", [b"", b"RIFF", b"RIFF\0\0\0\0WAVE", b"RIFF\0\0\0\0WAVEdata\0\0\0\0", tone()[:30], b"x" * 100]
)
def test_what_is_no_wav_file_is_refused(data):
    with pytest.raises(Invalid):
        read_wav(data)


def test_joining_puts_a_pause_between_and_refuses_other_rates():
    both = joined(tone(1.0), tone(2.0))
    assert read_wav(both).seconds == pytest.approx(3.5)
    with pytest.raises(Invalid):
        joined(tone(1.0), tone(1.0, rate=16_000))
