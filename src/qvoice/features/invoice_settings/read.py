"""What invoice settings become: the issuer on a paper, and the day by which it is to be paid."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

ISSUER = ("name", "address", "tax_numbers", "email", "phone", "website", "terms", "footer")
"""What a paper keeps of the settings as they were when it was written."""


def issuer(name: str, settings: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return who issues, for a paper's document; `name`: the account's, for who has set no legal name."""
    found = {key: settings[key] for key in ISSUER if settings.get(key)} if settings else {}
    return {"name": name, **found}


def due_on(day: date, settings: Mapping[str, Any] | None) -> str | None:
    """Return the day by which an invoice of `day` is to be paid, as YYYY-MM-DD; None when no terms are set."""
    days = (settings or {}).get("due_days")
    return (day + timedelta(days=days)).isoformat() if isinstance(days, int) else None


async def above(s: AsyncSession) -> tuple[str, dict[str, Any] | None]:
    """Return the name and the settings of the account that sends the session's account invoices."""
    row = (await s.execute(sql("select * from invoice_settings_above()"))).first()
    return (row.name, row.settings) if row else ("", None)
