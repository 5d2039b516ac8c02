"""Service plans as documents of the provider that made them."""

from __future__ import annotations

from sqlalchemy import Column, Text
from sqlalchemy import text as sql

from qvoice.features.documents import Change, Hooks, Resource
from qvoice.features.service_plans.schemas import ServicePlan
from qvoice.kit.errors import Invalid


async def _refuse_in_use(change: Change) -> None:
    query = sql("select service_plan_users(cast(:id as uuid))")
    users = (await change.session.execute(query, {"id": change.id})).scalar_one()
    if users:
        raise Invalid.field("plan", "invalid", f"{users} accounts have this plan: take it from them first", cause=users)


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
    hooks=Hooks(before_delete=_refuse_in_use),
    own=None,
    singular="service_plan",
)
