"""`/accounts/{A}/service_plans`: the plans that an account offers below, and in the dialect's way its own (kazoo 2.4).

The dialect has one collection for two things. Under an account's URL: GET, PUT and a plan's own id are about the plans
it offers to accounts below; `current`, `available`, `override`, POST and DELETE with the id of a plan that the account
above offers are about the plans it has.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict

from qvoice.core.access import decide as access
from qvoice.features import documents
from qvoice.features.auth.permit import Context, Permit, allowed, permit
from qvoice.features.documents import routes
from qvoice.features.documents.openapi import describe_model
from qvoice.features.service_plans.resource import RESOURCE
from qvoice.features.service_plans.schemas import Overrides, ServicePlan
from qvoice.features.services import api as services
from qvoice.features.services import assign, read
from qvoice.kit.errors import Forbidden, Invalid

router = APIRouter(tags=["service_plans"])
BASE = "/accounts/{account_id}/service_plans"


class PlanIds(BaseModel):
    """Plans by id."""

    model_config = ConfigDict(extra="allow")
    plans: list[str] | None = None
    add: list[str] | None = None
    delete: list[str] | None = None


def _from_above(ctx: Context) -> None:
    """Refuse to whoever may not give plans to the URL's account."""
    account = ctx.account
    answer = allowed(ctx.who, Permit("services", "update"), account.steps if account else ())
    if isinstance(answer, access.Denied):
        raise Forbidden(f"you may not do this ({answer.reason})", reason=answer.reason)


@router.get(f"{BASE}/current", operation_id="get_current_plan", summary="What the account has and pays")
async def current(request: Request, account_id: str, ctx: Context = permit("service_plans", "read")) -> Response:
    """Return plans, items and quantities."""
    async with ctx.tx() as s:
        return ctx.reply(await services.current(ctx, s))


@router.get(f"{BASE}/available", operation_id="list_available_plans", summary="Plans that the account above offers")
async def available(request: Request, account_id: str, ctx: Context = permit("service_plans", "read")) -> Response:
    """List them."""
    return await services.offers(ctx)


@router.get(f"{BASE}/available/{{plan_id}}", operation_id="get_available_plan", summary="One of them")
async def one_available(
    request: Request, account_id: str, plan_id: str, ctx: Context = permit("service_plans", "read")
) -> Response:
    """Return the plan."""
    return await services.offer(ctx, plan_id)


@router.get(f"{BASE}/editable", operation_id="list_editable_plans", summary="What can be priced")
async def editable(request: Request, account_id: str, ctx: Context = permit("service_plans", "read")) -> Response:
    """Return `{category: {item: {field}}}`."""
    return ctx.reply(read.editable())


@router.post(
    f"{BASE}/override", **describe_model(body=Overrides, answer=ServicePlan), operation_id="override_plans",
    summary="Set special prices on plans of the account (from above)",
)  # fmt: skip
async def override(request: Request, account_id: str, ctx: Context = permit("services", "update")) -> Response:
    """Lay `{plan id: {category: {item: keys}}}` over the plans, and return the prices that hold then."""
    given = assign.part(ctx.data, "overrides")
    if not given or not all(isinstance(items, dict) for items in given.values()):
        raise Invalid.field("overrides", "type", "overrides is {plan id: {category: {item: {…}}}}")
    async with ctx.tx() as s:
        await assign.assign(s, special=given)
        level = await read.own_level(s)
    return ctx.reply(level.plan if level else {})


@router.post(
    BASE, **describe_model(body=PlanIds, answer={"type": "object"}), operation_id="change_plans",
    summary="Give and take plans (from above)",
)  # fmt: skip
async def change(request: Request, account_id: str, ctx: Context = permit("services", "update")) -> Response:
    """Give the plans of `add` or `plans`, take those of `delete`."""
    return await services.change_plans(ctx, ctx.data)


@router.delete(
    BASE, **describe_model(body=PlanIds, answer={"type": "object"}), operation_id="remove_plans",
    summary="Take plans from the account (from above)",
)  # fmt: skip
async def remove_many(request: Request, account_id: str, ctx: Context = permit("services", "update")) -> Response:
    """Take the plans of `plans`."""
    return await services.change_plans(ctx, {"delete": ctx.data.get("plans") or []})


async def _is_own(ctx: Context, plan_id: str) -> bool:
    async with ctx.tx() as s:
        return await documents.get(s, "service_plans", plan_id) is not None


@router.post(
    f"{BASE}/{{document_id}}", **describe_model(body=ServicePlan, answer=ServicePlan),
    operation_id="replace_service_plan", summary="Replace a plan that the account offers, or give it one from above",
)  # fmt: skip
async def post_one(
    request: Request, account_id: str, document_id: str, ctx: Context = permit("service_plans", "update")
) -> Response:
    """Replace the account's own plan; the id of one that the account above offers gives that (the dialect's way)."""
    if await _is_own(ctx, document_id):
        return await routes.write_document(ctx, RESOURCE, document_id)
    _from_above(ctx)
    data: dict[str, Any] = ctx.envelope.get("data") or {}
    lists = {key: data[key] for key in ("add", "delete", "plans") if data.get(key)}
    return await services.change_plans(ctx, lists or {"add": [document_id]})


@router.delete(
    f"{BASE}/{{document_id}}", operation_id="delete_service_plan",
    summary="Delete a plan that the account offers, or take one from it",
)  # fmt: skip
async def delete_one(
    request: Request, account_id: str, document_id: str, ctx: Context = permit("service_plans", "delete")
) -> Response:
    """Delete the account's own plan, unless accounts have it; one of the account above is taken away."""
    if await _is_own(ctx, document_id):
        return await routes.delete_document(ctx, RESOURCE, document_id)
    _from_above(ctx)
    return await services.change_plans(ctx, {"delete": [document_id]})


# POST and DELETE of one plan are those above.
router.routes.extend(
    route for route in routes.crossbar(RESOURCE).routes if not {"POST", "DELETE"} & set(getattr(route, "methods", ()))
)
