"""What `services` and `service_plans/current` answer, put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.core.plans import plan, quote
from qvoice.features.services import assign, bundles, show
from qvoice.features.services.levels import Counts, Level, assigned, cascades, count, levels
from qvoice.features.services.standing import standing
from qvoice.features.services.watch import local_day
from qvoice.kit.clock import to_gregorian, utcnow

EDITABLE = {
    "users": ("_all", "user", "admin"),
    "user_features": ("_all", "conferencing", "faxing", "find_me_follow_me", "call_recording", "hotdesk"),
    "devices": ("_all", "sip_device", "softphone", "cellphone", "smartphone", "landline", "mobile", "sip_uri", "fax",
                "ata"),
    "limits": ("_all", "twoway_trunks", "inbound_trunks", "outbound_trunks", "burst_trunks"),
    "phone_numbers": ("_all", "did_us", "tollfree_us", "toll_us", "caribbean", "international", "unknown"),
    "number_services": ("_all", "e911", "outbound_cnam", "inbound_cnam", "failover", "prepend", "port", "sms", "mms"),
    "voicemails": ("_all", "mailbox"),
    "conferences": ("_all", "conference"),
    "faxboxes": ("_all", "faxbox"),
    "groups": ("_all", "group"),
    "menus": ("_all", "menu"),
    "directories": ("_all", "directory"),
    "media": ("_all", "file"),
    "trunks": ("_all", "local"),
    "accounts": ("_all", "account", "reseller"),
    "ledgers": ("per-minute-voip",),
}  # fmt: skip
"""What is counted, and so can be priced. `ledgers` marks up other charges of the month."""
FIELDS = (
    "rate", "rates", "flat_rate", "flat_rates", "minimum", "maximum", "step", "cascade", "activation_charge",
    "discounts", "prorate", "taxes", "as", "exceptions", "name", "markup_type",
)  # fmt: skip


def editable() -> dict[str, Any]:
    """Return `{category: {item: {field: {}}}}`: what an override may change."""
    return {
        category: {
            item: {
                field: {"maximum": {}, "rate": {}} if field == "discounts" else {}
                for field in FIELDS
                if item == "_all" or field not in ("exceptions",)
            }
            for item in items
        }
        for category, items in EDITABLE.items()
    }


async def own_level(s: AsyncSession) -> Level | None:
    """Return the session's account with its plan and quantities; None when it has no plan."""
    return next(iter(await levels(s, s.info["scope"].account_id, only=True)), None)


async def quantities(s: AsyncSession) -> Counts:
    """Return what the session's account uses, alone and with all accounts below it."""
    return await count(s, s.info["scope"].account_id, deep=True)


async def facts(s: AsyncSession) -> tuple[str, date]:
    """Return the currency and today's date where months are counted."""
    row = (await s.execute(sql("select ledger_currency() as currency, billing_zone() as zone"))).one()
    return row.currency, local_day(utcnow(), row.zone)


def next_month(today: date) -> int:
    """Return when the next month begins, in Gregorian seconds."""
    first = datetime(today.year + today.month // 12, today.month % 12 + 1, 1, tzinfo=UTC)
    return to_gregorian(first)


async def summary(s: AsyncSession) -> dict[str, Any]:
    """Return the next invoice: `services/summary`."""
    level, (currency, today) = await own_level(s), await facts(s)
    return {
        "invoices": [show.invoice(level, currency)] if level else [],
        "billing_cycle": {"next": next_month(today), "period": "monthly"},
        "currency": currency,
    }


async def quoted(s: AsyncSession, plan_ids: Sequence[str], wanted: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return what the account would pay with other plans, and if given with other quantities: `services/quote`."""
    known = await assign.offered(s)
    given = await assign.given(s)
    plans = {id: given.plans.get(id, {}) for id in plan_ids if id in known}
    merged = plan.merged(assigned(plans, known), given.overrides)
    scope = s.info["scope"]
    counts = await count(s, scope.account_id, deep=cascades(merged))
    if wanted:
        counts = Counts(*(plan.overlaid(found, wanted) for found in (counts.own, counts.cascade)))
    currency, today = await facts(s)
    above = scope.path.split(".")[-2] if "." in scope.path else scope.account_id
    level = Level(scope.account_id, above, tuple(scope.path.split(".")), "", merged, counts)
    lines = quote.quote(merged, counts.own, counts.cascade)
    return {
        "invoices": [show.invoice(level, currency, lines)] if plans else [],
        "billing_cycle": {"next": next_month(today), "period": "monthly"},
        "currency": currency,
    }


async def current(s: AsyncSession, *, reseller_id: str | None, is_reseller: bool) -> dict[str, Any]:
    """Return what an account has and pays: `services` and `service_plans/current`."""
    given, known = await assign.given(s), await assign.offered(s)
    level, (currency, today) = await own_level(s), await facts(s)
    counts = await quantities(s)
    items: dict[str, dict[str, Any]] = {}
    for line in level.lines if level else ():
        items.setdefault(line.category, {})[line.item] = show.item(line)
    return {
        "plans": {
            id: {
                "account_id": reseller_id, "vendor_id": reseller_id, "name": known.get(id, {}).get("name", ""),
                "overrides": own.get("overrides", {}),
            }
            for id, own in given.plans.items()
        },
        "plan": level.plan if level else {},
        "items": items,
        "bundles": await bundles.shown(s, utcnow()),
        "overrides": given.overrides,
        "manual": given.manual,
        "account_quantities": counts.own,
        "cascade_quantities": counts.cascade,
        "quantities": {"account": counts.own, "cascade": counts.cascade, "manual": given.manual},
        "invoices": [show.invoice(level, currency)] if level else [],
        "billing_cycle": {"next": next_month(today), "period": "monthly"},
        "billing_id": s.info["scope"].account_id,
        "reseller": is_reseller,
        "reseller_id": reseller_id,
        "currency": currency,
        "dirty": False,
        "in_good_standing": (await standing(s))["in_good_standing"],
    }  # fmt: skip
