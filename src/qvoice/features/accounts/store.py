"""Creating accounts and moving them in the tree, and their secrets."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.db import Scope
from qvoice.db.engine import enter
from qvoice.db.notices import notify_document
from qvoice.features import documents
from qvoice.features.accounts.resource import TABLE, TREE_LOCK, AboveChanged
from qvoice.features.auth.tokens import TokenKey, api_key_hash
from qvoice.features.callflows.defaults import create_feature_codes, create_no_match
from qvoice.features.documents import Document
from qvoice.features.ratedecks.bind import bind, pays_by, unbind
from qvoice.features.services import moving
from qvoice.kit.errors import Invalid


async def load_account(s: AsyncSession, account_id: str) -> Document:
    """Return an account that is in the session's part of the tree; raises DocumentNotFound."""
    return await documents.load(s, "accounts", account_id)


async def create_account(
    s: AsyncSession, key: TokenKey, doc: Mapping[str, Any], *, id: str | None = None
) -> tuple[Document, Scope]:
    """Create an account below the session's account and go on in it: the session's scope is the new account's
    afterwards.

    It starts with a `no_match` callflow to the trunks above it, and the feature codes.

    Returns the account and its scope. Raises Invalid.
    """
    parent: Scope = s.info["scope"]
    account = await documents.create(s, "accounts", doc, id=id)
    path = f"{parent.path}.{account.id}" if parent.path else account.id
    scope = Scope(account.id, path, parent.actor_id, parent.actor_account_id)
    await enter(s, scope)
    nonce = secrets.token_hex(16)
    await s.execute(
        text(
            "insert into account_secrets (account_id, api_key_nonce, api_key_hash, identity)"
            " values (cast(:id as uuid), :nonce, :hash, :identity)"
        ),
        {
            "id": account.id,
            "nonce": nonce,
            "hash": api_key_hash(key.api_key(account.id, nonce)),
            "identity": secrets.token_hex(16),
        },
    )
    await create_no_match(s)
    await create_feature_codes(s)
    return account, scope


async def api_key(s: AsyncSession, key: TokenKey, account_id: str) -> str:
    """Return an account's API key."""
    nonce = (
        await s.execute(
            text("select api_key_nonce from account_secrets where account_id = cast(:id as uuid)"), {"id": account_id}
        )
    ).scalar_one()
    return key.api_key(account_id, nonce)


async def rotate_api_key(s: AsyncSession, key: TokenKey, account_id: str) -> str:
    """Give an account a new API key; the old key and every token of the account die with it."""
    nonce = secrets.token_hex(16)
    fresh = key.api_key(account_id, nonce)
    await s.execute(
        text(
            "update account_secrets set api_key_nonce = :nonce, api_key_hash = :hash, identity = :identity"
            " where account_id = cast(:id as uuid)"
        ),
        {"id": account_id, "nonce": nonce, "hash": api_key_hash(fresh), "identity": secrets.token_hex(16)},
    )
    s.info.setdefault("touched", set()).add("accounts")
    await notify_document(s, account_id=account_id, type="tokens", id=account_id, action="edited", revision=0)
    return fresh


async def set_reseller(s: AsyncSession, account_id: str, is_reseller: bool) -> Document:
    """Promote an account to reseller or take that back."""
    await s.execute(
        update(TABLE)
        .where(TABLE.c.id == account_id)
        .values(is_reseller=is_reseller, revision=TABLE.c.revision + 1, modified=func.now())
    )
    account = await load_account(s, account_id)
    await tell_change(s, account)
    return account


async def move_account(
    s: AsyncSession, account_id: str, to: str, *, deck: str | None = "", plans: Sequence[str] | None = None
) -> Document:
    """Move an account with everything below it under the account `to`. Run it in a scope that covers both (the
    master's).

    `deck`: the rate deck of the new account above that it pays by from now on; '' for that one's default, None: it may
    call without paying. `plans`: that one's service plans that it has from now on. Decks and plans of the old one count
    no more. Raises Invalid for a move below itself, and for one that would make calls or services free unasked.
    """
    # Moves are rare; one at a time keeps two of them from making a circle together, and no account comes into the tree
    # meanwhile at a place that was.
    await s.execute(select(func.pg_advisory_xact_lock(TREE_LOCK)))
    account, target = await load_account(s, account_id), await load_account(s, to)
    # Not as strong a lock as a deletion's: what is written below meanwhile refers to these rows.
    query = select(TABLE.c.id, func.ltree2text(TABLE.c.path).label("path")).where(
        TABLE.c.id.in_([account.id, target.id]), TABLE.c.deleted.is_(None)
    )
    paths = {row.id: row.path for row in await s.execute(query.with_for_update(key_share=True))}
    if len(paths) < len({account.id, target.id}):
        raise AboveChanged
    pays = await pays_by(s, account.id)
    old, new_parent = paths[account.id], paths[target.id]
    if new_parent == old or new_parent.startswith(old + "."):
        raise Invalid.field(
            "to", "invalid", "an account cannot be moved below itself: choose an account outside its tree"
        )
    scope: Scope = s.info["scope"]
    provider = old.split(".")[-2] if "." in old else ""
    leaves = provider != target.id
    if leaves:
        here = Scope(account.id, old, scope.actor_id, scope.actor_account_id)
        await moving.leave(s, here, provider, target.id, plans)
    await s.execute(
        text(
            "update accounts set path = case when path = text2ltree(:old) then text2ltree(:fresh)"
            " else text2ltree(:fresh) || subpath(path, nlevel(text2ltree(:old))) end,"
            " parent_id = case when id = cast(:id as uuid) then cast(:parent as uuid) else parent_id end,"
            " revision = revision + 1, modified = now() where path <@ text2ltree(:old)"
        ),
        {"old": old, "fresh": f"{new_parent}.{account.id}", "id": account.id, "parent": target.id},
    )
    moved = await s.execute(
        text("select replace(id::text, '-', '') from accounts where path <@ text2ltree(:path) and deleted is null"),
        {"path": f"{new_parent}.{account.id}"},
    )
    for moved_id in moved.scalars().all():
        await tell_change(s, await load_account(s, moved_id))
    await enter(s, Scope(account.id, f"{new_parent}.{account.id}", scope.actor_id, scope.actor_account_id))
    await unbind(s)
    if leaves:
        await moving.arrive(s, plans)  # a plan may name a deck
    if deck:
        await bind(s, deck)
    if pays and deck == "" and await pays_by(s, account.id) is None:
        raise Invalid.field(
            "ratedeck_id",
            "required",
            "the account pays for its calls now and would not there: give the id of a rate deck of the new account"
            " above, make one its default, or null if it shall call without paying",
        )
    await enter(s, scope)
    return await load_account(s, account_id)


async def tell_change(s: AsyncSession, account: Document) -> None:
    """Tell every process that an account changed otherwise than as a document."""
    s.info.setdefault("touched", set()).add("accounts")
    await notify_document(
        s, account_id=account.id, type="accounts", id=account.id, action="edited", revision=account.revision
    )
