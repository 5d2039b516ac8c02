"""A port order's document (kazoo.md 2.4 port_requests)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field

from qvoice.features.accounts.schemas import Lenient
from qvoice.features.numbers.rules import e164
from qvoice.features.numbers.schemas import Line


def _day(value: str) -> str:
    try:
        return date.fromisoformat(value).isoformat() if value else ""
    except ValueError:
        raise ValueError("write the day as 2026-12-24") from None


def _btn(value: str) -> str:
    return e164(value) if value.strip() else ""


def _numbers(value: dict[str, Any]) -> dict[str, Any]:
    return {e164(number): facts for number, facts in value.items()}


Short = Annotated[Line, Field(max_length=128)]
Day = Annotated[str, Field(max_length=32), AfterValidator(_day)]


class PortedNumber(Lenient):
    """What is special about one number. `carrier`: the losing one, when not the bill's; `messaging`: port SMS too;
    `assign_to`: an extension or number of the account, whose callflow the number reaches once it is here.
    """

    assign_to: Short | None = None
    carrier: Short | None = None
    messaging: bool | None = None


class Bill(Lenient):
    """What the losing carrier's bill says. The address is where the service is, not where the bill goes."""

    name: Short | None = None
    carrier: Short | None = None
    account_number: Short | None = None
    pin: Short | None = None
    btn: Annotated[str, Field(max_length=64), AfterValidator(_btn)] | None = None
    street_number: Short | None = None
    street_address: Short | None = None
    locality: Short | None = None
    region: Short | None = None
    postal_code: Short | None = None
    wireless: bool | None = None


class PortLookup(BaseModel):
    """Numbers to ask the carriers about."""

    numbers: Annotated[
        list[Annotated[str, Field(max_length=64), AfterValidator(e164)]], Field(min_length=1, max_length=1000)
    ]


class PortRequest(Lenient):
    """`type`: `full` closes the account at the losing carrier, `partial` leaves other numbers there; `new_btn`: the
    billing number that stays when a partial port takes the old one. `transfer_date`: the day wished for.
    """

    name: Annotated[Line, Field(min_length=1, max_length=128)]
    numbers: Annotated[dict[str, PortedNumber], Field(min_length=1, max_length=1000), AfterValidator(_numbers)]
    type: Literal["full", "partial"] = "full"
    bill: Bill | None = None
    new_btn: Annotated[str, Field(max_length=64), AfterValidator(_btn)] | None = None
    signee_name: Short | None = None
    signing_date: Day | None = None
    transfer_date: Day | None = None
    winning_carrier: Short | None = None
    reference_number: Short | None = None
