"""SIP credentials: made up, unique in their realm, and as the HA1 that the edge checks digests with (RFC 2617/7616,
MD5).
"""

from __future__ import annotations

import hashlib
import secrets

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.kit import ids


def ha1(username: str, realm: str, password: str) -> str:
    """Return md5 of `username:realm:password`."""
    return hashlib.md5(f"{username}:{realm}:{password}".encode(), usedforsecurity=False).hexdigest()


def new_username() -> str:
    """Return a random SIP user name that no scanner's word list has."""
    return "user_" + secrets.token_hex(5)


def new_password() -> str:
    """Return a random SIP password of 20 characters."""
    return ids.new_password(20)


async def adopt_realm(s: AsyncSession, realm: str) -> None:
    """Give all devices of the session's account the account's new realm: the HA1 contains it. Phones must be set
    anew.
    """
    from qvoice.features.devices.resource import RESOURCE

    table = RESOURCE.table
    rows = await s.execute(
        select(table.c.id, table.c.doc).where(
            table.c.deleted.is_(None), table.c.account_id == s.info["scope"].account_id
        )
    )
    for row in rows.all():
        sip = {**row.doc.get("sip", {}), "realm": realm}
        values = {"realm": realm, "doc": {**row.doc, "sip": sip}, "revision": table.c.revision + 1}
        if sip.get("username") and sip.get("password"):
            values["ha1"] = ha1(sip["username"], realm, sip["password"])
        await s.execute(update(table).where(table.c.id == row.id).values(values))
