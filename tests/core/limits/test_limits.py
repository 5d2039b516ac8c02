"""Limits and guards as documents say them; how fast is too fast."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from qvoice.core.limits.refusals import _CAUSES, CUT, Refusal, announcement, farewell
from qvoice.core.limits.settings import NO_BOUND, OPEN, Guards, Limits, OffHours, Unusual
from qvoice.core.ring.causes import SIP_OF


def test_C3_the_smaller_of_what_is_shown_and_what_only_the_provider_sees_counts() -> None:
    limits = Limits.of({"twoway_trunks": 9, "inbound_trunks": 2, "operator": {"twoway_trunks": 4, "calls": 7}})
    assert (limits.twoway, limits.inbound, limits.outbound, limits.calls) == (4, 2, None, 7)
    assert limits.counted
    assert not Limits.of({"calls": 3}).counted
    assert Limits.of({"burst_trunks": -1}).burst == NO_BOUND
    assert Limits.of({"calls": -1}).calls is None


@pytest.mark.parametrize(
    ("document", "floor"),
    [
        ({}, Decimal(0)),
        ({"allow_prepay": False}, None),
        ({"allow_postpay": True}, Decimal(0)),
        ({"allow_postpay": True, "max_postpay_amount": 25.5}, Decimal("-25.5")),
        ({"allow_prepay": False, "allow_postpay": True, "max_postpay_amount": 10}, Decimal(-10)),
        ({"allow_postpay": True, "max_postpay_amount": "nonsense"}, Decimal(0)),
    ],
)
def test_C3_prepaid_unless_somebody_above_allows_a_debt(document: dict[str, object], floor: Decimal | None) -> None:
    assert Limits.of(document).floor == floor


def test_C5_without_a_document_the_guards_stand_but_not_for_the_master() -> None:
    assert "international" in Guards.of(None).blocked
    assert Guards.of(None, is_master=True) == OPEN
    assert Guards.of({"blocked_classes": [], "max_forwarded_calls": -1}).blocked == frozenset()
    assert Guards.of({"max_forwarded_calls": -1}).forwarded is None
    assert Guards.of({"velocity": {"calls": 5}}).velocity == (5, 60.0)


def test_C5_off_hours_go_over_midnight_and_take_whole_days() -> None:
    night = OffHours.of({"begins": 20, "ends": 7, "days": [7], "calls": 5})
    assert night is not None
    friday = datetime(2026, 11, 27, tzinfo=UTC)
    assert [night.now(friday.replace(hour=hour)) for hour in (6, 7, 19, 20)] == [True, False, False, True]
    assert night.now(datetime(2026, 11, 29, 12, tzinfo=UTC))
    assert OffHours.of({"calls": -1}) is None
    assert Guards.of({"unusual": {"factor": 0}}).unusual is None
    assert Guards.of({"unusual": {"factor": 2}}).unusual == Unusual(Decimal(2))
    assert Guards.of({"lock_to": 5}).lock_to == 2, "no guard closes an account"


def test_C3_every_refusal_has_a_cause_with_its_sip_code_and_words_in_both_languages() -> None:
    for reason, (cause, code) in _CAUSES.items():
        refusal = Refusal(reason, "a", "why")
        assert (refusal.cause, refusal.sip_code) == (cause, code)
        assert SIP_OF[cause] == code
        assert announcement(cause, "en-us") != announcement(cause, "fr-ca")
    assert {SIP_OF[cause] for cause in CUT} == {402, 403}
    assert all(farewell(cause, "en") != farewell(cause, "fr") for cause in CUT)
