"""The limits document: one per account, its id is the account's. What each key does: core.limits.settings."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from qvoice.features.accounts.schemas import Lenient
from qvoice.features.documents import Resource

Count = Annotated[int, Field(ge=0, le=1_000_000)]
Bound = Annotated[int, Field(ge=-1, le=1_000_000)]
"""-1: no limit."""
Amount = Annotated[float, Field(ge=0, le=1_000_000_000)]

OPERATOR_ONLY = frozenset(
    {
        "allow_postpay",
        "max_postpay_amount",
        "reserve_amount",
        "soft_limit_inbound",
        "soft_limit_outbound",
        "operator",
    }
)
"""What the account itself does not see (the dialect's hidden fields)."""


def _all_of_them(value: list[str] | None) -> list[str] | None:
    """Refuse what would not be heeded: here every call to or from a carrier is authorised, whatever it is."""
    if value:
        raise ValueError("all kinds of calls to and from carriers are authorised here: leave authz_resource_types out")
    return value


class OperatorLimits(Lenient):
    """Upper bounds that the account does not see: of each number and the one beside it the smaller counts."""

    twoway_trunks: Count | None = None
    inbound_trunks: Count | None = None
    outbound_trunks: Count | None = None
    burst_trunks: Bound | None = None
    calls: Bound | None = None
    resource_consuming_calls: Bound | None = None


class Limits(Lenient):
    """Calls to and from carriers at once, and what they may cost; absent means not limited here.

    A call takes a line of its own direction, else a two-way one, else one of `burst_trunks`. `calls`: all calls of the
    account, of which a call to or from a carrier must not be one too many. Amounts are in the platform's currency.
    """

    twoway_trunks: Count | None = None
    inbound_trunks: Count | None = None
    outbound_trunks: Count | None = None
    burst_trunks: Bound | None = None
    calls: Bound | None = None
    resource_consuming_calls: Bound | None = None
    allow_prepay: bool = True
    authz_resource_types: Annotated[list[str] | None, AfterValidator(_all_of_them)] = None
    allow_postpay: bool | None = None
    max_postpay_amount: Amount | None = None
    reserve_amount: Amount | None = None
    max_daily_spend: Amount | None = None
    max_monthly_spend: Amount | None = None
    soft_limit_inbound: bool | None = None
    soft_limit_outbound: bool | None = None
    operator: OperatorLimits | None = None


RESOURCE = Resource(
    type="limits", model=Limits, summary=lambda whole: {"id": whole["id"]}, own=None, singular="limits_document"
)
