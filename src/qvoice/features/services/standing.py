"""Whether an account may use its services as it pays for them, and what stands in the way if not (kazoo.md 2.4)."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.core.limits.settings import Limits
from qvoice.features import documents
from qvoice.features.fraud import lock as locks
from qvoice.features.ledgers import queries
from qvoice.features.ratedecks.bind import pays_by
from qvoice.kit import money


async def standing(s: AsyncSession) -> dict[str, Any]:
    """Return the standing of the session's account: `in_good_standing`, `reason` (`good_standing`, `account_disabled`,
    `account_locked`, `no_funds`), a sentence, and the figures it was judged by. Calls are judged by the same.
    """
    account_id = s.info["scope"].account_id
    account = await documents.load(s, "accounts", account_id)
    lock, balance = await locks.current(s), await queries.balance(s)
    found = await documents.get(s, "limits", account_id)
    limits = Limits.of(found.doc if found else {})
    pays = await pays_by(s, account_id) is not None
    available = balance.amount - balance.held - (limits.floor or money.ZERO)
    reason, message = "good_standing", ""
    if account.doc.get("enabled", True) is False:
        reason, message = "account_disabled", "the account is switched off"
    elif lock["level"]:
        reason, message = "account_locked", f"{lock['meaning']}: {lock['reason']}"
    elif pays and limits.floor is None:
        reason, message = "no_funds", "the account is neither prepaid nor post-paid: no call that costs can be made"
    elif pays and available <= limits.reserve:
        reason, message = "no_funds", "the balance is used up: no call that costs can be made"
    return {
        "in_good_standing": reason == "good_standing",
        "reason": reason,
        "message": message,
        "lock": lock,
        "balance": money.number(balance.amount),
        "available": money.number(available),
    }
