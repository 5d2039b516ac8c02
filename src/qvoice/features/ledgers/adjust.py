"""Funds that an administrator above an account adds or takes by hand."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.db import Scope
from qvoice.features.accounts.schemas import Lenient
from qvoice.features.documents.validate import validated
from qvoice.features.ledgers.post import ADJUSTMENTS, transfer
from qvoice.features.ledgers.post import post as post_entry
from qvoice.kit import ids, money
from qvoice.kit.errors import Invalid

MOST = Decimal(1_000_000)
_SOURCE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
TAKEN = frozenset({"total", "available", "credit", "debit", "summary"})
"""Words of the URL that can be no source."""


class Source(Lenient):
    """What the money is about: the name of a service, and an id within it."""

    service: Annotated[str, Field(max_length=64)] = "adjustments"
    id: Annotated[str, Field(max_length=128)] = ""


class Usage(Lenient):
    """How much of it was used."""

    type: Annotated[str, Field(max_length=64)] = ""
    quantity: float = 0
    unit: Annotated[str, Field(max_length=32)] = ""


class LedgerEntry(Lenient):
    """A credit or debit. `key`: yours; sent twice with the same key it is booked once."""

    amount: float | str
    description: Annotated[str, Field(max_length=500)] = ""
    source: Source | None = None
    usage: Usage | None = None
    period: dict[str, Any] | None = None
    metadata: dict[str, Any] | None = None
    key: Annotated[str, Field(max_length=128)] | None = None


def amount_of(data: dict[str, Any]) -> Decimal:
    """Return the amount in a body, above zero; raises Invalid."""
    try:
        amount = money.parse(data.get("amount"))
    except ValueError as problem:
        raise Invalid.field("amount", "type", f"amount is {problem}") from problem
    if not 0 < amount <= MOST:
        raise Invalid.field(
            "amount", "minimum", f"amount must be above 0 and at most {MOST:,}: credit adds, debit takes"
        )
    return amount


async def adjust(s: AsyncSession, data: dict[str, Any], *, sign: int, provider_id: str | None, now: datetime) -> str:
    """Book a credit (`sign` 1) or debit (-1) of the session's account, against its provider's adjustments.

    Returns the entry's id; raises Invalid. `provider_id`: the account above, None for the master, which has nobody to
    owe.
    """
    clean = validated(LedgerEntry, data)
    amount = amount_of(data)
    if provider_id is None:
        raise Invalid.field("account", "invalid", "the master account has no account above it to have a balance with")
    source, usage, period = (clean.get(name) or {} for name in ("source", "usage", "period"))
    kind = str(source.get("service") or "adjustments").lower()
    if not _SOURCE.fullmatch(kind) or kind in TAKEN:
        raise Invalid.field("source.service", "pattern", "source.service is a name of small letters, digits, _ . and -")
    scope: Scope = s.info["scope"]
    ref = {
        "source_id": source.get("id") or "", "usage": usage.get("type", ""), "quantity": usage.get("quantity", 0),
        "unit": usage.get("unit", ""), "metadata": clean.get("metadata") or {}, "by": scope.actor_id,
        "by_account": scope.actor_account_id,
        **{f"period_{name}": period[name] for name in ("start", "end") if isinstance(period.get(name), int)},
    }  # fmt: skip
    return await post_entry(
        s,
        key=f"adjust:{scope.account_id}:{clean.get('key') or ids.new_id()}",
        kind=kind,
        at=now,
        lines=transfer(scope.account_id, provider_id, -sign * amount, book=ADJUSTMENTS),
        ref=ref,
        text=clean.get("description") or "",
    )
