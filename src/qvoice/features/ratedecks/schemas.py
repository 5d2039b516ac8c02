"""The rate deck document, and which deck an account pays by."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from qvoice.features.accounts.schemas import Lenient

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=128)]


class RateDeck(Lenient):
    """A price list. `is_default`: accounts below that were given no deck pay by this one. `use`: `sale` for accounts
    below, `cost` for what carriers take (a trunk's `cost_ratedeck_id`), which no account below sees.
    """

    name: Name
    description: Annotated[str, Field(max_length=1024)] = ""
    is_default: bool = False
    use: Literal["sale", "cost"] = "sale"


class Binding(Lenient):
    """Which deck of the account above this account pays by; null: that account's default deck, else none (free)."""

    ratedeck_id: Annotated[str, Field(pattern=r"^([0-9a-f]{32})?$")] | None = None
