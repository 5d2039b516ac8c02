"""`/accounts`: create, read, change, delete; the tree; reseller; move; API key."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict
from sqlalchemy import text

from qvoice.core.access.tree import is_at_or_below
from qvoice.db import Scope
from qvoice.db.engine import enter
from qvoice.features import documents
from qvoice.features.accounts import restoring, store
from qvoice.features.accounts.closing import end_calls_later
from qvoice.features.accounts.queries import descendants, resellers_among
from qvoice.features.accounts.resource import RESOURCE, TABLE
from qvoice.features.accounts.schemas import AccountDocument
from qvoice.features.apps.catalogue import known_apps
from qvoice.features.auth.permit import Context, permit
from qvoice.features.documents import routes
from qvoice.features.documents.openapi import describe_model
from qvoice.features.documents.resource import Document
from qvoice.features.invitations.invite import invite
from qvoice.features.services import assign, moving
from qvoice.kit import ids
from qvoice.kit.errors import Conflict, Forbidden, Invalid

router = APIRouter(tags=["accounts"])


class NumbersLeave(Conflict):
    """Numbers of this account are about to leave for another carrier: complete or cancel their port-outs first."""

    code = "numbers_leave"


class NewAccount(AccountDocument):
    """An account and what may come with it in the same transaction: `admin` (a user document), its administrator;
    `limits`; `hidden_apps`, the applications it does not get, by name or id; `service_plans`, {plan id: {category:
    {item: keys}}}, with special prices; `reseller`, which only the master may say.
    """

    admin: dict[str, Any] | None = None
    limits: dict[str, Any] | None = None
    hidden_apps: list[str] | None = None
    service_plans: dict[str, Any] | None = None
    reseller: bool = False


class Move(BaseModel):
    """Where to move an account. `ratedeck_id`: a deck of the new account above that it pays by; null: it pays none.
    `plans`: ids of its service plans; those of the old one, special prices and quantities by hand end with the move.
    """

    model_config = ConfigDict(extra="allow")
    to: str
    ratedeck_id: str | None = None
    plans: list[str] | None = None


@contextmanager
def under(part: str) -> Iterator[None]:
    """Name the fields of a refused part by their place in the whole document: `admin.email`."""
    try:
        yield
    except Invalid as problem:
        raise Invalid({f"{part}.{name}": rules for name, rules in problem.fields.items()}) from problem


async def _create(ctx: Context) -> Response:
    data = dict(ctx.data)
    admin, limits, hidden = data.pop("admin", None), data.pop("limits", None), data.pop("hidden_apps", None)
    plans = data.pop("service_plans", None)
    reseller = data.pop("reseller", False)
    if reseller and not ctx.who.actor.is_master:
        raise Forbidden("only the master account makes resellers")
    for name, given in (("admin", admin), ("limits", limits), ("service_plans", plans)):
        if given is not None and not isinstance(given, dict):
            raise Invalid.field(name, "type", f"{name} must be an object")
    parent = (
        ctx.scope
        if ctx.account
        else Scope(ctx.who.account_id, ".".join(ctx.who.actor.path), ctx.who.owner_id, ctx.who.account_id)
    )
    extra: dict[str, Any] = {}
    async with ctx.tx(parent) as s:
        account, _scope = await store.create_account(s, ctx.key, data)
        if reseller:
            account = await store.set_reseller(s, account.id, True)
        if plans:
            with under("service_plans"):
                await assign.assign(s, add=list(plans), special={id: own for id, own in plans.items() if own})
        if limits is not None:
            with under("limits"):
                await documents.create(s, "limits", limits, id=account.id)
        if hidden is not None:
            with under("hidden_apps"):
                await documents.create(s, "apps_store", {"blacklist": known_apps(hidden)}, id=account.id)
        if admin is not None:
            user = {"first_name": "Account", "last_name": "Administrator", **admin, "priv_level": "admin"}
            generated = None
            if not user.get("password"):
                generated = ids.new_password(16)
                user |= {"password": generated, "require_password_update": True}
            if not user.get("username"):
                user["username"] = user.get("email") or "admin"
            with under("admin"):
                created = await documents.create(s, "users", {**user, "send_email_on_creation": False})
            extra["admin"] = {"id": created.id, "username": created.doc["username"]}
            if generated and created.doc.get("email"):
                # Nobody learns the password, not even who creates the account: the administrator gets a link (A4).
                made, _ = await invite(s, ctx.key, [created], kind="new_account")
                extra["admin"] |= {"invitation": made[0], "email": created.doc["email"]}
            elif generated:
                # Shown this once: nobody can read it again.
                extra["admin"]["password"] = generated
        shown = await routes.shown(s, RESOURCE, account, ctx.principal)
    return ctx.reply({**shown, **extra}, status=201, revision=account.revision)


@router.put(
    "/accounts", **describe_model(body=NewAccount, answer=AccountDocument, status=201),
    operation_id="create_account", summary="Create an account below one's own",
)  # fmt: skip
async def create_account(request: Request, ctx: Context = permit("accounts", "create")) -> Response:
    """Create a child of the token's account."""
    return await _create(ctx)


@router.put(
    "/accounts/{account_id}", **describe_model(body=NewAccount, answer=AccountDocument, status=201),
    operation_id="create_child_account", summary="Create an account below this one",
)  # fmt: skip
async def create_child(request: Request, account_id: str, ctx: Context = permit("accounts", "create")) -> Response:
    """Create a child of the URL's account."""
    return await _create(ctx)


@router.get(
    "/accounts/{account_id}",
    **describe_model(answer=AccountDocument),
    operation_id="get_account",
    summary="Read an account",
)
async def read(request: Request, account_id: str, ctx: Context = permit("accounts", "read", own=True)) -> Response:
    """Return the account. A plain user sees what its phone and portal need: name, realm, zone, language."""
    async with ctx.tx() as s:
        account = await store.load_account(s, account_id)
        shown = await routes.shown(s, RESOURCE, account, ctx.principal)
    shown["reseller_id"] = (ctx.account and ctx.account.reseller_id) or account_id
    shown["_read_only"]["reseller_id"] = shown["reseller_id"]
    return ctx.reply(shown, revision=account.revision)


async def _write(ctx: Context) -> Response:
    response = await routes.write_document(ctx, RESOURCE, ctx.account_id)
    return response


@router.post(
    "/accounts/{account_id}", **describe_model(body=AccountDocument, answer=AccountDocument),
    operation_id="replace_account", summary="Replace an account's document",
)  # fmt: skip
async def replace(request: Request, account_id: str, ctx: Context = permit("accounts", "update")) -> Response:
    """Replace the document; realm, zone and language stay when left out."""
    return await _write(ctx)


@router.patch(
    "/accounts/{account_id}", **describe_model(answer=AccountDocument), operation_id="patch_account",
    summary="Change keys of an account",
)  # fmt: skip
async def patch(request: Request, account_id: str, ctx: Context = permit("accounts", "update")) -> Response:
    """Merge into the document."""
    return await _write(ctx)


@router.delete("/accounts/{account_id}", operation_id="delete_account", summary="Delete an account without descendants")
async def delete(request: Request, account_id: str, ctx: Context = permit("accounts", "delete")) -> Response:
    """Delete softly: logins, devices and realm end at once; its numbers go back to the account above,
    running calls end (calls for help go on), its last invoice is sent. It can be restored (`deleted`).
    """
    account = ctx.account
    if account is None or account.parent_id is None:
        raise Forbidden("the master account cannot be deleted")
    above = Scope(account.parent_id, account.path.rpartition(".")[0], ctx.who.owner_id, ctx.who.account_id)
    async with ctx.tx() as s:
        await moving.close(s)
        gone = await documents.remove(s, "accounts", account_id, revision=routes.given_revision(ctx))
        if await s.scalar(text("select exists (select from port_outs where state = 'accepted')")):
            raise NumbersLeave
        await enter(s, above)
        await s.execute(
            text(
                "update phone_numbers set account_id = cast(:above as uuid), used_by = null, used_by_id = null,"
                " state = 'available', revision = revision + 1, modified = now() where account_id = cast(:gone as uuid)"
            ),
            {"above": account.parent_id, "gone": account_id},
        )
        await enter(s, ctx.scope)
        await end_calls_later(s, account_id, account.path)
    shown = {**gone.doc, "id": gone.id, "_read_only": routes.read_only(gone)}
    return ctx.reply(shown, revision=gone.revision)


async def _rows(ctx: Context, *clauses: Any) -> Response:
    async def standing(s: Any, found: list[Document], rows: list[dict[str, Any]]) -> None:
        ids = [document.id for document in found]
        counts, resellers = await descendants(s, ids), await resellers_among(s, ids)
        for row, document in zip(rows, found, strict=True):
            row["descendants_count"] = counts.get(row["id"], 0)
            row["is_reseller"] = row["id"] in resellers
            row["enabled"] = document.doc.get("enabled", True)

    return await routes.list_documents(ctx, RESOURCE, clauses=clauses, decorate=standing)


@router.get(
    "/accounts/{account_id}/children", **routes.describe(RESOURCE, "list"), operation_id="list_children",
    summary="Accounts directly below",
)  # fmt: skip
async def children(request: Request, account_id: str, ctx: Context = permit("accounts", "read")) -> Response:
    """List the accounts directly below."""
    return await _rows(ctx, TABLE.c.parent_id == account_id)


@router.get(
    "/accounts/{account_id}/descendants", **routes.describe(RESOURCE, "list"), operation_id="list_descendants",
    summary="All accounts below",
)  # fmt: skip
async def list_descendants(request: Request, account_id: str, ctx: Context = permit("accounts", "read")) -> Response:
    """List all accounts below."""
    return await _rows(ctx, TABLE.c.id != account_id)


@router.get("/accounts/{account_id}/siblings", operation_id="list_siblings", summary="Accounts beside this one")
async def siblings(request: Request, account_id: str, ctx: Context = permit("accounts", "read")) -> Response:
    """List the accounts beside this one, as far as the asker stands above them (never sideways: A5)."""
    account = ctx.account
    if account is None or account.parent_id is None or not is_at_or_below(account.steps[:-1], ctx.who.actor.path):
        return ctx.reply([], page_size=0)
    above = Scope(account.parent_id, account.path.rpartition(".")[0])
    async with ctx.tx(above) as s:
        found = await documents.find(s, "accounts", parent_id=account.parent_id)
    rows = [RESOURCE.summary(other.whole) for other in found if other.id != account_id]
    return ctx.reply(rows, page_size=len(rows))


async def _ancestors(ctx: Context) -> list[dict[str, Any]]:
    top = ctx.who.actor.path
    async with ctx.tx(Scope(top[-1], ".".join(top))) as s:
        steps = (ctx.account.steps if ctx.account else ())[len(top) - 1 : -1]
        found = (
            {account.id: account for account in await documents.find(s, "accounts", id=list(steps))} if steps else {}
        )
    return [{"id": step, "name": found[step].doc["name"]} for step in steps if step in found]


@router.get("/accounts/{account_id}/tree", operation_id="get_account_tree", summary="The way down to this account")
async def tree(request: Request, account_id: str, ctx: Context = permit("accounts", "read")) -> Response:
    """Return the accounts above, root first, from the asker's own account down (never above it)."""
    return ctx.reply(await _ancestors(ctx))


@router.get("/accounts/{account_id}/parents", operation_id="list_parents", summary="The accounts above")
async def parents(request: Request, account_id: str, ctx: Context = permit("accounts", "read")) -> Response:
    """As `tree`, nearest first."""
    return ctx.reply(list(reversed(await _ancestors(ctx))))


@router.post(
    "/accounts/{account_id}/move", **describe_model(body=Move, answer=AccountDocument), operation_id="move_account",
    summary="Move an account with all below it (master)",
)  # fmt: skip
async def move(request: Request, account_id: str, ctx: Context = permit("accounts", "move")) -> Response:
    """Move the account under `to`. 402 with the invoices when that costs it, or those above it, something."""
    if not ctx.who.actor.is_master:
        raise Forbidden("only the master account moves accounts")
    to = ctx.data.get("to")
    if not isinstance(to, str) or not ids.is_id(to):
        raise Invalid.field("to", "required", "say the id of the account to move it under")
    deck = ctx.data.get("ratedeck_id", "")
    if deck is not None and not (deck == "" or (isinstance(deck, str) and ids.is_id(deck))):
        raise Invalid.field("ratedeck_id", "type", "ratedeck_id is the id of a rate deck, or null")
    plans = ctx.data.get("plans")
    if plans is not None:
        plans = assign.plan_ids(plans)
    master = Scope(ctx.who.account_id, ctx.who.account_id, ctx.who.owner_id, ctx.who.account_id)
    async with ctx.tx(master) as s:
        account = await store.move_account(s, account_id, to, deck=deck, plans=plans)
        shown = await routes.shown(s, RESOURCE, account, ctx.principal)
    return ctx.reply(shown, revision=account.revision)


async def _reseller(ctx: Context, value: bool) -> Response:
    async with ctx.tx() as s:
        account = await store.set_reseller(s, ctx.account_id, value)
        shown = await routes.shown(s, RESOURCE, account, ctx.principal)
    return ctx.reply(shown, status=201 if value else 200, revision=account.revision)


@router.put(
    "/accounts/{account_id}/reseller",
    operation_id="promote_account",
    summary="Make a reseller (master)",
    status_code=201,
)
async def promote(request: Request, account_id: str, ctx: Context = permit("accounts", "promote")) -> Response:
    """Promote to reseller; only the master may (A5)."""
    return await _reseller(ctx, True)


@router.delete(
    "/accounts/{account_id}/reseller", operation_id="demote_account", summary="No longer a reseller (master)"
)
async def demote(request: Request, account_id: str, ctx: Context = permit("accounts", "demote")) -> Response:
    """Take the reseller flag back; only the master may."""
    return await _reseller(ctx, False)


@router.get("/accounts/{account_id}/api_key", operation_id="get_api_key", summary="The account's API key")
async def get_api_key(request: Request, account_id: str, ctx: Context = permit("api_key", "manage")) -> Response:
    """Return the API key; total administrators only (it acts as one)."""
    async with ctx.tx() as s:
        key = await store.api_key(s, ctx.key, account_id)
    return ctx.reply({"api_key": key})


@router.put(
    "/accounts/{account_id}/api_key", operation_id="rotate_api_key", summary="Make a new API key", status_code=201
)
async def put_api_key(request: Request, account_id: str, ctx: Context = permit("api_key", "manage")) -> Response:
    """Replace the API key; the old one and all tokens of the account end."""
    async with ctx.tx() as s:
        key = await store.rotate_api_key(s, ctx.key, account_id)
    return ctx.reply({"api_key": key}, status=201)


router.include_router(restoring.router)
