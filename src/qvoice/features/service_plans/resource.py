"""Service plans as documents of the provider that made them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Text
from sqlalchemy import text as sql

from qvoice.features.documents import Change, Hooks, Resource
from qvoice.features.ratedecks.bind import bind_by_plan, hold_decks, is_sold
from qvoice.features.service_plans.schemas import ServicePlan
from qvoice.kit.errors import Invalid


async def _refuse_in_use(change: Change) -> None:
    query = sql("select service_plan_users(cast(:id as uuid))")
    users = (await change.session.execute(query, {"id": change.id})).scalar_one()
    if users:
        raise Invalid.field("plan", "invalid", f"{users} accounts have this plan: take it from them first", cause=users)


def _deck(whole: Any) -> str:
    return str(((whole or {}).get("ratedeck") or {}).get("id") or "")


async def _own_deck(change: Change) -> None:
    """A plan names a deck of the account that offers it; decks do not go while it is being named."""
    if not _deck(change.new) or _deck(change.new) == _deck(change.old):
        return
    await hold_decks(change.session, change.session.info["scope"].account_id)
    if not await is_sold(change.session, _deck(change.new)):
        raise Invalid.field("ratedeck.id", "not_found", "this account sells by no such rate deck: see its ratedecks")


async def _bind(change: Change) -> None:
    """Accounts that have the plan pay by what it says now."""

    def says(whole: Any) -> tuple[str, Any, Any]:
        return _deck(whole), ((whole or {}).get("merge") or {}).get("priority") or 0, (whole or {}).get("name")

    if change.old is not None and says(change.old) != says(change.new):
        await bind_by_plan(change.session, change.id)


RESOURCE = Resource(
    type="service_plans",
    model=ServicePlan,
    summary=lambda whole: {
        "id": whole["id"],
        "name": whole["name"],
        "description": whole.get("description") or "",
        **({"category": whole["category"]} if whole.get("category") else {}),
    },
    columns={"name": lambda whole: whole["name"], "category": lambda whole: whole.get("category")},
    table_columns=(Column("name", Text), Column("category", Text)),
    hooks=Hooks(before_write=_own_deck, after_write=_bind, before_delete=_refuse_in_use),
    own=None,
    singular="service_plan",
)
