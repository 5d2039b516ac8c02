"""Whom an account wants told of its money: the addresses it names for a kind of mail, else its administrators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.features import documents


def _notice(account: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    notices = account.get("notifications")
    own = notices.get(kind) if isinstance(notices, Mapping) else None
    return own if isinstance(own, Mapping) else {}


def wants(account: Mapping[str, Any], kind: str) -> bool:
    """Whether the account has not switched these mails off (`notifications.<kind>.enabled`)."""
    return _notice(account, kind).get("enabled") is not False


async def for_money(s: AsyncSession, account: Mapping[str, Any], kind: str) -> list[str]:
    """Return the addresses of `notifications.<kind>.to.email_addresses`, else those of the administrators."""
    named = _notice(account, kind).get("to")
    addresses = named.get("email_addresses") if isinstance(named, Mapping) else named
    to = [address for address in addresses if isinstance(address, str)] if isinstance(addresses, list) else []
    if to:
        return to
    people = await documents.find(s, "users", priv_level="admin")
    return [str(user.doc["email"]) for user in people if user.doc.get("email")]
