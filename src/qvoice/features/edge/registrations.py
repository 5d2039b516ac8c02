"""Who is registered in the transaction's account (read from Kamailio's location table through a definer function)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.kit.clock import GREGORIAN_OFFSET

_ADDRESS = re.compile(r"sips?:(?:[^@;>]*@)?(\[[0-9A-Fa-f:.]+\]|[^:;>]+)(?::(\d+))?")


@dataclass(frozen=True, slots=True)
class Registration:
    """One contact. Times in Unix seconds."""

    username: str
    realm: str
    device_id: str
    owner_id: str | None
    contact: str
    received: str | None
    user_agent: str
    expires: float
    call_id: str
    last_modified: float


async def registrations(s: AsyncSession, *, username: str | None = None) -> list[Registration]:
    """Return the account's registrations, one for each contact, sorted by user name."""
    rows = (await s.execute(text("select * from registrations()"))).all()
    return [
        Registration(
            row.username, row.realm, row.device_id.hex, row.owner_id.hex if row.owner_id else None, row.contact,
            row.received, row.user_agent, row.expires, row.call_id, row.last_modified,
        )
        for row in rows
        if username is None or row.username == username.lower()
    ]  # fmt: skip


async def registered_device_ids(s: AsyncSession) -> frozenset[str]:
    """Return the ids of devices that are registered now."""
    return frozenset(found.device_id for found in await registrations(s))


def shown(found: Registration, *, account_id: str, account_name: str) -> dict[str, Any]:
    """Return a registration as the dialect shows it (kazoo.md 2.4 registrations)."""
    source = _ADDRESS.match(found.received or found.contact)
    contact = _ADDRESS.match(found.contact)
    return {
        "username": found.username,
        "realm": found.realm,
        "authorizing_id": found.device_id,
        "authorizing_type": "device",
        "owner_id": found.owner_id,
        "contact": found.contact,
        "contact_ip": contact[1] if contact else "",
        "contact_port": int(contact[2] or 5060) if contact else 0,
        "original_contact": found.contact,
        "network_ip": source[1] if source else "",
        "network_port": int(source[2] or 5060) if source else 0,
        "user_agent": found.user_agent,
        "expires": int(found.expires - found.last_modified),
        "event_timestamp": int(found.last_modified) + GREGORIAN_OFFSET,
        "call_id": found.call_id,
        "from_user": found.username,
        "from_host": found.realm,
        "to_user": found.username,
        "to_host": found.realm,
        "account_id": account_id,
        "account_name": account_name,
        "account_realm": found.realm,
    }
