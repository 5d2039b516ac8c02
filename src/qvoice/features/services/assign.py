"""Which plans an account has, its special prices ("+") and its manual quantities: given by the accounts above it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.core.plans import plan
from qvoice.db.notices import notify_document
from qvoice.features.documents import watching
from qvoice.features.documents.body import check_tree
from qvoice.features.documents.validate import to_invalid
from qvoice.features.ratedecks.bind import bind_plans
from qvoice.features.service_plans.schemas import PlanItems
from qvoice.kit import ids
from qvoice.kit.errors import Invalid

MOST_PLANS = 20
_ITEMS: TypeAdapter[Any] = TypeAdapter(PlanItems)


@dataclass(frozen=True, slots=True)
class Given:
    """What an account was given: `plans` {id: {overrides}}, `overrides` over all of them, `manual` quantities."""

    plans: dict[str, dict[str, Any]]
    overrides: dict[str, Any]
    manual: dict[str, Any]


async def given(s: AsyncSession, *, lock: bool = False) -> Given:
    """Return what the session's account was given."""
    query = "select plans, overrides, manual from services" + (" for update" if lock else "")
    row = (await s.execute(sql(query))).first()
    return Given(row.plans, row.overrides, row.manual) if row else Given({}, {}, {})


async def offered(s: AsyncSession) -> dict[str, dict[str, Any]]:
    """Return the plans that the account above offers: {id: document}, in order of name."""
    query = sql("select * from service_plans_offered(cast(:account as uuid))")
    rows = await s.execute(query, {"account": s.info["scope"].account_id})
    return {row.id.hex: row.doc for row in rows}


async def assign(
    s: AsyncSession,
    *,
    add: Sequence[str] = (),
    remove: Sequence[str] = (),
    special: Mapping[str, Mapping[str, Any]] | None = None,
    overrides: Mapping[str, Any] | None = None,
    manual: Mapping[str, Any] | None = None,
) -> Given:
    """Change what the session's account was given, and return it; raises Invalid.

    `special`: {plan id: {category: {item: keys}}}, special prices on one plan (null takes a key back); `overrides`:
    the same for all plans together; `manual`: {category: {item: quantity}}, replaced as a whole.
    """
    await watching.before_write(s, s.info["scope"].account_id, "services")
    known = await offered(s)
    old = await given(s, lock=True)
    plans = {id: dict(own) for id, own in old.plans.items() if id not in remove}
    for id in add:
        if id not in known:
            raise Invalid.field("plans", "not_found", "the account above offers no such plan", cause=str(id)[:64])
        plans.setdefault(id, {})
    for id, items in (special or {}).items():
        if id not in plans:
            raise Invalid.field(f"overrides.{str(id)[:64]}", "not_found", "the account does not have this plan")
        plans[id]["overrides"] = _items(f"overrides.{id}", plan.overlaid(plans[id].get("overrides") or {}, items))
    if len(plans) > MOST_PLANS:
        raise Invalid.field("plans", "maxItems", f"an account has at most {MOST_PLANS} plans", target=MOST_PLANS)
    result = Given(
        plans,
        _items("overrides", plan.overlaid(old.overrides, overrides)) if overrides is not None else old.overrides,
        check_quantities(manual) if manual is not None else old.manual,
    )
    await s.execute(
        sql(
            "insert into services (account_id, plans, overrides, manual)"
            " values (cast(:account as uuid), cast(:plans as jsonb), cast(:overrides as jsonb),"
            " cast(:manual as jsonb)) on conflict (account_id) do update set plans = excluded.plans,"
            " overrides = excluded.overrides, manual = excluded.manual, modified = now()"
        ),
        {
            "account": s.info["scope"].account_id,
            **{name: msgspec.json.encode(getattr(result, name)).decode() for name in ("plans", "overrides", "manual")},
        },
    )
    await bind_plans(s)
    account = s.info["scope"].account_id
    await notify_document(s, account_id=account, type="services", id=account, action="edited", revision=0)
    return result


def _items(path: str, items: Any) -> dict[str, Any]:
    """Return special prices that are well formed; raises Invalid."""
    check_tree({path: items}, max_depth=12)
    try:
        _ITEMS.validate_python(items)
    except ValidationError as problem:
        raise Invalid({f"{path}.{name}": rules for name, rules in to_invalid(problem).fields.items()}) from problem
    return items


def check_quantities(manual: Mapping[str, Any]) -> dict[str, Any]:
    """Return {category: {item: quantity}} when it is well formed; raises Invalid."""
    for category, items in manual.items():
        for name, quantity in items.items() if isinstance(items, Mapping) else [("", None)]:
            if not isinstance(quantity, int) or isinstance(quantity, bool) or not 0 <= quantity <= 1_000_000:
                raise Invalid.field(
                    f"{str(category)[:64]}.{str(name)[:64]}", "type",
                    "manual quantities are {category: {item: whole number from 0 to 1000000}}",
                )  # fmt: skip
    check_tree(manual, max_depth=4)
    return dict(manual)


def plan_ids(value: Any, field: str = "plans") -> list[str]:
    """Return the plan ids in a body: a list of ids, or an object by id; raises Invalid."""
    found = list(value) if isinstance(value, dict | list) else [value]
    if not all(isinstance(id, str) and ids.is_id(id) for id in found):
        raise Invalid.field(field, "type", f"{field} is a list of plan ids")
    return found


def part(data: dict[str, Any], key: str) -> dict[str, Any] | None:
    """Return an object of the body or None; raises Invalid."""
    value = data.get(key)
    if value is not None and not isinstance(value, dict):
        raise Invalid.field(key, "type", f"{key} must be an object")
    return value
