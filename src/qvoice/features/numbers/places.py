"""Where numbers belong, and whether they can be had: what the dialect's clients ask a phone book for (kazoo.md 2.4)."""

from __future__ import annotations

from typing import Any

import phonenumbers
from fastapi import APIRouter, Request, Response
from phonenumbers import geocoder

from qvoice.features.auth.permit import Context, permit
from qvoice.features.carriers.adapter import CarrierProblem
from qvoice.features.carriers.search import adapter, carriers, offer_of
from qvoice.features.documents.openapi import describe_model
from qvoice.features.numbers import assign, table
from qvoice.features.numbers.collections import NumberList, texts_of
from qvoice.kit import log
from qvoice.kit.errors import Invalid

router = APIRouter(tags=["phone_numbers"])
BASE = "/accounts/{account_id}/phone_numbers"


@router.get(f"{BASE}/prefix", operation_id="search_prefix", summary="Area codes of a city")
async def prefix(request: Request, account_id: str, ctx: Context = permit("phone_numbers", "read")) -> Response:
    """Return `{prefix: {…}}` of a city, as the carriers know it."""
    query = dict(ctx.query)
    city = query.get("city", "").strip()[:80]
    country = (query.get("country") or (ctx.account.country if ctx.account else "") or "CA").upper()[:2]
    if not city:
        raise Invalid.field("city", "required", "name a city: prefix?city=Toronto")
    found: dict[str, Any] = {}
    for one in await carriers(ctx.db):
        try:
            for row in await adapter(one.doc).prefixes(country, city):
                found.setdefault(row["prefix"], row)
        except CarrierProblem as problem:
            log.get().warning("carrier.prefixes_failed", carrier=one.id, problem=str(problem))
    return ctx.reply(found)


@router.post(
    f"{BASE}/locality", **describe_model(body=NumberList), operation_id="locate_numbers", summary="Where numbers are"
)
async def locality(request: Request, account_id: str, ctx: Context = permit("phone_numbers", "read")) -> Response:
    """Return for each number its place as the numbering plan has it (no carrier is asked)."""
    language = dict(ctx.query).get("language", "en")[:2]
    return ctx.reply({text: _place(text, language) for text in texts_of(ctx)})


def _place(text: str, language: str) -> dict[str, Any]:
    try:
        number = phonenumbers.parse(assign.parsed(text), None)
    except Invalid as problem:
        return {"status": "error", "message": next(iter(problem.fields["number"].values()))["message"]}
    return {
        "status": "success",
        "locality": geocoder.description_for_number(number, language if language in ("en", "fr") else "en"),
        "country": phonenumbers.region_code_for_number(number) or "",
    }


@router.post(
    f"{BASE}/check", **describe_model(body=NumberList), operation_id="check_numbers", summary="Can numbers be had?"
)
async def check(request: Request, account_id: str, ctx: Context = permit("phone_numbers", "read")) -> Response:
    """`unavailable`: the account's own; `available`: offered by a carrier; `unknown`: nobody here knows."""
    answer: dict[str, Any] = {}
    async with ctx.tx() as s:
        for text in texts_of(ctx):
            number = assign.parsed(text)
            if await table.one(s, number):
                answer[text] = {"status": "unavailable"}
            else:
                answer[text] = {"status": "available" if await offer_of(s, number) else "unknown"}
    return ctx.reply(answer)
