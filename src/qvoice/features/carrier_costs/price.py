"""Pricing what talked over trunks, some seconds after it ended: call control has no part in it and waits for nothing.

A leg is priced once (`leg_costs`, migration `carrier_costs`): by the longest prefix of the cost deck that its trunk
has, rounded once, and booked as costs against what is owed to carriers. Nothing here can refuse a call.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import text

from qvoice.core.rating.cost import billed_seconds, cost
from qvoice.core.rating.deck import Deck
from qvoice.core.rating.rate import INBOUND, OUTBOUND
from qvoice.db.engine import Database
from qvoice.features.charging.decks import Decks
from qvoice.kit.money import rounded

AT_ONCE = 500
NO_DECK, NO_RATE, PRICED = "no_deck", "no_rate", "priced"

_SETTLE = text("select leg_costs_settle(cast(:r as jsonb)) as done")


def priced(leg: Any, deck: Deck | None) -> dict[str, Any]:
    """Return what `leg_costs_settle` books for a leg; `deck` None: its trunk has none."""
    if deck is None:
        return {"id": leg.id, "state": NO_DECK}
    direction = OUTBOUND if leg.outbound else INBOUND
    match = deck.find(leg.number, direction=direction, caller=leg.caller)
    if match is None:
        # Carriers that bring calls take money for it only where their deck says so.
        return {"id": leg.id, "state": NO_RATE} if leg.outbound else {"id": leg.id, "state": PRICED, "amount": "0"}
    rate = match.rate
    return {
        "id": leg.id,
        "state": PRICED,
        "amount": str(rounded(cost(rate, leg.seconds))),
        "text": f"{leg.trunk}: {'to' if leg.outbound else 'from'} {leg.number if leg.outbound else leg.caller}",
        "ref": {
            "cdr_id": leg.id,
            "direction": direction,
            "resource_id": leg.resource_id.hex,
            "ratedeck_id": leg.deck_id.hex,
            "prefix": match.prefix,
            "rate": str(rate.cost),
            "rate_name": rate.name,
            "surcharge": str(rate.surcharge),
            "billed_seconds": billed_seconds(rate, leg.seconds),
            "usage": "voice",
            "quantity": leg.seconds,
            "unit": "sec",
        },
    }


async def price(db: Database, decks: Decks, *, at_once: int = AT_ONCE) -> int:
    """Price all that is new; return how many legs. Two at once, or one that is cut off, book nothing twice.

    Raises DatabaseAway; DeckFormat when a stored deck is damaged (its legs stay to be priced).
    """
    total = 0
    while True:
        legs: Sequence[Any] = await db.fetch("select * from leg_costs_next(:most)", {"most": at_once})
        if not legs:
            return total
        rows = []
        for leg in legs:
            if leg.deck_id is None:
                deck = None
            else:
                deck = await decks.get(leg.version_id.hex, leg.built) if leg.version_id else Deck.build(())
            rows.append(priced(leg, deck))
        answer = await db.ask(_SETTLE, {"r": msgspec.json.encode(rows).decode()})
        total += answer.done
        if len(legs) < at_once:
            return total
