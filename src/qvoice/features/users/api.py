"""`/accounts/{A}/users`, own lists of a user, and impersonation."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from sqlalchemy import Text, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

from qvoice.features import documents
from qvoice.features.auth import audit
from qvoice.features.auth.permit import Context, permit
from qvoice.features.auth.session import session_data
from qvoice.features.auth.tokens import Behind
from qvoice.features.documents import routes
from qvoice.features.documents.openapi import describe_model
from qvoice.features.users import card, password
from qvoice.features.users.resource import RESOURCE
from qvoice.kit.clock import utcnow
from qvoice.kit.errors import Forbidden, Invalid

router = APIRouter()

LISTS = ("devices", "vmboxes", "conferences", "faxboxes", "callflows")
"""Collections that can also be listed under their owner: `users/U/devices`."""


class Impersonation(BaseModel):
    """Ask for a token of another user."""

    action: str


@router.put(
    "/accounts/{account_id}/users/{user_id}/user_auth",
    **describe_model(body=Impersonation, answer={"type": "object"}, status=201),
    operation_id="impersonate_user",
    summary="Get a token of another user (administrators)",
    tags=["users"],
)
async def impersonate(
    request: Request, account_id: str, user_id: str, ctx: Context = permit("users", "impersonate")
) -> Response:
    """Issue a token for the user; the audit log keeps who asked, and acts with it name the impersonator."""
    if ctx.data.get("action") != "impersonate_user":
        raise Invalid.field("action", "enum", "action must be impersonate_user", target=["impersonate_user"])
    if not ctx.who.is_admin:
        raise Forbidden("only a total administrator may impersonate")
    async with ctx.tx() as s:
        user = await documents.load(s, "users", user_id)
        secret = (
            await s.execute(
                text(
                    "select k.identity as account, s.identity as person from account_secrets k"
                    " left join user_secrets s on s.user_id = cast(:user as uuid) where k.account_id = cast(:account"
                    " as uuid)"
                ),
                {"user": user_id, "account": account_id},
            )
        ).one()
        if not audit.is_masqueraded_write(request):
            await audit.append(s, request, 201)
    token = ctx.key.issue(
        account_id=account_id,
        owner_id=user.id,
        method="cb_impersonate",
        identity=ctx.key.identity(secret.account, secret.person),
        now=utcnow(),
        impersonated_by=Behind(ctx.who.account_id, ctx.who.owner_id, ctx.who.token_id),
    )
    account = ctx.account
    assert account is not None
    data = await session_data(ctx.db, account, user.id, method="cb_impersonate")
    return ctx.reply(data, status=201, auth_token=token)


def _add_owned_list(type: str) -> None:
    @router.get(
        f"/accounts/{{account_id}}/users/{{user_id}}/{type}",
        operation_id=f"list_user_{type}",
        summary=f"List a user's {type}",
        tags=["users"],
    )
    async def owned(
        request: Request, account_id: str, user_id: str, ctx: Context = permit(type, "read", own=True)
    ) -> Response:
        async with ctx.tx() as s:
            await documents.load(s, "users", user_id)
        kind = documents.resource(type)
        return await routes.list_documents(ctx, kind, clauses=(routes.own_clause(kind, user_id),))


for _type in LISTS:
    _add_owned_list(_type)


@router.get(
    "/accounts/{account_id}/users/{user_id}/hotdesks",
    operation_id="list_user_hotdesks",
    summary="The devices that a user is logged in to",
    tags=["users"],
)
async def hotdesks(
    request: Request, account_id: str, user_id: str, ctx: Context = permit("users", "read", own=True)
) -> Response:
    """Return `{device_id, device_name}` for each device whose `hotdesk.users` names the user, by name."""
    async with ctx.tx() as s:
        user = await documents.load(s, "users", user_id)
        ctx.check(document_id=user.id, owner_id=user.id)
        found = await s.execute(
            text(
                "select id, doc->>'name' as name from devices"
                " where deleted is null and doc #> '{hotdesk,users}' ? :user order by sort_key, id"
            ),
            {"user": user.id},
        )
        rows = [{"device_id": row.id.hex, "device_name": row.name} for row in found]
    return ctx.reply(rows, page_size=len(rows))


@router.get(
    "/accounts/{account_id}/users/{user_id}/groups",
    **routes.describe(documents.resource("groups"), "list"),
    operation_id="list_user_groups",
    summary="The groups that a user is in",
)
async def groups(request: Request, account_id: str, user_id: str, ctx: Context = permit("groups", "read")) -> Response:
    """Return the groups that ring the user: named themselves, or by one of their devices."""
    async with ctx.tx() as s:
        user = await documents.load(s, "users", user_id)
        members = [user.id, *(device.id for device in await documents.find(s, "devices", owner_id=user.id))]
    kind = documents.resource("groups")
    ring = kind.table.c.doc["endpoints"].op("?|")(bindparam("members", members, type_=ARRAY(Text)))
    return await routes.list_documents(ctx, kind, clauses=(ring,))


router.include_router(password.router)
router.include_router(card.router)
router.include_router(routes.crossbar(RESOURCE))
