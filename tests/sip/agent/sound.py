"""Sound as numbers: G.711 (ITU-T G.711 tables), sine tones and their measurement with Goertzel's filter, WAV files."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 8000
FRAME = 160
"""Samples in 20 ms."""

Samples = NDArray[np.int16]


def _ulaw_table() -> Samples:
    code = ~np.arange(256, dtype=np.uint8)
    exponent, mantissa = (code >> 4) & 7, (code & 15).astype(np.int32)
    magnitude = ((mantissa << 3) + 0x84 << exponent) - 0x84
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)


def _alaw_table() -> Samples:
    code = np.arange(256, dtype=np.uint8) ^ 0x55
    exponent, mantissa = ((code >> 4) & 7).astype(np.int32), (code & 15).astype(np.int32)
    magnitude = np.where(exponent == 0, (mantissa << 4) + 8, (mantissa << 4) + 0x108 << np.maximum(exponent - 1, 0))
    return np.where(code & 0x80, magnitude, -magnitude).astype(np.int16)


_DECODE = {"PCMU": _ulaw_table(), "PCMA": _alaw_table()}


def _encoder(table: Samples) -> NDArray[np.uint8]:
    """For each of the 65,536 sample values the code whose decoded value is nearest."""
    order = np.argsort(table, kind="stable")
    values = table[order].astype(np.int32)
    samples = np.arange(-32768, 32768, dtype=np.int32)
    right = np.clip(np.searchsorted(values, samples), 1, 255)
    nearer_left = samples - values[right - 1] <= values[right] - samples
    return order[np.where(nearer_left, right - 1, right)].astype(np.uint8)


_ENCODE = {name: _encoder(table) for name, table in _DECODE.items()}


def encode(samples: Samples, codec: str) -> bytes:
    """Return G.711 bytes of 16-bit samples; `codec` is PCMU or PCMA."""
    return _ENCODE[codec][samples.astype(np.int32) + 32768].tobytes()


def decode(payload: bytes, codec: str) -> Samples:
    """Return 16-bit samples of G.711 bytes."""
    return _DECODE[codec][np.frombuffer(payload, dtype=np.uint8)]


def sine(frequency: float, *, start: int, count: int, level: float = -12.0, rate: int = RATE) -> Samples:
    """Return `count` samples of a sine from sample number `start` on; `level` in dB below full scale."""
    t = (start + np.arange(count)) / rate
    return (32767 * 10 ** (level / 20) * np.sin(2 * np.pi * frequency * t)).astype(np.int16)


def key(name: str, seconds: float = 0.2) -> Samples:
    """Return a telephone key's two tones (ITU-T Q.23)."""
    place = "123A456B789C*0#D".index(name)
    count = int(seconds * RATE)
    low = sine((697, 770, 852, 941)[place // 4], start=0, count=count)
    return low + sine((1209, 1336, 1477, 1633)[place % 4], start=0, count=count)


def level(samples: Samples) -> float:
    """Return the root-mean-square level in dB below a full-scale sine (0 = full, -100 = nothing)."""
    if not len(samples):
        return -100.0
    rms = float(np.sqrt(np.mean(np.square(samples.astype(np.float64)))))
    return max(-100.0, 20 * np.log10(max(rms, 1e-9) * np.sqrt(2) / 32767))


def share(samples: Samples, frequency: float, *, rate: int = RATE) -> float:
    """Return how much of the signal's power lies at `frequency`: 1 for a pure tone, near 0 for others (Goertzel)."""
    x = samples.astype(np.float64)
    power = float(np.sum(x * x))
    if power <= 0:
        return 0.0
    angle = 2 * np.pi * frequency * np.arange(len(x)) / rate
    amplitude = abs(np.sum(x * np.exp(-1j * angle)))
    return float(2 * amplitude**2 / (len(x) * power))


def loudest(samples: Samples, *, rate: int = RATE) -> float:
    """Return the frequency in Hz with the most power."""
    if not len(samples):
        return 0.0
    spectrum = np.abs(np.fft.rfft(samples.astype(np.float64) * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * rate / len(samples))


def write_wav(path: Path, samples: Samples, *, rate: int = RATE) -> None:
    """Write mono 16-bit samples."""
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(samples.astype("<i2").tobytes())


def read_wav(path: Path) -> tuple[Samples, int]:
    """Read a 16-bit WAV; several channels are averaged. Returns the samples and their rate."""
    with wave.open(str(path), "rb") as source:
        raw = np.frombuffer(source.readframes(source.getnframes()), dtype="<i2")
        channels = source.getnchannels()
        return raw.reshape(-1, channels).mean(axis=1).astype(np.int16), source.getframerate()
