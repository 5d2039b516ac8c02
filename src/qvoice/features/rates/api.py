"""`/accounts/{A}/rates`: the rates of A's decks; `rates/number/{N}`: what A itself pays for a call; imports."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import text

from qvoice.core.dialing.normalise import to_e164
from qvoice.features.auth.permit import Context, permit
from qvoice.features.documents import load
from qvoice.features.documents.body import public_part
from qvoice.features.documents.openapi import describe_model
from qvoice.features.documents.validate import validated
from qvoice.features.rates import change, imports, listing
from qvoice.features.rates.rows import document_of
from qvoice.features.rates.schemas import ImportWish, RateDocument
from qvoice.kit.errors import Invalid

router = APIRouter(tags=["rates"])
_A = "/accounts/{account_id}"
_IMPORTS = _A + "/ratedecks/{document_id}/imports"
_LIST: dict[str, Any] = {"type": "array", "items": {"type": "object"}}


@router.get(_A + "/rates/number/{number}", **describe_model(answer={"type": "object"}), operation_id="get_price",
            summary="What this account pays for a call")  # fmt: skip
async def price(request: Request, account_id: str, number: str, ctx: Context = permit("rates", "read")) -> Response:
    """Return the rate of a call to `number` and its cost for `seconds` (60); `direction`, `caller_id` may be given."""
    query = dict(ctx.query)
    seconds = query.get("seconds", "60")
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) < 8):
        raise Invalid.field("seconds", "type", "seconds must be a whole number")
    called = to_e164(number, "CA")
    async with ctx.tx() as s:
        found = await listing.price(
            s, called, direction=query.get("direction", "outbound"), caller=query.get("caller_id", ""),
            seconds=int(seconds),
        )  # fmt: skip
    return ctx.reply(found)


@router.get(_A + "/rates", **describe_model(answer=_LIST), operation_id="list_rates", summary="List a deck's rates")
async def rates(request: Request, account_id: str, ctx: Context = permit("rates", "read")) -> Response:
    """Return rates of `ratedeck_id` (else the default deck) in the order of their prefixes; `prefix` narrows."""
    query = dict(ctx.query)
    wanted = listing.Wanted.read(query)
    async with ctx.tx() as s:
        deck = await change.deck_of(s, query.get("ratedeck_id"))
        found, more = await listing.page(s, deck, wanted)
    extra: dict[str, Any] = {"page_size": len(found)}
    if wanted.start:
        extra["start_key"] = wanted.start
    if more:
        extra["next_start_key"] = more
    return ctx.reply(found, **extra)


@router.put(_A + "/rates", **describe_model(body=RateDocument, answer=RateDocument, status=201),
            operation_id="create_rate", summary="Add a rate")  # fmt: skip
async def create(request: Request, account_id: str, ctx: Context = permit("rates", "create")) -> Response:
    """Add a rate to a deck; calls are priced by it at once."""
    given = validated(RateDocument, public_part(ctx.data))
    async with ctx.tx() as s:
        made = await change.create(s, await change.deck_of(s, given.get("ratedeck_id")), change.row_of(given))
    return ctx.reply(made, status=201)


@router.get(_A + "/rates/{rate_id}", **describe_model(answer=RateDocument), operation_id="get_rate",
            summary="Read a rate")  # fmt: skip
async def read(request: Request, account_id: str, rate_id: str, ctx: Context = permit("rates", "read")) -> Response:
    """Return a rate of one of the account's decks."""
    async with ctx.tx() as s:
        row, deck, _ = await change.one(s, rate_id)
    return ctx.reply(document_of(row, deck))


async def _replace(ctx: Context, rate_id: str, *, merge: bool) -> Response:
    async with ctx.tx() as s:
        before: dict[str, Any] = {}
        if merge:
            row, deck, _ = await change.one(s, rate_id)
            before = document_of(row, deck)
        given = validated(RateDocument, {**before, **public_part(ctx.data)})
        made = await change.replace(s, rate_id, change.row_of(given))
    return ctx.reply(made)


@router.post(_A + "/rates/{rate_id}", **describe_model(body=RateDocument, answer=RateDocument),
             operation_id="replace_rate", summary="Replace a rate")  # fmt: skip
async def replace(
    request: Request, account_id: str, rate_id: str, ctx: Context = permit("rates", "update")
) -> Response:
    """Replace a rate; it stays in its deck."""
    return await _replace(ctx, rate_id, merge=False)


@router.patch(_A + "/rates/{rate_id}", **describe_model(answer=RateDocument), operation_id="patch_rate",
              summary="Change keys of a rate")  # fmt: skip
async def patch(request: Request, account_id: str, rate_id: str, ctx: Context = permit("rates", "update")) -> Response:
    """Merge into a rate."""
    return await _replace(ctx, rate_id, merge=True)


@router.delete(_A + "/rates/{rate_id}", **describe_model(answer=RateDocument), operation_id="delete_rate",
               summary="Remove a rate")  # fmt: skip
async def remove(request: Request, account_id: str, rate_id: str, ctx: Context = permit("rates", "delete")) -> Response:
    """Take a rate out of its deck."""
    async with ctx.tx() as s:
        gone = await change.remove(s, rate_id)
    return ctx.reply(gone)


# --- sheets -------------------------------------------------------------------------------------------------------


def _mode(query: dict[str, str]) -> tuple[str, bool]:
    mode = query.get("mode", "replace")
    if mode not in ("replace", "merge"):
        raise Invalid.field("mode", "enum", "mode must be replace (all rates are new) or merge (only these prefixes)")
    return mode, query.get("strict", "").lower() in ("true", "1", "yes")


@router.put(_IMPORTS, **describe_model(body=ImportWish, answer={"type": "object"}, status=201),
            operation_id="import_rates", summary="Import a sheet of rates")  # fmt: skip
async def begin(
    request: Request, account_id: str, document_id: str, ctx: Context = permit("rates", "create")
) -> Response:
    """Take a CSV as the body; or `{bytes, file_name}`, then send it in pieces to the import. `mode` replace or merge;
    with `strict` one bad line keeps the deck as it is. Follow it by its id.
    """
    mode, strict = _mode(dict(ctx.query))
    sheet = b"" if ctx.envelope else await request.body()
    wish = {"bytes": len(sheet), "file_name": ""} if sheet else validated(ImportWish, ctx.data)
    async with ctx.tx() as s:
        id = await imports.start(
            s, document_id, bytes=wish["bytes"], file_name=wish.get("file_name", ""), mode=mode, strict=strict
        )
        if sheet:
            await imports.add_piece(s, id, 0, sheet)
        answer = imports.shown(await imports.find(s, id))
    return ctx.reply(answer, status=201)


@router.post(_IMPORTS + "/{import_id}", **describe_model(answer={"type": "object"}), operation_id="send_rates",
             summary="Send a piece of the sheet")  # fmt: skip
async def piece(
    request: Request, account_id: str, document_id: str, import_id: str, ctx: Context = permit("rates", "create")
) -> Response:
    """Take the bytes from `start` on; `next` says where to go on, also after an interruption."""
    start = dict(ctx.query).get("start", "0")
    if not (start.isascii() and start.isdigit() and len(start) < 12):
        raise Invalid.field("start", "type", "start must be the number of bytes sent before this piece")
    data = b"" if ctx.envelope else await request.body()
    if not data:
        raise Invalid.field("body", "required", "send the bytes as text/csv")
    async with ctx.tx() as s:
        have = await imports.add_piece(s, import_id, int(start), data)
        answer = imports.shown(await imports.find(s, import_id))
    return ctx.reply({**answer, "next": have})


@router.get(_IMPORTS, **describe_model(answer=_LIST), operation_id="list_rate_imports", summary="A deck's imports")
async def listed(
    request: Request, account_id: str, document_id: str, ctx: Context = permit("rates", "read")
) -> Response:
    """Return the latest 50 imports."""
    async with ctx.tx() as s:
        deck = await load(s, "ratedecks", document_id)
        rows = await s.execute(
            text("select * from ratedeck_imports where ratedeck_id = cast(:id as uuid) order by created desc limit 50"),
            {"id": deck.id},
        )
        found = [imports.shown(row) for row in rows]
    return ctx.reply(found, page_size=len(found))


@router.get(_IMPORTS + "/{import_id}", **describe_model(answer={"type": "object"}), operation_id="get_rate_import",
            summary="How far an import is, and its bad lines")  # fmt: skip
async def progress(
    request: Request, account_id: str, document_id: str, import_id: str, ctx: Context = permit("rates", "read")
) -> Response:
    """Return the import with its first 1,000 bad lines; all that are kept with `paginate=false`."""
    most = 100_000 if dict(ctx.query).get("paginate", "").lower() in ("false", "0", "no") else 1000
    async with ctx.tx() as s:
        answer = imports.shown(await imports.find(s, import_id))
        rows = await s.execute(
            text(
                "select line, field, message, row from ratedeck_problems where import_id = cast(:id as uuid)"
                " order by line limit :most"
            ),
            {"id": import_id, "most": most},
        )
        answer["problems"] = [dict(row._mapping) for row in rows]
    return ctx.reply(answer)


@router.delete(_IMPORTS + "/{import_id}", **describe_model(answer={"type": "object"}), operation_id="stop_rate_import",
               summary="Stop an import")  # fmt: skip
async def stop(
    request: Request, account_id: str, document_id: str, import_id: str, ctx: Context = permit("rates", "delete")
) -> Response:
    """Stop it; the deck stays as it is."""
    async with ctx.tx() as s:
        answer = imports.shown(await imports.stop(s, import_id))
    return ctx.reply(answer)
