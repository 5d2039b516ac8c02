"""Whatever stands in a ledger, an invoice's lines add up to it exactly (C6)."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qvoice.features.invoices.issue import compose
from qvoice.features.invoices.letter import Sender
from qvoice.features.invoices.paper import pdf

amounts = st.integers(-(10**12), 10**12).map(lambda millionths: Decimal(millionths) / 10**6)
lines = st.builds(
    lambda kind, text, amount, quantity: SimpleNamespace(
        kind=kind, text=text, amount=amount, at=datetime(2026, 11, 1, tzinfo=UTC),
        ref={"quantity": quantity, "unit": "sec"}, line_ref={},
    ),
    st.sampled_from(["per-minute-voip", "services", "payments"]), st.sampled_from(["Canada", "France (mobile)", "Ünï"]),
    amounts, st.one_of(st.none(), st.integers(0, 10**5)),
)  # fmt: skip


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(lines, max_size=60))
def test_C6_the_lines_of_an_invoice_add_up_to_the_ledger(rows) -> None:
    made, total = compose(rows)
    assert total == sum(row.amount for row in rows)
    assert sum((Decimal(line["amount"]) for line in made), Decimal(0)) == total
    assert sum(line.get("count", 1) for line in made) <= len(rows)
    invoice = {
        "number": 1, "label": "1", "period": {"start": "a", "end": "b"}, "issued": "c", "currency": "CAD", "opening": 0,
        "closing": 0, "charges": 0, "credits": 0, "account": {"name": "A (B) \\ C", "address": ""}, "lines": made,
    }  # fmt: skip
    assert pdf(invoice, Sender({"name": "P"}), "fr-ca").startswith(b"%PDF-1.4")
