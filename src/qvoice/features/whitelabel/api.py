"""`/accounts/{A}/whitelabel` (G U P D, logo, icon), and what a browser asks before anybody has signed in (kazoo.md C1).

Resellers and the master have one; nobody may take the domain that the platform itself is reached at.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from qvoice.features.accounts.schemas import Realm
from qvoice.features.auth.permit import Context, permit
from qvoice.features.documents import body, pictures
from qvoice.features.documents.openapi import describe_model
from qvoice.features.documents.validate import validated
from qvoice.features.tasks.store import json
from qvoice.kit.errors import Forbidden, Invalid, NotFound

router = APIRouter(tags=["whitelabel"])
PLACE = "/accounts/{account_id}/whitelabel"
Part = Literal["logo", "icon"]
PARTS: tuple[Part, ...] = ("logo", "icon")


class Whitelabel(BaseModel):
    """A brand. `accent`: the colour of its buttons and links, #rrggbb. Unknown keys are kept."""

    model_config = ConfigDict(extra="allow")
    domain: Realm
    company_name: Annotated[str, Field(max_length=128)] = ""
    application_title: Annotated[str, Field(max_length=128)] | None = None
    hide_powered: bool = False
    accent: Annotated[str, Field(pattern=r"^(#[0-9a-fA-F]{6})?$")] | None = None


async def _stored(s: Any, account_id: str) -> dict[str, Any]:
    found = await s.execute(text("select doc from whitelabel where account_id = :id"), {"id": account_id})
    doc = found.scalar()
    if doc is None:
        raise NotFound("this account has no branding")
    return doc


def _shown(row: Any) -> dict[str, Any]:
    """Return a brand as browsers show it: its document, and which `pictures` there are to ask for by its domain."""
    return {**row.doc, "pictures": [part for part in PARTS if getattr(row, f"{part}_type") is not None]}


async def _write(ctx: Context, status: int) -> Response:
    doc = validated(Whitelabel, body.public_part(ctx.data))
    domain = doc["domain"]
    own = urlsplit(ctx.request.app.state.settings.portal_url).hostname
    if domain == own and not ctx.who.actor.is_master:
        raise Forbidden("the platform itself is reached at this domain")
    async with ctx.tx() as s:
        try:
            await s.execute(
                text(
                    "insert into whitelabel (account_id, domain, doc) values (:id, :domain, cast(:doc as jsonb))"
                    " on conflict (account_id) do update set domain = excluded.domain, doc = excluded.doc,"
                    " changed = now()"
                ),
                {"id": ctx.account_id, "domain": domain, "doc": json(doc)},
            )
        except IntegrityError as problem:
            raise Invalid.field("domain", "unique", "another account has this domain: choose another") from problem
    return ctx.reply(doc, status=status)


@router.get(PLACE, operation_id="get_account_whitelabel", summary="The account's branding")
async def read(request: Request, account_id: str, ctx: Context = permit("whitelabel", "read")) -> Response:
    """404 when there is none."""
    async with ctx.tx() as s:
        return ctx.reply(await _stored(s, account_id))


@router.put(
    PLACE, **describe_model(body=Whitelabel, answer=Whitelabel, status=201), operation_id="create_whitelabel",
    summary="Set the account's branding",
)  # fmt: skip
async def create(request: Request, account_id: str, ctx: Context = permit("whitelabel", "update")) -> Response:
    """Set it."""
    return await _write(ctx, 201)


@router.post(
    PLACE, **describe_model(body=Whitelabel, answer=Whitelabel), operation_id="replace_whitelabel",
    summary="Change the account's branding",
)  # fmt: skip
async def replace(request: Request, account_id: str, ctx: Context = permit("whitelabel", "update")) -> Response:
    """Replace it; logo and icon stay."""
    return await _write(ctx, 200)


@router.delete(PLACE, operation_id="delete_whitelabel", summary="Drop the account's branding")
async def delete(request: Request, account_id: str, ctx: Context = permit("whitelabel", "update")) -> Response:
    """Drop it with its pictures."""
    async with ctx.tx() as s:
        doc = await _stored(s, account_id)
        await s.execute(text("delete from whitelabel where account_id = :id"), {"id": account_id})
    return ctx.reply(doc)


@router.post(
    PLACE + "/{part}", operation_id="set_whitelabel_picture", summary="Set logo or icon (a picture as the body)"
)
async def picture(
    request: Request, account_id: str, part: Part, ctx: Context = permit("whitelabel", "update")
) -> Response:
    """Set it."""
    kind, data = await pictures.uploaded(request)
    async with ctx.tx() as s:
        doc = await _stored(s, account_id)
        await s.execute(
            text(f"update whitelabel set {part}_type = :kind, {part} = :data, changed = now() where account_id = :id"),
            {"kind": kind, "data": data, "id": account_id},
        )
    return ctx.reply(doc)


@router.get(
    PLACE + "/in_force", operation_id="get_whitelabel_in_force",
    summary="The branding that the account's people see: its own, or the nearest above",
)  # fmt: skip
async def in_force(request: Request, account_id: str, ctx: Context = permit("user_auth", "read")) -> Response:
    """With its `domain`, where its `pictures` are; empty when neither the account nor one above it has any."""
    rows = await ctx.db.fetch("select * from whitelabel_above(cast(:id as uuid))", {"id": account_id})
    return ctx.reply(_shown(rows[0]) if rows else {})


@router.get(PLACE + "/{part}", operation_id="get_account_whitelabel_picture", summary="The account's logo or icon")
async def own_picture(
    request: Request, account_id: str, part: Part, ctx: Context = permit("whitelabel", "read")
) -> Response:
    """The picture."""
    async with ctx.tx() as s:
        await _stored(s, account_id)
        row = (
            await s.execute(
                text(f"select {part}_type as kind, {part} as data from whitelabel where account_id = :id"),
                {"id": account_id},
            )
        ).one()
    if row.kind is None:
        raise NotFound(f"this account has no {part}")
    return pictures.sent(row.kind, bytes(row.data))


@router.get("/whitelabel/{domain}", operation_id="get_whitelabel", summary="Branding of a domain")
async def of_domain(
    request: Request, domain: str, ctx: Context = permit("whitelabel", "read", public=True)
) -> Response:
    """With the `pictures` it has. 404 when the domain has none; clients then use their own look."""
    rows = await ctx.db.fetch("select doc, logo_type, icon_type from whitelabel_of(:domain)", {"domain": domain[:253]})
    if not rows:
        raise NotFound("this domain has no branding")
    return ctx.reply(_shown(rows[0]))


@router.get("/whitelabel/{domain}/{part}", operation_id="get_whitelabel_part", summary="Logo or icon of a domain")
async def of_domain_picture(
    request: Request, domain: str, part: str, ctx: Context = permit("whitelabel", "read", public=True)
) -> Response:
    """The picture."""
    rows = await ctx.db.fetch("select * from whitelabel_of(:domain)", {"domain": domain[:253]})
    if not rows or part not in PARTS or getattr(rows[0], f"{part}_type") is None:
        raise NotFound("this domain has no such picture")
    return pictures.sent(getattr(rows[0], f"{part}_type"), bytes(getattr(rows[0], part)))
