"""Sounds that a flow names by a web address: fetched from public addresses only, converted like uploads, kept a while.

Asterisk itself fetches nothing: it would go wherever a customer's URL points, into our own network too.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from pathlib import Path

import httpx2

from qvoice.features.media.convert import MAX_UPLOAD, Converter
from qvoice.features.media.files import touch, write
from qvoice.features.media.sniff import sniff
from qvoice.features.notices.hook import NotCalled, destination
from qvoice.kit import log
from qvoice.kit.errors import Invalid, NotFound, Unavailable

SECONDS = 8.0
"""How long a caller waits for a server's answer and the whole file; then the flow goes on."""
FRESH = 300.0
"""Seconds that a fetched file is played without asking again."""


class WebSounds:
    """One per process; safe for any number of concurrent calls."""

    def __init__(self, converter: Converter, data: Path, *, private_too: bool = False) -> None:
        self._converter, self._private_too = converter, private_too
        self._folder = data / "asterisk" / "sounds-cache"
        self._fetched: dict[str, float] = {}
        self._fetching: dict[str, asyncio.Task[None]] = {}

    async def path(self, account_id: str, url: str) -> str:
        """Return the host path, without extension, of what `url` gives; raises NotFound when it gives no audio.

        A server that is away for a moment is not noticed: the file fetched before is played.
        """
        stem = str(self._folder / account_id / f"web-{hashlib.sha256(url.encode()).hexdigest()[:40]}")
        there = await asyncio.to_thread(touch, stem)
        if there and time.monotonic() - self._fetched.get(stem, -FRESH) < FRESH:
            return stem
        task = self._fetching.get(stem)
        if task is None:
            task = self._fetching[stem] = asyncio.create_task(self._fetch(stem, url))
            task.add_done_callback(lambda _: self._fetching.pop(stem, None))
        try:
            await asyncio.shield(task)
        except (NotCalled, Invalid, Unavailable) as problem:
            log.get().warning("sound.not_fetched", account=account_id, url=url[:200], problem=str(problem))
            if not there:
                raise NotFound("There is no sound at this web address.") from problem
        return stem

    async def _fetch(self, stem: str, url: str) -> None:
        data = await self._download(url)
        await asyncio.to_thread(write, stem, await self._converter.playable(data, sniff(data)))
        self._fetched[stem] = time.monotonic()

    async def _download(self, url: str) -> bytes:
        data = b""
        try:
            async with asyncio.timeout(SECONDS):
                place = await destination(url, private_too=self._private_too)
                async with (
                    httpx2.AsyncClient(timeout=SECONDS, follow_redirects=False) as http,
                    http.stream(
                        "GET", place.target, headers=place.headers, extensions={"sni_hostname": place.sni}
                    ) as answer,
                ):
                    if answer.status_code != 200:
                        raise NotCalled(f"answered {answer.status_code}", answer.status_code, code="refused")
                    async for part in answer.aiter_bytes():
                        data += part
                        if len(data) > MAX_UPLOAD:
                            raise NotCalled(f"more than {MAX_UPLOAD} bytes", code="too_large")
        except (httpx2.HTTPError, TimeoutError) as problem:
            raise NotCalled(f"{type(problem).__name__}: {problem}"[:300], code="no_answer") from problem
        return data
