"""What a client learns at login about who and where it is (kazoo.md 2.3, C2)."""

from __future__ import annotations

from typing import Any

from qvoice.db import Database, Scope
from qvoice.features.auth.directory import AccountInfo
from qvoice.features.documents import get

CLUSTER_ID = "qvoice"

CAPABILITIES: dict[str, Any] = {
    "caller_id": {"external_numbers": {"available": False}},
    "voicemail": {"transcription": {"available": False, "default": False}},
}
"""What the platform can do beyond the dialect's core. Each key must be there even when it is not available: clients
read `available` and `default` without looking first, and their mailbox and user forms stay empty otherwise.
"""


async def session_data(db: Database, account: AccountInfo, owner_id: str | None, *, method: str) -> dict[str, Any]:
    """Return the `data` of a login answer."""
    from qvoice.features.apps.catalogue import rows  # imported late: apps' routes build on auth

    is_master = account.parent_id is None
    data: dict[str, Any] = {
        "account_id": account.id,
        "account_name": account.name,
        "account_realm": account.realm,
        "owner_id": owner_id,
        "method": method,
        "is_reseller": account.is_reseller or is_master,
        "is_master_account": is_master,
        "reseller_id": account.reseller_id or account.id,
        "language": account.language,
        "timezone": account.timezone,
        "cluster_id": CLUSTER_ID,
        "capabilities": CAPABILITIES,
        "apps": [{**row, "default": row["name"] == "voip"} for row in rows(account.language)],
    }
    if owner_id is None:
        return data
    async with db.tx(Scope(account.id, account.path)) as s:
        user = await get(s, "users", owner_id)
    if user is not None:
        data["language"] = user.doc.get("language") or account.language
        data["timezone"] = user.doc.get("timezone") or account.timezone
        data["priv_level"] = user.doc.get("priv_level", "user")
        data["first_name"], data["last_name"] = user.doc.get("first_name"), user.doc.get("last_name")
        data["require_password_update"] = user.doc.get("require_password_update", False)
    return data
