"""The worker prices what talked over trunks."""

from __future__ import annotations

import asyncio

from qvoice.db.engine import Database
from qvoice.features.carrier_costs.price import price
from qvoice.features.charging.decks import Decks
from qvoice.kit.settings import Settings

SECONDS = 2.0


async def prices(db: Database, settings: Settings) -> None:
    """Price for ever, with the decks kept in memory."""
    decks = Decks(db)
    while True:
        await price(db, decks)
        await asyncio.sleep(SECONDS)


RESIDENT = [prices]
