"""Invoices and items in the dialect's shape (kazoo.md 5.4, H11)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from qvoice.core.plans.quote import Difference, Line, taxes, total
from qvoice.features.services.levels import Level
from qvoice.kit import money
from qvoice.kit.money import ZERO, number


def item(line: Line) -> dict[str, Any]:
    """Return one line."""
    priced, rule = line.priced, line.rule
    return {
        "category": line.category,
        "item": line.item,
        "name": line.name,
        "quantity": priced.quantity,
        "billable": priced.billable,
        "rate": number(priced.rate),
        "flat": priced.flat,
        "cascade": rule.cascade,
        "single_discount": priced.single_discount > 0,
        "single_discount_rate": number(priced.single_discount),
        "cumulative_discount": 0 if rule.cumulative is None else min(priced.billable, rule.cumulative.maximum or 10**9),
        "cumulative_discount_rate": number(rule.cumulative.at(priced.billable)) if rule.cumulative else 0,
        "discount": number(priced.discount),
        "discounts": {
            "single": number(priced.single_discount),
            "cumulative": number(priced.cumulative_discount),
            **({"total": number(priced.discount)} if priced.discount else {}),
        },
        "activation_charge": number(rule.activation_charge),
        "total": number(priced.total),
        "taxes": [{"name": name, "amount": number(amount)} for name, amount in priced.taxes.items()],
    }


def changed(change: Difference) -> dict[str, Any]:
    """Return a line with how it changes."""
    kind = "created" if change.before is None or not change.before.priced.quantity else "increased"
    if change.monthly < 0 or change.quantity < 0:
        kind = "decreased"
    return {
        **item(change.line),
        "activation_charges": number(change.activation),
        "prorated": number(change.prorated),
        "changes": {
            "type": kind,
            "difference": {"quantity": change.quantity, "total": number(change.monthly)},
        },
    }


def _head(level: Level, currency: str) -> dict[str, Any]:
    return {
        "account_id": level.account_id,
        "account_name": level.name,
        "currency": currency,
        "bookkeeper": {"type": "ledger", "id": level.provider_id, "name": "Ledger"},
    }


def invoice(level: Level, currency: str, lines: Sequence[Line] | None = None) -> dict[str, Any]:
    """Return what a level pays a month."""
    lines = level.lines if lines is None else lines
    due = taxes(lines)
    return {
        **_head(level, currency),
        "plan": level.plan,
        "items": [item(line) for line in lines],
        "summary": {"today": 0, "recurring": number(total(lines))},
        "taxes": [{"name": name, "amount": number(amount)} for name, amount in due.items()],
        "total": number(total(lines) + sum(due.values(), ZERO)),
    }


def dry_run(level: Level, changes: Sequence[Difference], currency: str) -> dict[str, Any]:
    """Return the invoice that somebody is asked to accept: what changes, what it costs today and a month."""
    tax = sum((amount for change in changes for amount in change.taxes.values()), ZERO)
    return {
        **_head(level, currency),
        "items": [changed(change) for change in changes],
        "activation_charges": number(sum((change.activation for change in changes), ZERO)),
        "summary": {
            "today": number(today(changes) + tax),
            "taxes": number(tax),
            "recurring": number(sum((change.monthly for change in changes), ZERO)),
        },
    }


def today(changes: Sequence[Difference]) -> Decimal:
    """Return what is due at once, without taxes."""
    return sum((change.today for change in changes), money.ZERO)
