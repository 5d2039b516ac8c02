"""What is sent to write a credit note."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from qvoice.features.accounts.schemas import Lenient


class CreditedLine(Lenient):
    """A line of the invoice by its place (from 0); without `amount` all that it still holds."""

    line: Annotated[int, Field(ge=0, le=1_000_000)]
    amount: float | str | None = None


class CreditNote(Lenient):
    """`whole`: all that the invoice still holds; or an `amount` of it; or `lines`. `key`: yours; sent twice with the
    same key one note is written.
    """

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
    whole: bool = False
    amount: float | str | None = None
    lines: Annotated[list[CreditedLine], Field(max_length=1000)] | None = None
    key: Annotated[str, Field(min_length=1, max_length=128)] | None = None
