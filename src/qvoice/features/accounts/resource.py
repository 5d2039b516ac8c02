"""Accounts as documents: columns, the rules of their place in the tree, and what a change of realm entails."""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import Boolean, Column, Computed, Row, Text, cast, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import UserDefinedType

from qvoice.db.metadata import HexId
from qvoice.features.accounts.schemas import AccountDocument
from qvoice.features.auth.login import name_key
from qvoice.features.documents import Change, Document, Hooks, Resource, Taken
from qvoice.features.documents.resource import Doc
from qvoice.kit.errors import Conflict, Forbidden, Invalid


class LTree(UserDefinedType[str]):
    """PostgreSQL's ltree: labels joined by dots."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """Return the type's name."""
        return "ltree"

    def bind_expression(self, bindvalue):  # type: ignore[no-untyped-def]
        """Send text and cast it."""
        return func.text2ltree(cast(bindvalue, Text))

    def bind_processor(self, dialect):  # type: ignore[no-untyped-def]
        """Send the text as it is."""
        return None


READ_ONLY_KEYS = ("is_reseller", "reseller_id", "superduper_admin", "created", "billing_mode", "descendants_count")
"""Keys that GET adds to the document; whatever clients send under them is left out."""


TREE_LOCK = 713003
"""Advisory lock: shared by what adds accounts to the tree, taken alone by what moves a part of it."""


class AboveChanged(Conflict):
    """The account above was moved or deleted just now: look where it is, and try again."""

    code = "account_above_changed"


class AccountHasDescendants(Invalid):
    """The account has accounts below it: move or delete those first."""

    code = "account_has_descendants"


async def _before_write(change: Change) -> None:
    for key in READ_ONLY_KEYS:
        change.new.pop(key, None)
    _guard_number_additions(change)
    if change.old is None:
        # The hook runs in the parent's scope; bootstrap has none and gives the columns itself.
        parent = await _above(change) if change.scope.account_id else None
        inherited = (
            parent._mapping if parent else {"timezone": "UTC", "language": "en-us", "country": "CA", "realm": ""}
        )
        if not change.new.get("realm"):
            base = inherited["realm"] or "sip.invalid"
            change.new["realm"] = f"{secrets.token_hex(3)}.{base}"
        for key in ("timezone", "language", "country"):
            if not change.new.get(key):
                change.new[key] = inherited[key]
        change.columns["parent_id"] = parent and parent._mapping["id"]
        change.columns["path"] = f"{change.scope.path}.{change.id}" if parent else change.id
        return
    for key in ("realm", "timezone", "language", "country"):
        if not change.new.get(key):
            change.new[key] = change.old.get(key)
    actor = change.actor
    switched = change.old.get("enabled", True) != change.new.get("enabled", True)
    if actor is not None and switched and actor.account_id == change.id:
        raise Forbidden("an account cannot enable or disable itself: ask the account above")
    change.scratch["realm_changed"] = change.old.get("realm") != change.new["realm"]


async def _above(change: Change) -> Row[Any]:
    """Return the account that a new one comes below, which stays where it is until the new one is there: neither a
    deletion nor a move at the same moment leaves it without a place. Raises AboveChanged.
    """
    s = change.session
    await s.execute(select(func.pg_advisory_xact_lock_shared(TREE_LOCK)))
    query = select(TABLE, func.ltree2text(TABLE.c.path).label("place")).where(
        TABLE.c.id == change.scope.account_id, TABLE.c.deleted.is_(None)
    )
    found = (await s.execute(query.with_for_update(read=True))).first()
    if found is None or found.place != change.scope.path:
        raise AboveChanged
    return found


def _guard_number_additions(change: Change) -> None:
    """Leave `wnm_allow_additions` to the master account. A client sends back what it read, which says false when
    nothing is stored, so absent and false are the same, and leaving it out keeps it.
    """
    actor, key = change.actor, "wnm_allow_additions"
    if actor is None or actor.actor.is_master:
        return
    stored = bool((change.old or {}).get(key))
    if change.new.pop(key, stored) != stored:
        raise Forbidden(f"only the master account may change {key}")
    if stored:
        change.new[key] = True


async def _after_write(change: Change) -> None:
    if change.old is not None and change.old.get("enabled", True) and not change.new.get("enabled", True):
        from qvoice.features.accounts.closing import end_calls_later  # imported late: channels build on accounts

        await end_calls_later(change.session, change.id, change.scope.path)
    if change.scratch.get("realm_changed"):
        from qvoice.features.devices.credentials import adopt_realm  # imported late: devices build on accounts

        await adopt_realm(change.session, change.new["realm"])


async def _before_delete(change: Change) -> None:
    below = await change.session.execute(
        select(func.count()).where(TABLE.c.parent_id == change.id, TABLE.c.deleted.is_(None))
    )
    if below.scalar_one():
        raise AccountHasDescendants(
            {"account": {"descendants": {"message": "the account has accounts below it: move or delete those first"}}},
            "account_has_descendants",
        )


async def _after_delete(change: Change) -> None:
    # The realm is free for another account now, so its devices must not stand in that one's way.
    from qvoice.features.devices.resource import RESOURCE as DEVICES

    await change.session.execute(
        update(DEVICES.table).where(DEVICES.table.c.deleted.is_(None)).values(deleted=func.now(), modified=func.now())
    )


async def _present(s: AsyncSession, document: Document, shown: Doc, actor: object) -> Doc:
    row = (await s.execute(select(TABLE.c.is_reseller, TABLE.c.parent_id).where(TABLE.c.id == document.id))).first()
    is_master = row is not None and row.parent_id is None
    extras = {
        "is_reseller": bool(row and (row.is_reseller or is_master)),
        "superduper_admin": is_master,
        "wnm_allow_additions": is_master or bool(document.doc.get("wnm_allow_additions")),
        "billing_mode": "manual",
        "created": shown["_read_only"]["created"],
    }
    # A default of the dialect's schema: its web interface deletes keys in it without asking whether it is there.
    shown = {**shown, "caller_id": shown.get("caller_id") or {}}
    return {**shown, **extras, "_read_only": {**shown["_read_only"], **extras}}


RESOURCE = Resource(
    type="accounts",
    model=AccountDocument,
    summary=lambda whole: {
        "id": whole["id"],
        "name": whole["name"],
        "realm": whole["realm"],
        "flags": whole.get("flags", []),
    },
    columns={
        "name": lambda whole: whole["name"],
        "name_key": lambda whole: name_key(whole["name"]),
        "realm": lambda whole: whole["realm"],
        "enabled": lambda whole: whole.get("enabled", True),
        "timezone": lambda whole: whole["timezone"],
        "language": lambda whole: whole["language"],
        "country": lambda whole: whole.get("country") or "",
    },
    table_columns=(
        Column("account_id", HexId, Computed("id")),
        Column("parent_id", HexId),
        Column("path", LTree),
        Column("name", Text),
        Column("name_key", Text),
        Column("realm", Text),
        Column("enabled", Boolean),
        Column("is_reseller", Boolean),
        Column("timezone", Text),
        Column("language", Text),
        Column("country", Text),
    ),
    constraints={
        "accounts_realm": Taken("realm", "unique", "another account has this realm: choose another"),
    },
    hooks=Hooks(
        before_write=_before_write,
        after_write=_after_write,
        before_delete=_before_delete,
        after_delete=_after_delete,
        present=_present,
    ),
    own=None,
)
TABLE = RESOURCE.table
