"""A flow's web addresses: fetched from public addresses only, converted, and played on while their server is away."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import pytest
from tests.features.media.test_convert import store_image
from tests.fixtures.tenants import tone

from qvoice.callcontrol.sounds import Run, render
from qvoice.core.flow.commands import Url
from qvoice.features.media import web
from qvoice.features.media.convert import Converter
from qvoice.features.media.wav import read_wav
from qvoice.kit.errors import NotFound

pytestmark = [pytest.mark.db, pytest.mark.anyio]
ACCOUNT = "a" * 32


@contextlib.asynccontextmanager
async def serving(answers: list[bytes]):
    """Serve `answers` in turn; yield the address and what was asked."""
    asked: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(answers.pop(0))
        with contextlib.suppress(ConnectionError):
            await writer.drain()
            writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield f"http://localhost:{server.sockets[0].getsockname()[1]}/hello.wav?x=1", asked


def ok(data: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(data) + data


@pytest.fixture
def sounds(tmp_path: Path):
    return web.WebSounds(Converter(store_image(), tmp_path / "scratch"), tmp_path, private_too=True)


async def test_D7_a_web_address_is_fetched_once_converted_and_played(sounds, monkeypatch):
    async with serving([ok(tone(0.5)), b"HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n"]) as (url, asked):
        one, two = await asyncio.gather(sounds.path(ACCOUNT, url), sounds.path(ACCOUNT, url))
        again = await sounds.path(ACCOUNT, url)
        assert one == two == again
        assert len(asked) == 1
        assert asked[0].startswith("GET /hello.wav?x=1 ")
        assert read_wav(Path(one + ".wav16").read_bytes()).seconds == pytest.approx(0.5, abs=0.05)

        async def path(sound: Url) -> str:
            return await sounds.path(ACCOUNT, sound.url)

        assert await render((Url(url),), lang="en-us", media_path=path) == [Run((f"sound:{one}",))]
        monkeypatch.setattr(web, "FRESH", 0.0)
        assert await sounds.path(ACCOUNT, url) == one  # its server is away just now
        assert len(asked) == 2


@pytest.mark.parametrize(
    "answer",
    [ok(b"<html>no sound</html>"), b"HTTP/1.1 302 X\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
     b"HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n", ok(b"RIFF" + b"\0" * 64), b"nonsense\r\n\r\n"],
)  # fmt: skip
async def test_D7_what_is_no_sound_is_passed_over(sounds, answer):
    async with serving([answer]) as (url, asked):
        with pytest.raises(NotFound):
            await sounds.path(ACCOUNT, url)
    assert len(asked) == 1


async def test_A5_a_flow_fetches_nothing_from_inside(tmp_path):
    careful = web.WebSounds(Converter(store_image(), tmp_path / "scratch"), tmp_path)
    async with serving([]) as (url, asked):
        for inside in (url, url.replace("localhost", "[::ffff:127.0.0.1]"), "http://169.254.169.254/x.wav"):
            with pytest.raises(NotFound):
                await careful.path(ACCOUNT, inside)
    assert asked == []


async def test_D7_an_endless_file_is_cut_off(sounds, monkeypatch):
    monkeypatch.setattr(web, "MAX_UPLOAD", 100_000)
    async with serving([ok(tone(20.0))]) as (url, _):
        with pytest.raises(NotFound):
            await sounds.path(ACCOUNT, url)
