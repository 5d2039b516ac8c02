"""The lock of a number: while it is on, no other carrier gets the number, whatever it knows of the account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.features import documents
from qvoice.features.auth.permit import Principal
from qvoice.features.mail.queue_mail import queue_mail
from qvoice.features.mail.recipients import for_money
from qvoice.features.numbers import table
from qvoice.kit.errors import Forbidden, Invalid


def asked(data: Mapping[str, Any]) -> bool | None:
    """Return what a document says of the lock, None when nothing; raises Invalid."""
    wanted = data.get("port_out_lock")
    if wanted is not None and not isinstance(wanted, bool):
        raise Invalid.field("port_out_lock", "type", "port_out_lock must be true or false")
    return wanted


async def turn(s: AsyncSession, row: Any, *, locked: bool, who: Principal) -> None:
    """Turn a number's lock. Off is the word of an administrator only (no key with scopes), and mailed to the account's
    administrators: whoever did not do it himself still has the time to turn it on again. Raises Forbidden.
    """
    if not locked and not who.is_admin:
        raise Forbidden("only an administrator of the account, or of one above, may take off the lock")
    await table.change(s, row.number, action="locked" if locked else "unlocked", port_out_locked=locked)
    if locked:
        return
    account = await documents.load(s, "accounts", row.account_id)
    to = await for_money(s, account.doc, "port_out")
    facts = {"account": str(account.doc.get("name") or ""), "number": row.number}
    await queue_mail(s, kind="number_unlocked", to=to, language=str(account.doc.get("language") or "en"), facts=facts)
