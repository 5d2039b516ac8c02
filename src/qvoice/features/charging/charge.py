"""What a finished leg is charged: the same numbers go into its record and, in the same transaction, into the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from qvoice.core.limits.admission import Periods
from qvoice.core.rating.bundle import Share, used
from qvoice.core.rating.cost import billed_seconds
from qvoice.features.charging.admission import Admission
from qvoice.kit import money
from qvoice.kit.clock import to_gregorian


@dataclass(frozen=True, slots=True)
class Charge:
    """`row`: for `calls_finish`. `record`: what the leg's record says: what its own account pays, nobody else's."""

    row: dict[str, Any]
    record: dict[str, Any]


def finish(admission: Admission) -> dict[str, Any]:
    """Return the row that ends an admission without any charge: nobody answered."""
    return {"id": admission.id}


def _free(share: Share, talked: int) -> bool:
    """Whether a call cost nothing, and took nothing of a bundle, because it was so short."""
    return 0 < talked <= min(share.free, share.covers)


def charge(
    admission: Admission,
    *,
    leg: str,
    record_id: str,
    caller: str,
    seconds: int,
    ended: float,
) -> Charge:
    """Return the charge of an answered leg for `seconds` of talk (as its record says), never for more than is paid."""
    at = datetime.fromtimestamp(ended, UTC)
    talked = min(seconds, admission.paid)
    levels: list[dict[str, Any]] = []
    pools: dict[tuple[str, str], int] = {}
    record: dict[str, Any] = {"cost": 0}
    for place, level in enumerate(admission.levels):
        amount = level.cost(talked)
        periods = Periods.at(at, level.timezone)
        bundled = used(level.shares, talked)
        for share, seconds_used in bundled:
            for pool in ((share.pool, share.period), *((pool, period) for pool, period, _ in share.also)):
                pools[pool] = pools.get(pool, 0) + seconds_used
        named = [{"name": share.name, "seconds": taken} for share, taken in bundled if taken or _free(share, talked)]
        levels.append(
            {
                "place": place,
                "account": level.account_id,
                "parent": level.parent_id,
                "amount": str(amount),
                "floor": str(level.floor),
                "day": periods.day,
                "month": periods.month,
                "ref": {
                    "rate": str(level.rate.cost),
                    "surcharge": str(level.rate.surcharge),
                    "rate_name": level.rate.name,
                    "prefix": level.prefix,
                    "ratedeck_id": level.deck_id,
                    "billed_seconds": billed_seconds(level.rate, max(talked - level.included, 0)),
                    **({"bundles": named} if named else {}),
                },
            }
        )
        if level.account_id == admission.account_id:
            record |= {
                "cost": money.number(amount),
                "rate": money.number(level.rate.cost),
                "rate_name": level.rate.name,
                "rate_prefix": level.prefix,
                "charge_key": f"call:{leg}",
                **({"bundles": named} if named else {}),
            }
    row = {
        "id": admission.id,
        "key": f"call:{leg}",
        "at": ended,
        "text": f"Call to {admission.number}" if admission.direction == "outbound" else f"Call from {caller}",
        "ref": {
            "call_id": leg,
            "cdr_id": record_id,
            "to": admission.number,
            "from": caller,
            "direction": admission.direction,
            "usage": "voice",
            "quantity": talked,
            "unit": "sec",
            "period_start": to_gregorian(at) - seconds,
            "period_end": to_gregorian(at),
        },
        "levels": levels,
        "pools": [{"pool": pool, "period": period, "seconds": taken} for (pool, period), taken in pools.items()],
    }
    return Charge(row, record)
