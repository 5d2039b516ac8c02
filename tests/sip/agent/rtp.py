"""One RTP session (RFC 3550): sends a tone, speech or silence every 20 ms, measures what it hears, DTMF by RFC 4733."""

from __future__ import annotations

import asyncio
import contextlib
import random
import struct
from pathlib import Path

import numpy as np

from tests.sip.agent import sdp, sound, srtp, wideband
from tests.sip.agent.wait import until

KEYS = "0123456789*#ABCD"


class RtpSession(asyncio.DatagramProtocol):
    """Audio of one call leg, in `codec` (PCMU PCMA G722 OPUS) as the answer says."""

    def __init__(self) -> None:
        self._socket: asyncio.DatagramTransport | None = None
        self._task: asyncio.Task[None] | None = None
        self.remote: tuple[str, int] | None = None
        self.codec, self.payload_type, self.dtmf_type = "PCMU", 0, 101
        self._sequence, self._stamp = random.randrange(1 << 15), random.randrange(1 << 31)
        self._ssrc = random.randrange(1 << 32)
        self._clock = 0
        self._tone: float | None = None
        self._speech: sound.Samples | None = None
        self._level = -12.0
        self._keys: asyncio.Queue[str] = asyncio.Queue()
        self._heard: list[tuple[str, bytes]] = []
        """Codec and payload of each packet."""
        self._events: set[int] = set()
        self.digits = ""
        self.received = 0
        self.sent = 0
        self.rejected = 0
        self.sources: set[tuple[str, int]] = set()
        self.seal: srtp.Stream | None = None
        self.open: srtp.Stream | None = None
        self.muted = False
        self.loses = 0
        """The network loses each packet of this number (10: every tenth); 0: none."""

    # --- life ---------------------------------------------------------------------------------------------------------

    @classmethod
    async def bind(cls, host: str) -> RtpSession:
        """Open an even UDP port on `host`."""
        loop = asyncio.get_running_loop()
        for _ in range(50):
            with contextlib.suppress(OSError):
                port = random.randrange(42000, 59998) & ~1
                _, self = await loop.create_datagram_endpoint(cls, local_addr=(host, port))
                return self
        raise OSError("no free RTP port")

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._socket = transport  # type: ignore[assignment]  # no DatagramTransport by type before Python 3.12

    @property
    def local(self) -> tuple[str, int]:
        """Our address."""
        assert self._socket
        return self._socket.get_extra_info("sockname")[:2]

    def start(self, remote: sdp.Audio, *, speaks: tuple[str, ...] = ("PCMU", "PCMA")) -> None:
        """Send to what the other side's SDP says, in its first codec of `speaks`; start if not yet running."""
        self.remote = (remote.host, remote.port)
        for pt, name, _ in remote.codecs:
            if name.upper() in speaks:
                self.codec, self.payload_type = name.upper(), pt
                break
        self.dtmf_type = remote.dtmf if remote.dtmf is not None else self.dtmf_type
        self.muted = remote.direction in ("sendonly", "inactive") or remote.port == 0
        if not self._task:
            self._task = asyncio.create_task(self._send())

    def close(self) -> None:
        """Stop sending and close the socket."""
        if self._task:
            self._task.cancel()
        if self._socket:
            self._socket.close()

    # --- speaking -----------------------------------------------------------------------------------------------------

    def tone(self, frequency: float | None, *, level: float = -12.0) -> None:
        """Send a sine of `frequency` Hz at `level` dB from now on; None is silence."""
        self._tone, self._level, self._speech = frequency, level, None

    def say(self, samples: sound.Samples) -> None:
        """Send these 8 kHz samples once, then silence. G.711 only."""
        assert self.codec not in wideband.STEP
        self._speech, self._tone = samples, None

    def restart(self, step: int) -> None:
        """Go on as a new source whose packet numbers are `step` away from the old one's."""
        self._sequence, self._ssrc = self._sequence + step & 0xFFFF, random.randrange(1 << 32)

    async def press(self, keys: str, *, gap: float = 0.12) -> None:
        """Dial `keys` by RFC 4733, each for 100 ms, and wait until they are sent."""
        for key in keys:
            self._keys.put_nowait(key)
            await until(self._keys.empty, within=10, every=0.02, what=f"key {key} sent")
            await asyncio.sleep(gap + 0.12)

    def _packet(self, payload: bytes, *, pt: int, stamp: int, marker: bool = False) -> None:
        self._sequence = self._sequence + 1 & 0xFFFF
        head = struct.pack("!BBHII", 0x80, pt | (0x80 if marker else 0), self._sequence, stamp & 0xFFFFFFFF, self._ssrc)
        packet = self.seal.protect(head + payload) if self.seal else head + payload
        if self.loses and self._sequence % self.loses == 0:
            return
        if self._socket and not self._socket.is_closing() and self.remote:
            self._socket.sendto(packet, self.remote)
            self.sent += 1

    async def _payload(self) -> bytes:
        """The next 20 ms, encoded."""
        if self.codec not in wideband.STEP:
            return sound.encode(self._frame(), self.codec)
        frames = await asyncio.to_thread(wideband.tone, self._tone, self._level, self.codec)
        return frames[self._clock // sound.FRAME % len(frames)]

    def _frame(self) -> sound.Samples:
        if self._speech is not None:
            chunk, self._speech = self._speech[: sound.FRAME], self._speech[sound.FRAME :]
            if not len(self._speech):
                self._speech = None
            return np.pad(chunk, (0, sound.FRAME - len(chunk)))
        if self._tone:
            return sound.sine(self._tone, start=self._clock, count=sound.FRAME, level=self._level)
        return np.zeros(sound.FRAME, dtype=np.int16)

    async def _send(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        event: tuple[int, int, int] | None = None  # key code, time stamp, packets sent
        while True:
            if event is None and not self._keys.empty():
                event = (KEYS.index(self._keys.get_nowait()), self._stamp, 0)
            if event:
                code, stamp, count = event
                count += 1
                end = count >= 5
                body = struct.pack("!BBH", code, (0x80 if end else 0) | 10, count * sound.FRAME)
                for _ in range(3 if end else 1):  # the end is sent three times (RFC 4733 2.5.1.4)
                    self._packet(body, pt=self.dtmf_type, stamp=stamp, marker=count == 1)
                event = None if end else (code, stamp, count)
            elif not self.muted:
                payload = await self._payload()
                self._packet(payload, pt=self.payload_type, stamp=self._stamp)
            self._stamp += wideband.STEP.get(self.codec, sound.FRAME)
            self._clock += sound.FRAME
            due += 0.02
            if due < loop.time() - 1:
                due = loop.time()  # the machine was away; do not flood
            await asyncio.sleep(max(0.0, due - loop.time()))

    # --- hearing ------------------------------------------------------------------------------------------------------

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if len(data) < 12 or 192 <= data[1] <= 223:
            return  # RTCP on the same port
        if self.open:
            try:
                data = self.open.unprotect(data)
            except ValueError:
                self.rejected += 1
                return
        self.sources.add(addr[:2])
        pt, stamp = data[1] & 0x7F, int.from_bytes(data[4:8], "big")
        payload = data[srtp.header_length(data) :]
        if data[0] & 0x20 and payload:
            payload = payload[: -payload[-1]]
        if pt == self.dtmf_type:
            if len(payload) >= 4 and stamp not in self._events and payload[0] < len(KEYS):
                self._events.add(stamp)
                self.digits += KEYS[payload[0]]
            return
        self.received += 1
        codec = {0: "PCMU", 8: "PCMA", 9: "G722", self.payload_type: self.codec}.get(pt)
        if codec:
            self._heard.append((codec, payload))

    @property
    def rate(self) -> int:
        """Samples a second of what `heard` returns."""
        return wideband.RATE if self.codec in wideband.STEP else sound.RATE

    async def heard(self, seconds: float | None = None, *, since: int = 0) -> sound.Samples:
        """Return what was received in our codec: all from packet `since` on, or the last `seconds` of it."""
        packets = [payload for codec, payload in self._heard[since:] if codec == self.codec]
        if self.codec not in wideband.STEP:
            frames = [sound.decode(p, self.codec) for p in (packets[-round(seconds * 50) :] if seconds else packets)]
            return np.concatenate(frames) if frames else np.zeros(0, dtype=np.int16)
        # A decoder that starts in the middle needs a moment to find its feet.
        part = packets[-round(seconds * 50) - 25 :] if seconds else packets
        samples = await asyncio.to_thread(wideband.decode, part, self.codec)
        return samples[-round(seconds * wideband.RATE) :] if seconds else samples

    def forget(self) -> None:
        """Drop what was heard so far, so that an assertion is about what comes next."""
        self._heard.clear()

    async def hears(self, frequency: float, *, within: float = 10.0, seconds: float = 0.4) -> float:
        """Wait until the last `seconds` are the tone `frequency`, loud; return its level in dB."""

        async def check() -> float:
            part = await self.heard(seconds)
            enough = len(part) >= seconds * self.rate * 0.9
            good = enough and sound.share(part, frequency, rate=self.rate) > 0.7 and sound.level(part) > -30
            return sound.level(part) if good else 0.0

        try:
            return await until(check, within=within)
        except AssertionError:
            raise AssertionError(f"no {frequency} Hz within {within} s; {await self.describe(seconds)}") from None

    async def hears_anything(self, *, within: float = 10.0, seconds: float = 0.4, above: float = -40.0) -> float:
        """Wait until the last `seconds` are louder than `above` dB: speech, music, a tone."""

        async def check() -> float:
            part = await self.heard(seconds)
            loud = len(part) >= seconds * self.rate * 0.9 and sound.level(part) > above
            return sound.level(part) if loud else 0.0

        try:
            return await until(check, within=within)
        except AssertionError:
            raise AssertionError(f"heard nothing within {within} s; {await self.describe(seconds)}") from None

    async def sounding(self, *, above: float = -40.0) -> float:
        """Return how many seconds of all that was heard since `forget` were louder than `above` dB."""
        frames = [sound.decode(payload, codec) for codec, payload in self._heard if codec not in wideband.STEP]
        return sum(0.02 for frame in frames if len(frame) and sound.level(frame) > above)

    async def hears_silence(self, *, within: float = 10.0, seconds: float = 0.5, below: float = -45.0) -> None:
        """Wait until nothing louder than `below` dB came for `seconds` (no packets at all also count)."""
        await asyncio.sleep(0)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + within
        while True:
            before = self.received
            self._heard = self._heard[-500:]
            mark = len(self._heard)
            await asyncio.sleep(seconds)
            part = await self.heard(since=mark)
            if self.received == before or sound.level(part) < below:
                return
            if loop.time() > deadline:
                raise AssertionError(f"not silent within {within} s; {await self.describe(seconds)}")

    async def describe(self, seconds: float = 0.4) -> str:
        """Say what is heard, for the message of a failed assertion."""
        part = await self.heard(seconds)
        return (
            f"{self.received} packets from {sorted(self.sources)} ({self.rejected} rejected), "
            f"sent {self.sent} to {self.remote}, "
            f"last {seconds} s: level {sound.level(part):.0f} dB, loudest {sound.loudest(part, rate=self.rate):.0f} Hz"
        )

    async def save(self, path: Path) -> None:
        """Write all that was heard as WAV."""
        sound.write_wav(path, await self.heard(), rate=self.rate)
