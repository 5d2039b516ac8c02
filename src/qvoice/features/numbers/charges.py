"""What the numbers of an import will cost the accounts that get them, and those above: asked before the first is added,
never passed (`features/services/ahead.py`). Spare numbers cost nobody anything.
"""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.core.access.tree import Path, from_ltree
from qvoice.features.documents import watching
from qvoice.features.services import ahead
from qvoice.features.services.ahead import Ahead, Bound
from qvoice.features.services.levels import CLASSES, PATTERNS
from qvoice.features.services.watch import ChargesNotAccepted

STEP = 500
"""Rows that are added in one transaction."""
_ADDS = text(
    "select r.step, r.target, r.class, r.porting, count(*) as number from ("
    "  select (row_number() over (order by n) - 1) / :step as step, target,"
    "   coalesce(nullif(given ->> 'state', ''), :state) = 'port_in' as porting,"
    "   coalesce(nullif(given ->> 'state', ''), :state) in ('in_service', 'reserved', 'port_in', 'port_out')"
    "    as counted,"
    "   coalesce((select c.name from unnest(cast(:classes as text[]), cast(:patterns as text[]))"
    "    with ordinality c (name, pattern, n) where number ~ c.pattern order by c.n limit 1), 'unknown') as class"
    "  from number_import_rows where import_id = :id and verdict = 'ready') r"
    " where r.counted group by 1, 2, 3, 4 order by 1"
)


async def _ahead(s: AsyncSession, job: Any) -> Ahead:
    """Return what the good rows that are left will cost, in steps as they will be added and counted."""
    rows = await s.execute(
        _ADDS,
        {"id": job.id, "step": STEP, "state": job.doc["state"], "classes": CLASSES, "patterns": PATTERNS},
    )
    steps: dict[int, dict[str, dict[str, dict[str, int]]]] = {}
    for row in rows:
        here = steps.setdefault(row.step, {}).setdefault(row.target.hex, {"phone_numbers": {}, "number_services": {}})
        numbers, services = here["phone_numbers"], here["number_services"]
        numbers[row[2]] = numbers.get(row[2], 0) + row.number
        if row.porting:
            services["port"] = services.get("port", 0) + row.number
    return await ahead.look(s, list(steps.values()))


async def asked(s: AsyncSession, job: Any, path: Path) -> list[dict[str, Any]]:
    """Return what somebody at `path` must still accept for the rows to be added."""
    if job.state not in ("checked", "stopped") or job.checked < job.total:
        return []
    costs, bound = await _ahead(s, job), Bound.read(job.doc.get("accepted"))
    return [] if bound is not None and bound.path == path and bound.covers(costs) else costs.asked(path)


async def accept(s: AsyncSession, job: Any, path: Path, *, accepts: bool, shown: Any = None) -> None:
    """Bind an import that is about to run to what somebody at `path` accepts; raises ChargesNotAccepted."""
    costs, bound = await _ahead(s, job), Bound.read(job.doc.get("accepted"))
    if bound is not None and bound.path == path and bound.covers(costs):
        return
    await note(s, job, accepted=costs.accept(path, accepts=accepts, shown=shown).kept(), problem="")


async def may_begin(s: AsyncSession, job: Any) -> bool:
    """Whether an import that was to start at once may, its rows now being known: they cost nothing, or whoever handed
    it in accepts charges.
    """
    try:
        await accept(s, job, tuple(job.doc.get("path") or ()), accepts=job.doc.get("accepts") is True)
    except ChargesNotAccepted:
        return False
    return True


def begin(s: AsyncSession, job: Any) -> Bound:
    """Have this transaction, which adds the next rows, charged for them. Nothing accepted: nothing may cost a thing."""
    bound = Bound.read(job.doc.get("accepted")) or Bound(from_ltree(s.info["scope"].path))
    ahead.keep_within(s, bound)
    return bound


async def settle(s: AsyncSession, job: Any, bound: Bound) -> None:
    """Charge for what the transaction added, and keep what is left of what was accepted; raises ChargesNotAccepted."""
    await watching.before_commit(s)
    await note(s, job, accepted=bound.kept())


async def note(s: AsyncSession, job: Any, **facts: Any) -> None:
    """Write something into an import's document."""
    await s.execute(
        text("update number_imports set doc = doc || cast(:facts as jsonb) where id = :id"),
        {"id": job.id, "facts": msgspec.json.encode(facts).decode()},
    )
