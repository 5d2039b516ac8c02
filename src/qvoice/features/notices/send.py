"""A notice for people → mails: users' addresses, languages and clocks are looked up now (features.mail sends them)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.features import documents
from qvoice.features.mail.queue_mail import queue_mail
from qvoice.kit import ids
from qvoice.kit.text import clean_line

KINDS = frozenset({"missed_call", "callflow_notice", "emergency", "account_locked"})
"""Templates there are."""


async def notify(
    session: AsyncSession, kind: str, to: Iterable[str], facts: Mapping[str, Any], *, now: datetime
) -> list[str]:
    """Write a mail for each recipient (an address, or the id of a user of this account); return the addresses. A user
    without an address gets none.
    """
    account = await documents.load(session, "accounts", session.info["scope"].account_id)
    sent: list[str] = []
    for one in dict.fromkeys(to):
        language, zone, address = account.doc.get("language"), account.doc.get("timezone"), one
        if ids.is_id(one):
            user = await documents.get(session, "users", one)
            if user is None:
                continue
            address = user.doc.get("email") or ""
            language, zone = user.doc.get("language") or language, user.doc.get("timezone") or zone
        if not address or address in sent:
            continue
        await queue_mail(
            session, kind=kind, to=[address], language=str(language or "en"), facts=_words(facts, _shown(now, zone))
        )
        sent.append(address)
    return sent


def _words(facts: Mapping[str, Any], when: str) -> dict[str, str]:
    """Return the facts as one line of text each; what callers say of themselves is untrusted."""
    number, name = (clean_line(str(facts.get(f"caller_id_{part}") or ""), 64) for part in ("number", "name"))
    caller = f"{name} ({number})" if name and number and name != number else number or name or "?"
    known = ("dialled", "comments", "name", "device", "shown", "location")
    return {**{key: clean_line(str(facts.get(key) or "–"), 1000) for key in known}, "caller": caller, "when": when}


def _shown(now: datetime, zone: Any) -> str:
    try:
        local = now.astimezone(ZoneInfo(zone if isinstance(zone, str) else "UTC"))
    except (ZoneInfoNotFoundError, ValueError):
        local = now
    return local.strftime("%Y-%m-%d %H:%M %Z")
