"""Turn audio that strangers upload into what Asterisk plays: ffmpeg of the store image, in a sandbox, within limits.

The file may attack the decoder, so it runs without network, without the host's files, as nobody, with bounded memory,
CPU time, output and
wall-clock time, and is told the format that was sniffed (no playlists, no protocol but `file`). ADR 0041 says why 16
kHz.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from qvoice.features.media.sniff import WAV, AudioKind
from qvoice.features.media.wav import read_wav
from qvoice.kit import log
from qvoice.kit.errors import Invalid, Unavailable

MAX_UPLOAD = 11_534_336
"""Bytes of an upload (the dialect's content_length limit)."""
MAX_SECONDS = 1200
"""Seconds of audio kept: 20 minutes of 16 kHz are 38 MB."""
PLAY_RATE = 16_000
_MEMORY = 768 * 1024 * 1024
_OUTPUT = (MAX_SECONDS + 5) * PLAY_RATE * 2 + 4096
_WALL_CLOCK = 90.0
_CPU_SECONDS = 60


def store_image(data: Path) -> Path:
    """Return the store image of the installation in `data`: `QVOICE_STORE_IMAGE`, else the link that `up` makes."""
    named = os.environ.get("QVOICE_STORE_IMAGE")
    return Path(named) if named else data / "run" / "store-image"


@dataclass(frozen=True, slots=True)
class Converter:
    """Runs the store image's audio tools. `image` is the root file system, `scratch` a folder for temporary files."""

    image: Path
    scratch: Path
    at_once: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))

    async def playable(self, data: bytes, kind: AudioKind) -> bytes:
        """Return `data` as a mono 16 bit WAV file of 16 kHz; raises Invalid when it cannot be decoded or is too long.
        """
        arguments = [
            "-map",
            "0:a:0",
            "-vn",
            "-sn",
            "-dn",
            "-t",
            str(MAX_SECONDS + 1),
            "-ac",
            "1",
            "-ar",
            str(PLAY_RATE),
        ]
        arguments += [
            "-c:a",
            "pcm_s16le",
            "-map_metadata",
            "-1",
            "-fflags",
            "+bitexact",
            "-flags",
            "+bitexact",
            "-f",
            "wav",
        ]
        result = await self._ffmpeg(data, kind, arguments)
        facts = read_wav(result)
        if facts.seconds > MAX_SECONDS:
            raise Invalid.field(
                "raw",
                "maxLength",
                f"The audio is longer than {MAX_SECONDS // 60} minutes. Send a shorter one.",
                target=MAX_SECONDS,
            )
        if facts.size == 0:
            raise Invalid.field("raw", "invalid", "The file holds no audio.")
        return result

    async def mp3(self, wav: bytes) -> bytes:
        """Return a WAV file as MP3 (48 kbit/s mono: speech)."""
        arguments = [
            "-map",
            "0:a:0",
            "-ac",
            "1",
            "-c:a",
            "libmp3lame",
            "-b:a",
            "48k",
            "-map_metadata",
            "-1",
            "-f",
            "mp3",
        ]
        return await self._ffmpeg(wav, WAV, arguments)

    async def _ffmpeg(self, data: bytes, kind: AudioKind, arguments: list[str]) -> bytes:
        async with self.at_once:
            folder = Path(await asyncio.to_thread(self._prepare, data))
            try:
                await self._run(kind, folder, arguments)
                return await asyncio.to_thread((folder / "out").read_bytes)
            except FileNotFoundError as problem:
                raise Invalid.field(
                    "raw", "invalid", "The audio could not be read. The file may be damaged."
                ) from problem
            finally:
                await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    def _prepare(self, data: bytes) -> str:
        self.scratch.mkdir(parents=True, exist_ok=True)
        folder = tempfile.mkdtemp(prefix="audio-", dir=self.scratch)
        (Path(folder) / "in").write_bytes(data)
        return folder

    def command(self, kind: AudioKind, folder: Path, arguments: list[str]) -> list[str]:
        """Return the whole command line: sandbox, limits, decoder."""
        sandbox = ["bwrap", "--ro-bind", str(self.image), "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp"]
        sandbox += ["--tmpfs", "/run", "--tmpfs", "/mnt", "--dir", "/mnt/work", "--bind", str(folder), "/mnt/work"]
        sandbox += [
            "--unshare-all",
            "--uid",
            "65534",
            "--gid",
            "65534",
            "--cap-drop",
            "ALL",
            "--new-session",
            "--die-with-parent",
        ]
        sandbox += ["--clearenv", "--setenv", "PATH", "/usr/bin:/bin", "--chdir", "/mnt/work"]
        limits = [
            "prlimit",
            f"--as={_MEMORY}",
            f"--cpu={_CPU_SECONDS}",
            f"--fsize={_OUTPUT}",
            "--core=0",
            "--nofile=64",
        ]
        ffmpeg = ["ffmpeg", "-nostdin", "-hide_banner", "-v", "error", "-threads", "1", "-protocol_whitelist", "file"]
        ffmpeg += [
            "-max_alloc",
            str(64 * 1024 * 1024),
            "-f",
            kind.demuxer,
            "-i",
            "in",
            *arguments,
            "-threads",
            "1",
            "-y",
            "out",
        ]
        return [*sandbox, *limits, *ffmpeg]

    async def _run(self, kind: AudioKind, folder: Path, arguments: list[str]) -> None:
        if not (self.image / "usr/bin/ffmpeg").exists():
            raise Unavailable("The audio converter is not installed here (no store image).")
        try:
            process = await asyncio.create_subprocess_exec(
                *self.command(kind, folder, arguments),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as problem:
            raise Unavailable("The audio converter is not installed here (bubblewrap is missing).") from problem
        try:
            _, complaint = await asyncio.wait_for(process.communicate(), _WALL_CLOCK)
        except TimeoutError as problem:
            raise Invalid.field(
                "raw", "invalid", "The audio took too long to convert. Send a simpler file."
            ) from problem
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()
        if process.returncode:
            text = complaint.decode(errors="replace")
            log.get().info("audio-refused", exit=process.returncode, complaint=text[-500:])
            if text.startswith("bwrap:"):
                raise Unavailable("The audio converter cannot be started just now.")
            raise Invalid.field("raw", "invalid", "The audio could not be read. The file may be damaged.")
