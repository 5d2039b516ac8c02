"""Driving baresip, somebody else's phone: TLS, SRTP, G.722 and Opus as the world speaks them.

It plays a sine (module `ausine`), writes what it hears to WAV files (module `sndfile`) and is driven over its TCP
control port (module `ctrl_tcp`, JSON in netstrings).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import socket
import subprocess
from pathlib import Path

from tests.sip.agent import sound
from tests.sip.agent.wait import until

MODULES = Path("/usr/lib/baresip/modules")
WIDE = {"G722": "g722.so", "opus": "opus.so", "PCMU": "g711.so", "PCMA": "g711.so"}


class Baresip:
    """One running baresip with one account."""

    def __init__(self, folder: Path, process: subprocess.Popen[bytes], control: int) -> None:
        self._folder, self._process, self._control = folder, process, control
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    @classmethod
    async def start(
        cls,
        folder: Path,
        *,
        user: str,
        realm: str,
        password: str,
        proxy: tuple[str, int],
        transport: str,
        codec: str,
        srtp: bool,
        ca: Path,
        tone: int,
    ) -> Baresip:
        """Write its configuration into `folder` and run it."""
        program = shutil.which("baresip")
        assert program, "baresip is missing; run: sudo apt-get install -y baresip-core"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            control = probe.getsockname()[1]
        (folder / "heard").mkdir()
        modules = ["account.so", "menu.so", "ctrl_tcp.so", "ausine.so", "sndfile.so", "aufile.so", "g711.so"]
        modules += ["srtp.so"] if srtp else []
        if WIDE[codec] not in modules:
            modules.append(WIDE[codec])
        config = [
            f"module_path {MODULES}",
            *(f"module {name}" for name in modules),
            f"ctrl_tcp_listen 127.0.0.1:{control}",
            f"audio_source ausine,{tone}",
            "audio_player aufile,/dev/null",
            "audio_alert aufile,/dev/null",
            f"ausrc_srate {48000 if codec == 'opus' else 16000 if codec == 'G722' else 8000}",
            "ausrc_channels 1",
            "auplay_channels 1",
            "opus_stereo no",
            "opus_sprop_stereo no",
            f"snd_path {folder / 'heard'}",
            "sip_listen 127.0.0.1:0",
            "net_interface lo",
            "rtp_ports 41000-41999",
            f"sip_cafile {ca}",
            "sip_verify_server yes",
        ]
        (folder / "config").write_text("\n".join(config) + "\n")
        options = [
            f"auth_user={user}",
            f"auth_pass={password}",
            f'outbound="sip:{proxy[0]}:{proxy[1]};transport={transport}"',
            f"audio_codecs={codec}/{48000 if codec == 'opus' else 16000 if codec == 'G722' else 8000}"
            + ("/2" if codec == "opus" else "/1"),
            "regint=300",
            "answermode=manual",
            *(["mediaenc=srtp-mand"] if srtp else []),
        ]
        (folder / "accounts").write_text(f"<sip:{user}@{realm};transport={transport}>;{';'.join(options)}\n")
        log = (folder / "log").open("wb")
        process = subprocess.Popen([program, "-f", str(folder), "-v"], stdout=log, stderr=subprocess.STDOUT)
        return cls(folder, process, control)

    async def __aenter__(self) -> Baresip:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._writer:
            self._writer.close()
        self._process.terminate()
        try:
            await asyncio.to_thread(self._process.wait, 5)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def log(self) -> str:
        """What it said so far."""
        return (self._folder / "log").read_text(errors="replace")

    async def _said(self, text: str, *, within: float = 15) -> None:
        try:
            await until(lambda: text in self.log(), within=within)
        except AssertionError:
            raise AssertionError(f"baresip did not say {text!r}; it said:\n{self.log()[-3000:]}") from None

    async def registered(self) -> None:
        """Wait for the 200 to its REGISTER."""
        await self._said("registered successfully")

    async def command(self, name: str, parameters: str = "") -> None:
        """Send one command over the control port."""
        if not self._writer:

            async def connect() -> bool:
                with contextlib.suppress(OSError):
                    self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._control)
                return bool(self._writer)

            await until(connect, what="baresip's control port")
        assert self._writer
        body = json.dumps({"command": name, "params": parameters}).encode()
        self._writer.write(f"{len(body)}:".encode() + body + b",")
        await self._writer.drain()

    async def dial(self, uri: str) -> None:
        """Call somebody."""
        await self.command("dial", uri)

    async def hang_up(self) -> None:
        """End the call."""
        await self.command("hangup")

    async def hears(self, frequency: float, *, within: float = 15) -> None:
        """Wait until the last second written to its WAV of decoded sound is the tone."""

        def check() -> bool:
            for file in (self._folder / "heard").glob("*-dec.wav"):
                raw = file.read_bytes()
                if len(raw) < 200:
                    continue
                rate = int.from_bytes(raw[24:28], "little")
                channels = int.from_bytes(raw[22:24], "little")
                samples = sound.np.frombuffer(raw[44 : 44 + (len(raw) - 44) // 2 * 2], dtype="<i2")[::channels]
                part = samples[-rate // 2 :]
                if len(part) >= rate // 2 and sound.share(part, frequency, rate=rate) > 0.6:
                    return sound.level(part) > -30
            return False

        try:
            await until(check, within=within, every=0.2)
        except AssertionError:
            raise AssertionError(f"baresip heard no {frequency} Hz; it said:\n{self.log()[-3000:]}") from None

    def negotiated(self, codec: str) -> bool:
        """True if its log says that the stream uses `codec`."""
        return any(codec.lower() in line.lower() for line in self.log().splitlines() if "audio" in line.lower())
