"""A rate as clients of the dialect write it (kazoo.md 5.2)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from qvoice.features.accounts.schemas import Lenient


class RateDocument(Lenient):
    """What calls to a prefix cost, in a deck of the account; what each key means: core.rating.rate."""

    prefix: str | int
    rate_cost: Decimal | float
    ratedeck_id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")] | None = None
    rate_surcharge: Decimal | float | None = None
    rate_minimum: int | None = None
    rate_increment: int | None = None
    rate_nocharge_time: int | None = None
    weight: int | None = None
    rate_name: str | None = None
    description: str | None = None
    direction: list[str] | None = None
    routes: list[str] | None = None
    caller_id_numbers: str | None = None
    options: list[str] | None = None
    carrier: str | None = None
    iso_country_code: str | None = None
    internal_rate_cost: Decimal | float | None = None


class ImportWish(Lenient):
    """A sheet that will be sent in pieces: `bytes` in all."""

    bytes: Annotated[int, Field(ge=1, le=2 * 1024**3)]
    file_name: Annotated[str, Field(max_length=255)] = ""
