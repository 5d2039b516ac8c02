"""The master account, made once by `up` (A1)."""

from __future__ import annotations

from dataclasses import dataclass

from qvoice.db import Database, Scope
from qvoice.features import documents
from qvoice.features.accounts.store import create_account
from qvoice.features.auth.tokens import TokenKey
from qvoice.kit import ids


@dataclass(frozen=True, slots=True)
class Master:
    """The master account; `created` tells whether this call made it (and `password` is its administrator's)."""

    account_id: str
    path: str
    created: bool


async def create_master(
    db: Database,
    key: TokenKey,
    *,
    password: str,
    username: str = "admin",
    name: str = "master",
    realm: str = "master.qvoice.invalid",
    timezone: str = "America/Toronto",
    language: str = "en-us",
    country: str = "CA",
) -> Master:
    """Create the master account with its administrator when there is none; otherwise change nothing. Safe to run
    twice at once.
    """
    account_id = ids.new_id()
    rows = await db.fetch("select master_account() as id")
    if rows[0].id is not None:
        return Master(rows[0].id.hex, rows[0].id.hex, created=False)
    # Its own id as path lets row level security accept the root; the unique index accounts_one_master refuses a
    # second one.
    async with db.tx(Scope(account_id, account_id)) as s:
        doc = {"name": name, "realm": realm, "timezone": timezone, "language": language, "country": country}
        s.info["scope"] = Scope("", "")
        account, _ = await create_account(s, key, {**doc, "enabled": True}, id=account_id)
        s.info["token_key"] = key
        await documents.create(
            s,
            "users",
            {
                "first_name": "System",
                "last_name": "Administrator",
                "username": username,
                "password": password,
                "priv_level": "admin",
            },
        )
    return Master(account.id, account.id, created=True)
