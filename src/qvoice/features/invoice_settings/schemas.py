"""The settings of whoever sends invoices."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from qvoice.features.accounts.schemas import Lenient
from qvoice.features.mail.queue_mail import is_address

PARTS = re.compile(r"\{([^{}]*)\}")
_WRITTEN = re.compile(r"[A-Za-z0-9 ./_#-]*")
"""What a number may be written with: it becomes a part of file names and of mails' subjects."""


class Wrong(ValueError):
    """What is wrong with a field; `rule`: its name, by which the portal words it in another language."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule


def _text(value: str) -> str:
    """Accept what can be printed: several lines, no characters that steer or turn around what is shown."""
    plain = value.replace("\r\n", "\n").replace("\r", "\n").strip()
    if any(unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Cn") and letter != "\n" for letter in plain):
        raise Wrong("printable", "it has characters that cannot be printed: take them out")
    return plain


def _line(value: str) -> str:
    """Accept a printable text of one line."""
    plain = _text(value)
    if "\n" in plain:
        raise Wrong("one_line", "write it on one line")
    return plain


def _mail(value: str) -> str:
    """Accept nothing, or an e-mail address."""
    plain = value.strip()
    if plain and not is_address(plain):
        raise Wrong("email", "this is no e-mail address: write it as name@example.com")
    return plain


def _few_lines(value: str) -> str:
    plain = _text(value)
    if plain.count("\n") >= 8:
        raise Wrong("lines", "at most 8 lines fit on an invoice")
    return plain


Line = Annotated[str, Field(max_length=128), AfterValidator(_line)]
Lines = Annotated[str, Field(max_length=600), AfterValidator(_few_lines)]


class TaxNumber(Lenient):
    """What the tax office calls the issuer: `GST` `123456789 RT0001`."""

    name: Annotated[str, Field(min_length=1, max_length=32), AfterValidator(_line)]
    number: Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_line)]


class Numbering(Lenient):
    """How numbers of a series are written. `pattern`: `{number}` once, `{year}` and `{prefix}` where wanted; `width`:
    zeros before the number until it has so many digits; `restart`: `yearly` begins each year with 1.

    `next`: the number that comes next; without it the series goes on. Numbers that are written stay as they are.
    """

    prefix: Annotated[str, Field(max_length=16)] = ""
    pattern: Annotated[str, Field(min_length=1, max_length=48)] = "{prefix}{number}"
    width: Annotated[int, Field(ge=0, le=10)] = 0
    restart: Literal["never", "yearly"] = "never"
    next: Annotated[int, Field(ge=1, le=9_999_999_999)] | None = None

    @field_validator("prefix")
    @classmethod
    def _plain(cls, value: str) -> str:
        if not _WRITTEN.fullmatch(value):
            raise Wrong("number_prefix", "a prefix has letters, digits, spaces and . / _ # - only")
        return value

    @field_validator("pattern")
    @classmethod
    def _one_number(cls, value: str) -> str:
        parts = PARTS.findall(value)
        if not _WRITTEN.fullmatch(PARTS.sub("", value)):
            raise Wrong(
                "number_letters",
                "a pattern has letters, digits, spaces and . / _ # - beside {prefix}, {year} and {number}",
            )
        if set(parts) - {"prefix", "year", "number"} or parts.count("number") != 1 or len(parts) != len(set(parts)):
            raise Wrong(
                "number_pattern",
                "a pattern has {number} once, and {year} and {prefix} where wanted: {prefix}{year}-{number}",
            )
        return value

    @field_validator("restart")
    @classmethod
    def _with_the_year(cls, value: str, info: ValidationInfo) -> str:
        if value == "yearly" and "{year}" not in info.data.get("pattern", "{year}"):
            raise Wrong(
                "number_year", "numbers that begin anew each year need {year} in the pattern, or two would be the same"
            )
        return value


class InvoiceSettings(Lenient):
    """Who issues invoices to the accounts directly below. `name`: the legal name, else the account's; `due_days`: days
    until an invoice is to be paid (null: none is printed); `terms` and `footer`: printed below the sums.
    """

    name: Line = ""
    address: Lines = ""
    tax_numbers: Annotated[list[TaxNumber], Field(max_length=6)] = []
    email: Annotated[str, Field(max_length=254), AfterValidator(_mail)] = ""
    phone: Line = ""
    website: Line = ""
    due_days: Annotated[int, Field(ge=0, le=365)] | None = None
    terms: Lines = ""
    footer: Lines = ""
    invoices: Numbering = Numbering()
    credit_notes: Numbering = Numbering()
