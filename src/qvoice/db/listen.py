"""Receiving notices: an endless stream over one connection of its own that reconnects by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import psycopg
from psycopg import sql

from qvoice.kit import log


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice. `channel` is "" for the notice that (re)connection gives: whatever was sent meanwhile is lost,
    drop caches.
    """

    channel: str
    data: dict[str, Any]


CONNECTED = Notice("", {})


async def listen(dsn: str, channels: Sequence[str]) -> AsyncIterator[Notice]:
    """Yield CONNECTED after every (re)connection and then each notice of `channels`; never ends, never raises for a
    lost connection.

    A notice that is not a JSON object is logged and left out. Cancel the task (or close the generator) to stop.
    """
    wait = 0.2
    while True:
        try:
            connection = await psycopg.AsyncConnection.connect(
                dsn, autocommit=True, connect_timeout=5, keepalives_idle=15, keepalives_interval=5, keepalives_count=3
            )
        except psycopg.OperationalError as problem:
            log.get().warning("listen.away", error=str(problem).strip(), retry_seconds=wait)
            await asyncio.sleep(wait)
            wait = min(wait * 2, 5.0)
            continue
        try:
            for channel in channels:
                await connection.execute(sql.SQL("listen {}").format(sql.Identifier(channel)))
            wait = 0.2
            yield CONNECTED
            async for notice in connection.notifies():
                try:
                    data = msgspec.json.decode(notice.payload.encode(), type=dict[str, Any])
                except (msgspec.DecodeError, msgspec.ValidationError):
                    log.get().warning("listen.not_json", channel=notice.channel)
                    continue
                yield Notice(notice.channel, data)
        except psycopg.OperationalError as problem:
            log.get().warning("listen.lost", error=str(problem).strip())
        finally:
            await connection.close()
