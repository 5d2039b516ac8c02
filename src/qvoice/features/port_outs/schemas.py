"""What is said of a number that another carrier wants, and of the account's PIN."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

from qvoice.features.numbers.rules import e164
from qvoice.features.numbers.schemas import Line
from qvoice.features.port_outs.rules import PIN

Short = Annotated[Line, Field(max_length=128)]


def _day(value: str) -> str:
    try:
        return date.fromisoformat(value).isoformat() if value else ""
    except ValueError:
        raise ValueError("write the day as 2026-12-24") from None


def _pin(value: str) -> str:
    if value and not PIN.fullmatch(value):
        raise ValueError("a PIN has 4 to 10 digits; leave it empty to have none")
    return value


class AskedPortOut(BaseModel):
    """A request that came by mail or by telephone, as the desk enters it: what the other carrier gave."""

    number: Annotated[str, Field(max_length=64), AfterValidator(e164)]
    winning_carrier: Annotated[Short, Field(min_length=1)]
    account_number: Short = ""
    pin: Annotated[str, Field(max_length=32)] = ""
    end_user: Short = ""
    day: Annotated[str, Field(max_length=10), AfterValidator(_day)] = ""


class PortOutProof(BaseModel):
    """What an account gives to the carrier that it moves a number to. `account_number` is ours to say."""

    account_number: str = ""
    pin: Annotated[str, Field(max_length=32), AfterValidator(_pin)] = ""


class PortOutMove(BaseModel):
    """`day`: with `accepted`, the other day on which the number leaves."""

    day: Annotated[str, Field(max_length=10)] = ""


class PortOut(BaseModel):
    """A request for a number of this account. `reason` (a word) and `message`: why it was refused."""

    id: str
    account_id: str
    number: str
    state: str
    winning_carrier: str = ""
    end_user: str = ""
    day: str = ""
    reason: str = ""
    message: str = ""
    created: int = 0
    updated: int = 0
    may_become: list[str] = []
