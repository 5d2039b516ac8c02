"""Mails about an account's money: a top-up, a low balance."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.features import documents
from qvoice.features.ledgers.said import translated
from qvoice.features.mail.queue_mail import queue_mail
from qvoice.features.mail.recipients import for_money
from qvoice.kit import money


async def tell_top_up(s: AsyncSession, amount: Decimal, currency: str, *, approved: bool, reason: str) -> None:
    """Mail how a top-up ended; in the transaction that books it, so once, whoever finishes it."""
    await tell(
        s,
        "topup",
        lambda language: {
            "amount": money.words(amount, currency, language),
            "status": "approved" if approved else "declined",
            "reason": "" if approved else translated(reason, language),
        },
    )


async def tell(s: AsyncSession, kind: str, facts: Callable[[str], dict[str, Any]]) -> None:
    """Mail the session's account's people for money: the addresses it names for that, else its administrators.

    `facts`: the mail's words in a language.
    """
    account = await documents.load(s, "accounts", s.info["scope"].account_id)
    to = await for_money(s, account.doc, "low_balance")
    language = str(account.doc.get("language") or "en")
    await queue_mail(
        s, kind=kind, to=to, language=language,
        facts={**facts(language), "account": str(account.doc.get("name") or "")},
    )  # fmt: skip
