"""`/accounts/{A}/phone_numbers`: list, classifiers, single numbers and collections."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from fastapi import APIRouter, Request, Response

from qvoice.core.dialing.classify import CLASSIFIERS, classify
from qvoice.features.auth.permit import Context, permit
from qvoice.features.carriers.api import wanted
from qvoice.features.carriers.search import offers
from qvoice.features.documents import envelope, filters, listing
from qvoice.features.documents.openapi import describe_model
from qvoice.features.numbers import assign, collections, import_api, life, places, table
from qvoice.features.numbers.rules import CREATED_IN
from qvoice.features.numbers.schemas import PhoneNumber
from qvoice.kit.errors import Invalid, NotFound

router = APIRouter(tags=["phone_numbers"])
router.include_router(import_api.router)
router.include_router(collections.router)
router.include_router(life.router)
router.include_router(places.router)
BASE = "/accounts/{account_id}/phone_numbers"


@router.get(
    BASE, **describe_model(answer={"type": "object"}), operation_id="list_phone_numbers", summary="List numbers"
)
async def list_numbers(request: Request, account_id: str, ctx: Context = permit("phone_numbers", "read")) -> Response:
    """Return a map of the account's numbers under `numbers`."""
    if any(key in ("prefix", "contains") for key, _ in ctx.query):
        # The dialect's own way of searching: the same URL with a prefix (kazoo.md 2.4).
        return ctx.reply(await offers(ctx.db, wanted(ctx)))
    where, paging = filters.parse(ctx.query), listing.read_paging([p for p in ctx.query if p[0] != "start_key"])
    after = _start(dict(ctx.query).get("start_key", ""))
    size = paging.size or listing.MAX_UNPAGED
    # A whole list is not asked for in a hundred questions.
    chunk = 500 if paging.size else 5_000
    found: dict[str, Any] = {}
    next_key = None
    position = after
    async with ctx.tx() as s:
        while next_key is None:
            rows = await table.of_account(s, account_id, after=position, limit=chunk)
            for row in rows:
                whole = assign.shown(row)
                if row.number in found or not where.holds(whole):
                    continue
                if len(found) == size:
                    next_key = row.number
                    break
                found[row.number] = assign.list_row(row, whole)
            if len(rows) < chunk:
                break
            position = rows[-1].number + "\x01"
    if envelope.wants_csv(request):
        return envelope.as_csv([{"number": number, **row} for number, row in found.items()], name="phone_numbers")
    extra: dict[str, Any] = {"page_size": len(found)}
    if next_key is not None:
        extra["next_start_key"] = base64.urlsafe_b64encode(next_key.encode()).decode().rstrip("=")
    return ctx.reply({"numbers": found, "cascade_quantity": len(found)}, **extra)


def _start(text: str) -> str | None:
    if not text:
        return None
    try:
        decoded = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except (binascii.Error, ValueError):
        decoded = "\x00"
    if "\x00" in decoded:
        raise Invalid.field("start_key", "invalid", "start_key must be a next_start_key of an earlier answer")
    return decoded


@router.get(f"{BASE}/classifiers", operation_id="list_classifiers", summary="Classes of numbers")
async def classifiers(request: Request, account_id: str, ctx: Context = permit("phone_numbers", "read")) -> Response:
    """Return the classes that `call_restriction` uses."""
    shown = {
        c.name: {"friendly_name": c.friendly_name, "regex": f"^(?:{c.pattern})$", "emergency": c.emergency}
        for c in CLASSIFIERS
    }
    return ctx.reply(shown)


@router.get(f"{BASE}/classifiers/{{number}}", operation_id="classify_number", summary="The class of a number")
async def classify_number(
    request: Request, account_id: str, number: str, ctx: Context = permit("phone_numbers", "read")
) -> Response:
    """Return the class of a number as dialled from this account's country."""
    country = (ctx.account and ctx.account.country) or "CA"
    name = classify(number[:64], country)
    known = next((c for c in CLASSIFIERS if c.name == name), None)
    return ctx.reply({"name": name, "number": number, "friendly_name": known.friendly_name if known else name})


@router.get(f"{BASE}/carriers_info", operation_id="get_carriers_info", summary="What may be done with numbers")
async def carriers_info(request: Request, account_id: str, ctx: Context = permit("phone_numbers", "read")) -> Response:
    """Return the states that this token may create numbers in."""
    master = ctx.who.actor.is_master
    return ctx.reply(
        {
            "usable_carriers": ["local"] if master else [],
            "usable_creation_states": sorted(CREATED_IN) if master else [],
            "maximal_prefix_length": 3,
        }
    )


@router.post(f"{BASE}/fix", operation_id="fix_numbers", summary="Nothing to fix")
async def fix(request: Request, account_id: str, ctx: Context = permit("phone_numbers", "update")) -> Response:
    """Answer the dialect's repair call: numbers and accounts cannot disagree here (foreign keys)."""
    return ctx.reply({})


@router.post(
    f"{BASE}/fix/{{number}}", **describe_model(answer=PhoneNumber), operation_id="fix_phone_number",
    summary="Nothing to fix, for one number",
)  # fmt: skip
async def fix_one(
    request: Request, account_id: str, number: str, ctx: Context = permit("phone_numbers", "update")
) -> Response:
    """Answer the dialect's repair call for one number: the number as it is."""
    return await _read(ctx, number)


@router.get(
    f"{BASE}/{{number}}", **describe_model(answer=PhoneNumber), operation_id="get_phone_number", summary="Read a number"
)
async def read(
    request: Request, account_id: str, number: str, ctx: Context = permit("phone_numbers", "read")
) -> Response:
    """Return one number of this account."""
    return await _read(ctx, number)


async def _read(ctx: Context, number: str) -> Response:
    async with ctx.tx() as s:
        row = await table.one(s, assign.parsed(number))
    if row is None or row.account_id != ctx.account_id:
        raise NotFound("this account has no such number")
    return ctx.reply(assign.shown(row), revision=row.revision)


@router.get(f"{BASE}/{{number}}/identify", operation_id="identify_number", summary="Which account has a number")
async def identify(
    request: Request, account_id: str, number: str, ctx: Context = permit("phone_numbers", "read")
) -> Response:
    """Return the owner, when it is this account or one below."""
    async with ctx.tx() as s:
        row = await table.one(s, assign.parsed(number))
    if row is None:
        raise NotFound("no account here has this number")
    return ctx.reply({"account_id": row.account_id, "number": row.number})


@router.put(
    f"{BASE}/{{number}}", **describe_model(body=PhoneNumber, answer=PhoneNumber, status=201),
    operation_id="add_phone_number", summary="Add a number (master)",
)  # fmt: skip
async def add(
    request: Request, account_id: str, number: str, ctx: Context = permit("phone_numbers", "create")
) -> Response:
    """Add a number to the platform, for this account."""
    async with ctx.tx() as s:
        row = await assign.add(s, assign.parsed(number), account_id=account_id, data=ctx.envelope.get("data") or {})
    return ctx.reply(assign.shown(row), status=201, revision=row.revision)


async def _edit(ctx: Context, number: str) -> Response:
    async with ctx.tx() as s:
        row = await assign.edit(
            s, assign.parsed(number), account_id=ctx.account_id, data=ctx.data, merge=ctx.request.method == "PATCH",
            who=ctx.who,
        )  # fmt: skip
    return ctx.reply(assign.shown(row), revision=row.revision)


@router.post(
    f"{BASE}/{{number}}", **describe_model(body=PhoneNumber, answer=PhoneNumber), operation_id="replace_phone_number",
    summary="Replace a number's document",
)  # fmt: skip
async def replace(
    request: Request, account_id: str, number: str, ctx: Context = permit("phone_numbers", "update")
) -> Response:
    """Replace the document."""
    return await _edit(ctx, number)


@router.patch(
    f"{BASE}/{{number}}", **describe_model(answer=PhoneNumber), operation_id="patch_phone_number",
    summary="Change keys of a number",
)  # fmt: skip
async def patch(
    request: Request, account_id: str, number: str, ctx: Context = permit("phone_numbers", "update")
) -> Response:
    """Merge into the document."""
    return await _edit(ctx, number)


@router.delete(f"{BASE}/{{number}}", operation_id="delete_phone_number", summary="Remove a number (master)")
async def delete(
    request: Request, account_id: str, number: str, ctx: Context = permit("phone_numbers", "delete")
) -> Response:
    """Take the number off the platform."""
    async with ctx.tx() as s:
        row = await assign.remove(s, assign.parsed(number), account_id=account_id)
    return ctx.reply({**assign.shown(row), "state": "deleted"})
