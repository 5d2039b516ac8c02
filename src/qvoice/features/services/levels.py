"""The levels above (and with) an account that have a plan: each with its prices and its quantities, as they are now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.core.access.tree import Path, from_ltree
from qvoice.core.dialing.classify import CLASSIFIERS
from qvoice.core.plans import plan, quote

CLASSES = [c.name for c in CLASSIFIERS if not c.emergency]
PATTERNS = [f"^(?:{c.pattern})$" for c in CLASSIFIERS if not c.emergency]
_WAY = sql("select * from service_way(cast(:account as uuid))")
_LOCK = sql("select pg_advisory_xact_lock(hashtextextended(:level, 0))")
_COUNTS = sql("select * from service_counts(cast(:account as uuid), :deep, :classes, :patterns)")


@dataclass(frozen=True, slots=True)
class Counts:
    """How many an account uses: `own` its own, `cascade` with all accounts below it."""

    own: quote.Quantities
    cascade: quote.Quantities


@dataclass(frozen=True, slots=True)
class Level:
    """An account with a plan that the account above (`provider_id`) gave it."""

    account_id: str
    provider_id: str
    path: Path
    name: str
    plan: Mapping[str, Mapping[str, Mapping[str, Any]]]
    counts: Counts

    @property
    def lines(self) -> list[quote.Line]:
        """What it pays a month."""
        return quote.quote(self.plan, self.counts.own, self.counts.cascade)


async def levels(s: AsyncSession, account_id: str, *, only: bool = False, lock: bool = False) -> list[Level]:
    """Return the levels with a plan on the way down to an account, master's side first. `only`: the account's own.

    `lock`: whoever counts a level waits for others who do, until they commit. What the others add is seen as soon as it
    is committed, so it would be charged twice; and two must not both take the last discounted unit.
    """
    found = []
    for row in (await s.execute(_WAY, {"account": account_id})).all():
        if only and row.account_id.hex != account_id:
            continue
        merged = plan.merged(assigned(row.plans, row.documents or {}), row.overrides)
        if lock:
            await s.execute(_LOCK, {"level": f"services:{row.account_id.hex}"})
        counts = await count(s, row.account_id.hex, deep=cascades(merged))
        found.append(Level(row.account_id.hex, row.provider_id.hex, from_ltree(row.path), row.name, merged, counts))
    return found


def assigned(given: Mapping[str, Any], documents: Mapping[str, Any]) -> list[plan.Assigned]:
    """Return the plans of an account: `given` {plan id: {overrides}}, `documents` {plan id: the plan's document}."""
    result = []
    for id, own in given.items():
        document = documents.get(id)
        if document is None:
            continue  # deleted behind the curtain: a plan in use cannot be deleted
        merge = document.get("merge") or {}
        result.append(
            plan.Assigned(
                id,
                document.get("plan") or {},
                own.get("overrides") or {} if isinstance(own, dict) else {},
                merge.get("strategy") or "simple",
                int(merge.get("priority") or 0),
            )
        )
    return result


def cascades(items: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> bool:
    """Tell whether any item counts the accounts below."""
    return any(rule.get("cascade") is True for category in items.values() for rule in category.values())


async def count(s: AsyncSession, account_id: str, *, deep: bool) -> Counts:
    """Count what an account uses; `deep`: with all accounts below it, else `cascade` is as `own`."""
    rows: Sequence[Any] = (
        await s.execute(_COUNTS, {"account": account_id, "deep": deep, "classes": CLASSES, "patterns": PATTERNS})
    ).all()
    own: dict[str, dict[str, int]] = {}
    cascade: dict[str, dict[str, int]] = {}
    for row in rows:
        if row.own:
            own.setdefault(row.category, {})[row.item] = row.own
        cascade.setdefault(row.category, {})[row.item] = row.cascade
    return Counts(own, cascade)
