"""`/accounts/{A}/services`: what an account uses and pays, its plans and special prices (kazoo.md 2.4, 5.4)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict
from sqlalchemy import text as sql

from qvoice.features.auth.permit import Context, permit
from qvoice.features.documents import envelope
from qvoice.features.documents.openapi import describe_model
from qvoice.features.ledgers import queries as ledger
from qvoice.features.services import assign, monthly, read
from qvoice.features.services.standing import standing
from qvoice.features.services.watch import KIND
from qvoice.kit.clock import to_gregorian, utcnow
from qvoice.kit.errors import NotFound

router = APIRouter(tags=["services"])
BASE = "/accounts/{account_id}/services"
CSV_COLUMNS = ("category", "item", "name", "quantity", "billable", "rate", "discount", "total")


class ServicesChange(BaseModel):
    """Plans to `add` and `delete` by id, or `plans` with their special prices; `overrides` over all of them."""

    model_config = ConfigDict(extra="allow")
    add: list[str] | None = None
    delete: list[str] | None = None
    plans: dict[str, Any] | list[str] | None = None
    overrides: dict[str, Any] | None = None


class Quote(BaseModel):
    """Plans to price, and if given other quantities than there are: {category: {item: number}}."""

    model_config = ConfigDict(extra="allow")
    plans: list[str]
    quantities: dict[str, Any] | None = None


class ItemTree(BaseModel):
    """{category: {item: …}}."""

    model_config = ConfigDict(extra="allow")


async def current(ctx: Context, s: Any) -> dict[str, Any]:
    """Return what the URL's account has and pays."""
    account = ctx.account
    assert account is not None
    return await read.current(s, reseller_id=account.parent_id, is_reseller=account.is_reseller)


async def change_plans(ctx: Context, data: dict[str, Any]) -> Response:
    """Carry out a change of plans in any of the dialect's shapes, and answer what the account has then."""
    plans = data.get("plans")
    add = assign.plan_ids(data.get("add") or [], "add")
    special: dict[str, Any] = {}
    if plans:
        add += assign.plan_ids(plans)
    if isinstance(plans, dict):
        for id, own in plans.items():
            given = own.get("overrides") if isinstance(own, dict) else None
            if isinstance(given, dict):
                special[id] = given
    async with ctx.tx() as s:
        await assign.assign(
            s,
            add=add,
            remove=assign.plan_ids(data.get("delete") or [], "delete"),
            special=special,
            overrides=assign.part(data, "overrides"),
        )
        answer = await current(ctx, s)
    return ctx.reply(answer)


@router.get(BASE, operation_id="get_services", summary="Plans, quantities and charges of the account")
async def read_services(request: Request, account_id: str, ctx: Context = permit("services", "read")) -> Response:
    """Return the plans, what is used, and what it costs a month."""
    async with ctx.tx() as s:
        return ctx.reply(await current(ctx, s))


@router.post(
    BASE, **describe_model(body=ServicesChange, answer=ServicesChange), operation_id="change_services",
    summary="Give and take plans, set special prices (from above)",
)  # fmt: skip
async def change_services(request: Request, account_id: str, ctx: Context = permit("services", "update")) -> Response:
    """Change plans and special prices; what that costs the account must be accepted (402)."""
    return await change_plans(ctx, ctx.data)


@router.get(f"{BASE}/summary", operation_id="get_services_summary", summary="The next invoice")
async def summary(request: Request, account_id: str, ctx: Context = permit("services", "read")) -> Response:
    """Return what the account will be charged at the beginning of the next month; CSV by `accept=csv`."""
    async with ctx.tx() as s:
        answer = await read.summary(s)
    if envelope.wants_csv(request) or request.query_params.get("accept") == "csv":
        rows = [item for invoice in answer["invoices"] for item in invoice["items"]]
        return envelope.as_csv(rows, CSV_COLUMNS, name="services")
    return ctx.reply(answer)


@router.post(
    f"{BASE}/quote", **describe_model(body=Quote, answer={"type": "object"}), operation_id="quote_services",
    summary="What plans would cost",
)  # fmt: skip
async def quote(request: Request, account_id: str, ctx: Context = permit("services", "read")) -> Response:
    """Return the invoice for other plans than the account has; nothing is changed."""
    wanted = assign.plan_ids(ctx.data.get("plans") or [])
    quantities = assign.part(ctx.data, "quantities")
    if quantities:
        assign.check_quantities(quantities)
    async with ctx.tx() as s:
        return ctx.reply(await read.quoted(s, wanted, quantities))


async def offers(ctx: Context) -> Response:
    """Answer the plans that the account above offers."""
    async with ctx.tx() as s:
        found = await assign.offered(s)
    rows = [
        {
            "id": id, "name": doc["name"], "description": doc.get("description") or "",
            **({"category": doc["category"]} if doc.get("category") else {}),
        }
        for id, doc in found.items()
    ]  # fmt: skip
    return ctx.reply(rows, page_size=len(rows))


async def offer(ctx: Context, plan_id: str) -> Response:
    """Answer one of the plans that the account above offers; raises NotFound."""
    async with ctx.tx() as s:
        found = (await assign.offered(s)).get(plan_id)
    if found is None:
        raise NotFound("the account above offers no such plan")
    return ctx.reply({**found, "id": plan_id})


@router.get(f"{BASE}/available", operation_id="list_available_services", summary="Plans to choose from")
async def available(request: Request, account_id: str, ctx: Context = permit("services", "read")) -> Response:
    """Return the plans that the account above offers."""
    return await offers(ctx)


@router.get(f"{BASE}/editable", operation_id="list_editable_services", summary="What can be priced")
async def editable(request: Request, account_id: str, ctx: Context = permit("services", "read")) -> Response:
    """Return `{category: {item: {field}}}`."""
    return ctx.reply(read.editable())


@router.get(f"{BASE}/status", operation_id="get_services_status", summary="Whether the account may use services")
async def status(request: Request, account_id: str, ctx: Context = permit("services", "read")) -> Response:
    """Return the account's standing, why it is not good, and the figures it was judged by."""
    async with ctx.tx() as s:
        return ctx.reply(await standing(s))


@router.get(f"{BASE}/overrides", operation_id="get_service_overrides", summary="Special prices")
async def overrides(request: Request, account_id: str, ctx: Context = permit("services", "read")) -> Response:
    """Return the special prices over all plans."""
    async with ctx.tx() as s:
        return ctx.reply({"overrides": (await assign.given(s)).overrides})


async def _set_overrides(ctx: Context) -> Response:
    given = assign.part(ctx.data, "overrides")
    given = ctx.data if given is None else given
    async with ctx.tx() as s:
        if ctx.request.method == "POST":
            old = (await assign.given(s, lock=True)).overrides
            given = {**{category: None for category in old if category not in given}, **given}
        found = await assign.assign(s, overrides=given)
    return ctx.reply({"overrides": found.overrides})


@router.post(
    f"{BASE}/overrides", **describe_model(body=ItemTree, answer=ItemTree), operation_id="replace_service_overrides",
    summary="Set special prices (from above)",
)  # fmt: skip
async def post_overrides(request: Request, account_id: str, ctx: Context = permit("services", "update")) -> Response:
    """Replace the special prices."""
    return await _set_overrides(ctx)


@router.patch(
    f"{BASE}/overrides", **describe_model(answer=ItemTree), operation_id="patch_service_overrides",
    summary="Change special prices (from above)",
)  # fmt: skip
async def patch_overrides(request: Request, account_id: str, ctx: Context = permit("services", "update")) -> Response:
    """Merge into the special prices; null takes one back."""
    return await _set_overrides(ctx)


@router.get(f"{BASE}/manual", operation_id="get_manual_quantities", summary="Quantities set by hand")
async def manual(request: Request, account_id: str, ctx: Context = permit("services", "read")) -> Response:
    """Return the quantities that are counted in addition to what is there."""
    async with ctx.tx() as s:
        return ctx.reply((await assign.given(s)).manual)


@router.post(
    f"{BASE}/manual", **describe_model(body=ItemTree, answer=ItemTree), operation_id="replace_manual_quantities",
    summary="Set quantities by hand (from above)",
)  # fmt: skip
async def post_manual(request: Request, account_id: str, ctx: Context = permit("services", "update")) -> Response:
    """Replace the manual quantities."""
    async with ctx.tx() as s:
        return ctx.reply((await assign.assign(s, manual=ctx.data)).manual)


@router.get(f"{BASE}/audit", operation_id="list_service_charges", summary="What changes of services have cost")
async def audit(request: Request, account_id: str, ctx: Context = permit("services", "read")) -> Response:
    """Return the newest 200 charges for services, with who caused them and quantities before and after."""
    async with ctx.tx() as s:
        rows, _ = await ledger.page(s, source=KIND, window=ledger.Window(), size=200)
    found = [ledger.shown(row) for row in rows]
    return ctx.reply(found, page_size=len(found))


@router.post(f"{BASE}/topup", operation_id="top_up", summary="Top up now (once a month)")
async def top_up(request: Request, account_id: str, ctx: Context = permit("transactions", "create")) -> Response:
    """Charge the card with the amount of the account's `topup`; once a month, as the automatic one does."""
    from qvoice.features.transactions.topup import top_up_now  # imported late: payments count by the monthly run

    return ctx.reply(await top_up_now(ctx.db, ctx.request.app.state.settings, ctx.scope))


@router.get("/accounts/{account_id}/billing_runs", operation_id="list_billing_runs", summary="Monthly runs (master)")
async def billing_runs(request: Request, account_id: str, ctx: Context = permit("system", "read")) -> Response:
    """Return the newest 24 runs with their progress, and the accounts that failed."""
    async with ctx.tx() as s:
        return ctx.reply(await runs(s))


@router.put(
    "/accounts/{account_id}/billing_runs", operation_id="start_billing_run", status_code=201,
    summary="Run this month's charges again (master)",
)  # fmt: skip
async def start_billing_run(request: Request, account_id: str, ctx: Context = permit("system", "update")) -> Response:
    """Visit all accounts again: those that failed or came since are charged, nobody twice."""
    async with ctx.tx() as s:
        await monthly.start(s, utcnow(), again=True)
        return ctx.reply(await runs(s), status=201)


async def runs(s: Any) -> list[dict[str, Any]]:
    """Return runs, newest first."""
    rows = (await s.execute(sql("select * from billing_runs order by period desc limit 24"))).all()
    failures = (await s.execute(sql("select * from billing_failures order by period desc, at limit 500"))).all()
    return [
        {
            "period": row.period.strftime("%Y-%m"), "state": row.state, "total": row.total, "done": row.done,
            "failed": row.failed, "started": to_gregorian(row.started),
            "finished": to_gregorian(row.finished) if row.finished else None,
            "failures": [
                {"account_id": one.failed_account.hex, "problem": one.problem}
                for one in failures
                if one.period == row.period
            ],
        }
        for row in rows
    ]  # fmt: skip


@router.post(
    f"{BASE}/{{plan_id}}", **describe_model(answer=ServicesChange), operation_id="assign_plan",
    summary="Give the account a plan (from above)",
)  # fmt: skip
async def assign_plan(
    request: Request, account_id: str, plan_id: str, ctx: Context = permit("services", "update")
) -> Response:
    """Add one plan; its charges must be accepted (402)."""
    if plan_id in ("synchronization", "reconciliation"):
        # The dialect's repair calls: quantities are counted anew at every look, so there is nothing to repair.
        async with ctx.tx() as s:
            return ctx.reply(await current(ctx, s))
    return await change_plans(ctx, {"add": [plan_id]})


@router.delete(f"{BASE}/{{plan_id}}", operation_id="unassign_plan", summary="Take a plan from the account (from above)")
async def unassign_plan(
    request: Request, account_id: str, plan_id: str, ctx: Context = permit("services", "update")
) -> Response:
    """Take a plan away."""
    return await change_plans(ctx, {"delete": [plan_id]})
