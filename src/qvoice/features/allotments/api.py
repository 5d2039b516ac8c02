"""`/accounts/{A}/allotments`: read by the account, changed by the accounts above it; `consumed`: what calls took."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from qvoice.core.rating import cycle
from qvoice.features import documents
from qvoice.features.allotments.resource import Allotments
from qvoice.features.auth.permit import Context, permit
from qvoice.features.documents import filters
from qvoice.features.documents.openapi import describe_model
from qvoice.features.services import bundles
from qvoice.kit.clock import to_gregorian, utcnow
from qvoice.kit.errors import Invalid

router = APIRouter(tags=["allotments"])
_PATH = "/accounts/{account_id}/allotments"


@router.get(_PATH, **describe_model(answer=Allotments), operation_id="get_allotments", summary="Read the allotments")
async def read(request: Request, account_id: str, ctx: Context = permit("allotments", "read")) -> Response:
    """Return the minutes that the account has in each cycle, by class of numbers; {} when it has none."""
    async with ctx.tx() as s:
        found = await documents.get(s, "allotments", ctx.account_id)
    if found is None:
        return ctx.reply({}, revision=0)
    return ctx.reply(found.doc["allotments"], revision=found.revision)


@router.post(
    _PATH, **describe_model(body=Allotments, answer=Allotments), operation_id="replace_allotments",
    summary="Replace the allotments",
)  # fmt: skip
async def replace(request: Request, account_id: str, ctx: Context = permit("allotments", "update")) -> Response:
    """Replace all of the account's allotments; calls that run keep what they have taken."""
    data = {"allotments": {key: value for key, value in ctx.data.items() if key != "id"}}
    try:
        async with ctx.tx() as s:
            if await documents.get(s, "allotments", ctx.account_id, lock=True) is None:
                found = await documents.create(s, "allotments", data, id=ctx.account_id)
            else:
                found = await documents.replace(s, "allotments", ctx.account_id, data)
    except Invalid as problem:
        fields = {name.removeprefix("allotments.").removesuffix(".[key]"): why for name, why in problem.fields.items()}
        raise Invalid(fields) from problem
    return ctx.reply(found.doc["allotments"], revision=found.revision)


@router.get(
    _PATH + "/consumed", **describe_model(answer={"type": "object"}), operation_id="get_allotments_consumed",
    summary="What calls took of the allotments",
)  # fmt: skip
async def consumed(request: Request, account_id: str, ctx: Context = permit("allotments", "read")) -> Response:
    """Return, by allotment, the seconds that calls took in the cycle that runs (running calls: what they have
    reserved), or in all cycles that began on the days from `created_from` to `created_to` (Gregorian seconds).
    """
    now = utcnow()
    given = request.query_params
    since, until = (
        filters.moment(name, given[name]) if given.get(name) else None for name in ("created_from", "created_to")
    )
    answer: dict[str, Any] = {}
    async with ctx.tx() as s:
        for bundle in await bundles.of_account(s):
            if not bundle.allotted:
                continue
            begin, end = cycle.bounds(bundle.cycle, now, bundle.timezone)
            names, kind = (bundle.period(now),) * 2, bundle.cycle
            if since is not None or until is not None:
                begin, end, kind = since or begin, until or now, "manual"
                first, last = (cycle.local_day(at, bundle.timezone) for at in (begin, end))
                names = cycle.begun(bundle.cycle, first, last)[:2]
            used, calls = await bundles.use(s, bundle, *names)
            answer[bundle.name] = {
                "cycle": kind, "consumed_from": to_gregorian(begin), "consumed_to": to_gregorian(end),
                "consumed": used, "calls": calls, "amount": bundle.seconds, "left": max(bundle.seconds - used, 0),
            }  # fmt: skip
    return ctx.reply(answer)
