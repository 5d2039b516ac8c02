"""Deleted accounts of the tree, and bringing one back with its devices, users and everything else (A11)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from qvoice.db.engine import Scope, enter
from qvoice.features.accounts.resource import RESOURCE, TABLE, TREE_LOCK
from qvoice.features.accounts.store import load_account, tell_change
from qvoice.features.auth.permit import Context, permit
from qvoice.features.devices.credentials import adopt_realm
from qvoice.features.devices.resource import RESOURCE as DEVICES
from qvoice.features.documents import routes
from qvoice.features.documents.openapi import describe_model
from qvoice.features.documents.validate import validated
from qvoice.features.services.moving import before_return
from qvoice.kit import ids
from qvoice.kit.errors import Conflict, Invalid, NotFound

router = APIRouter(tags=["accounts"])


class Restore(BaseModel):
    """A new realm, when the old one has been taken meanwhile."""

    model_config = ConfigDict(extra="allow")
    realm: str | None = None


class ParentGone(Conflict):
    """The account above is deleted too: restore that one first."""

    code = "parent_deleted"


@router.get("/accounts/{account_id}/deleted", operation_id="list_deleted_accounts", summary="Deleted accounts below")
async def list_(request: Request, account_id: str, ctx: Context = permit("accounts", "restore")) -> Response:
    """Every deleted account below, the newest first."""
    async with ctx.tx() as s:
        rows = await s.execute(
            select(TABLE.c.id, TABLE.c.name, TABLE.c.realm, TABLE.c.parent_id, TABLE.c.deleted)
            .where(TABLE.c.deleted.is_not(None), TABLE.c.id != account_id)
            .order_by(TABLE.c.deleted.desc(), TABLE.c.id)
            .limit(1000)
        )
        found = [
            {"id": row.id, "name": row.name, "realm": row.realm, "parent_id": row.parent_id,
             "deleted": row.deleted.isoformat()}
            for row in rows
        ]  # fmt: skip
    return ctx.reply(found, page_size=len(found))


@router.put(
    "/accounts/{account_id}/deleted/{deleted_id}/restore",
    **describe_model(body=Restore, answer=RESOURCE.model, status=201),
    operation_id="restore_account",
    summary="Bring a deleted account back",
)
async def restore(
    request: Request, account_id: str, deleted_id: str, ctx: Context = permit("accounts", "restore")
) -> Response:
    """Bring it back as it was, switched on or off as it was. Its numbers went to the account above and stay there.

    402 with the invoices when it costs those above it something, or itself the rest of the month.
    """
    realm = ctx.data.get("realm")
    async with ctx.tx() as s:
        await s.execute(select(func.pg_advisory_xact_lock_shared(TREE_LOCK)))
        row: Any = None
        if ids.is_id(deleted_id) and deleted_id != account_id:
            query = select(TABLE, func.ltree2text(TABLE.c.path).label("place")).where(
                TABLE.c.id == deleted_id, TABLE.c.deleted.is_not(None)
            )
            row = (await s.execute(query.with_for_update())).first()
        if row is None:
            raise NotFound("there is no such deleted account below this one")
        above = select(TABLE.c.id).where(TABLE.c.id == row.parent_id, TABLE.c.deleted.is_(None))
        if (await s.execute(above.with_for_update(read=True))).first() is None:
            raise ParentGone
        if realm is not None and (not isinstance(realm, str) or not realm):
            raise Invalid.field("realm", "type", "the realm must be a text")
        await before_return(s, deleted_id, row.parent_id, row.deleted)
        fresh = validated(RESOURCE.model, {**row.doc, "realm": realm or row.realm})["realm"]
        values = {"deleted": None, "modified": func.now(), "revision": TABLE.c.revision + 1, "realm": fresh,
                  "doc": {**row.doc, "realm": fresh}}  # fmt: skip
        try:
            await s.execute(update(TABLE).where(TABLE.c.id == deleted_id).values(values))
        except IntegrityError as problem:
            raise Invalid.field(
                "realm", "unique", "another account has this realm meanwhile: send a new one"
            ) from problem
        await enter(s, Scope(deleted_id, row.place, ctx.who.owner_id, ctx.who.account_id))
        # The devices went in the same moment as the account; those deleted before stay deleted.
        await s.execute(
            update(DEVICES.table)
            .where(DEVICES.table.c.account_id == deleted_id, DEVICES.table.c.deleted == row.deleted)
            .values(deleted=None, modified=func.now())
        )
        if fresh != row.realm:
            await adopt_realm(s, fresh)
        account = await load_account(s, deleted_id)
        await tell_change(s, account)
        shown = await routes.shown(s, RESOURCE, account, ctx.principal)
        await enter(s, ctx.scope)
    return ctx.reply(shown, status=201, revision=account.revision)
