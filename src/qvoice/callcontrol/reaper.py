"""The reaper: compares Asterisk's channels with our calls every so often, and ends what belongs to nobody.

A channel must be unknown twice in a row, so that one that is just being made or just ending is left alone.
"""

from __future__ import annotations

import asyncio

from qvoice.callcontrol.ari.client import AriError
from qvoice.callcontrol.exchange import Exchange
from qvoice.kit import log

PERIOD = 30.0


async def reap_for_ever(exchange: Exchange, *, period: float = PERIOD) -> None:
    """Run for the life of the process."""
    suspects: set[str] = set()
    while True:
        await asyncio.sleep(period)
        if exchange.ready:
            try:
                suspects = await reap(exchange, suspects)
            except AriError as problem:
                log.get().warning("reaper.skipped", problem=str(problem))


async def reap(exchange: Exchange, suspects: set[str]) -> set[str]:
    """Hang up unknown channels that were `suspects` before, tell calls of channels that are gone; return the new
    suspects.
    """
    alive = {channel.id for channel in await exchange.lists.channels()}
    unknown = alive - exchange.by_channel.keys() - exchange.tapes.live.keys()
    for channel in unknown & suspects:
        log.get().warning("reaper.orphan", channel=channel)
        exchange.ari.tell("DELETE", f"channels/{channel}", {"reason_code": "41"})
    missing = exchange.by_channel.keys() - alive
    for channel in missing & suspects:
        exchange.forget_channel(channel)
    bridges = {bridge.id for bridge in await exchange.lists.bridges() if not bridge.channels}
    for bridge in (bridges - exchange.bridges()) & suspects:
        exchange.ari.tell("DELETE", f"bridges/{bridge}")
    return unknown | missing | bridges
