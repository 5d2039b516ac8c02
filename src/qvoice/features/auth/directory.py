"""Who a token belongs to and where an account stands in the tree, remembered for a short while.

The memory is dropped by NOTIFY (another process changed something) and at once after this process's own writes. While
no
notices come (connection lost) nothing is remembered.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from qvoice.core.access.addresses import ALLOW_FIRST, AddressList, networks
from qvoice.core.access.tree import Path, from_ltree
from qvoice.db import Database

_LIFETIME_S = 30.0
_MAX_ENTRIES = 20_000
TOUCHING = frozenset({"accounts", "users", "tokens", "locks"})
"""Types of documents whose change drops the memory."""


@dataclass(frozen=True, slots=True)
class AccountInfo:
    """An account as call set-up and requests need it. `enabled`: it and everything above it is."""

    id: str
    path: str
    parent_id: str | None
    name: str
    realm: str
    enabled: bool
    is_reseller: bool
    reseller_id: str | None
    timezone: str
    language: str
    country: str

    @property
    def steps(self) -> Path:
        """The path as account ids, master first."""
        return from_ltree(self.path)


@dataclass(frozen=True, slots=True)
class Holder:
    """The account and user behind a token, as they are now."""

    path: str
    account_enabled: bool
    is_reseller: bool
    account_identity: str
    user_id: str | None
    user_identity: str | None
    user_enabled: bool | None
    priv_level: str | None
    admin_type: str | None
    revoked: bool


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """An API key with scopes, as it is now."""

    id: str
    account_id: str
    scopes: frozenset[tuple[str, str]]
    sources: AddressList
    enabled: bool
    expires: datetime | None


def address_list(doc: dict[str, Any] | None) -> AddressList:
    """Return the list of an access list's document; without one everybody may come."""
    if not doc:
        return AddressList()
    return AddressList(doc.get("order", ALLOW_FIRST), networks(doc.get("cidrs") or []))


class Directory:
    """Answers `account` and `holder` from memory or by definer functions."""

    def __init__(self, db: Database) -> None:
        """`live` is set by whoever feeds notices (api/notices.py)."""
        self._db = db
        self._memory: OrderedDict[tuple[str, ...], tuple[float, Any]] = OrderedDict()
        self.live = False

    def forget(self) -> None:
        """Drop everything remembered."""
        self._memory.clear()

    async def account(self, account_id: str) -> AccountInfo | None:
        """Return an account of the platform, whoever asks; None when there is none. Decide access before showing any
        of it.
        """
        return await self._remembered(("account", account_id), self._read_account, account_id)

    async def holder(self, account_id: str, owner_id: str | None, token_id: str) -> Holder | None:
        """Return who a token belongs to; None when the account is gone."""
        return await self._remembered(
            ("holder", account_id, owner_id or "", token_id), self._read_holder, account_id, owner_id, token_id
        )

    async def access_list(self, account_id: str) -> AddressList:
        """Return from where people may log in to an account."""
        return await self._remembered(("access_list", account_id), self._read_access_list, account_id)

    async def api_key(self, *, key_hash: str = "", key_id: str | None = None) -> KeyHolder | None:
        """Return an API key with scopes by its hash or id; None when there is none (any more)."""
        return await self._remembered(("api_key", key_hash, key_id or ""), self._read_api_key, key_hash, key_id)

    async def _read_access_list(self, account_id: str) -> AddressList:
        rows = await self._db.fetch("select login_access_list(cast(:id as uuid)) as doc", {"id": account_id})
        return address_list(rows[0].doc if rows else None)

    async def _read_api_key(self, key_hash: str, key_id: str | None) -> KeyHolder | None:
        rows = await self._db.fetch(
            "select * from api_key_holder(:hash, cast(:id as uuid))", {"hash": key_hash, "id": key_id}
        )
        if not rows:
            return None
        row = rows[0]
        scopes = frozenset((one.partition(":")[0], one.partition(":")[2]) for one in row.scopes)
        sources = AddressList(ALLOW_FIRST, networks(row.cidrs))
        return KeyHolder(row.id.hex, row.account_id.hex, scopes, sources, row.enabled, row.expires)

    async def _remembered(self, key: tuple[str, ...], read: Any, *arguments: Any) -> Any:
        if self.live:
            kept = self._memory.get(key)
            if kept is not None and kept[0] > time.monotonic():
                return kept[1]
        value = await read(*arguments)
        if self.live and value is not None:
            self._memory[key] = (time.monotonic() + _LIFETIME_S, value)
            while len(self._memory) > _MAX_ENTRIES:
                self._memory.popitem(last=False)
        return value

    async def _read_account(self, account_id: str) -> AccountInfo | None:
        rows = await self._db.fetch("select * from account_scope(cast(:id as uuid))", {"id": account_id})
        if not rows:
            return None
        row = rows[0]
        return AccountInfo(
            id=row.id.hex,
            path=row.path,
            parent_id=row.parent_id.hex if row.parent_id else None,
            name=row.name,
            realm=row.realm,
            enabled=row.enabled,
            is_reseller=row.is_reseller,
            reseller_id=row.reseller_id.hex if row.reseller_id else None,
            timezone=row.timezone,
            language=row.language,
            country=row.country,
        )

    async def _read_holder(self, account_id: str, owner_id: str | None, token_id: str) -> Holder | None:
        rows = await self._db.fetch(
            "select * from token_holder(cast(:account as uuid), cast(:owner as uuid), :token)",
            {"account": account_id, "owner": owner_id, "token": token_id},
        )
        if not rows:
            return None
        row = rows[0]
        return Holder(
            path=row.path,
            account_enabled=row.account_enabled,
            is_reseller=row.is_reseller,
            account_identity=row.account_identity,
            user_id=row.user_id.hex if row.user_id else None,
            user_identity=row.user_identity,
            user_enabled=row.user_enabled,
            priv_level=row.priv_level,
            admin_type=row.admin_type,
            revoked=row.revoked,
        )
