"""What QVOICE asks of a carrier that sells numbers, whatever its own API looks like."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol


class CarrierProblem(Exception):
    """The carrier did not do it; the text says why. Trying again may help."""


class NotSold(CarrierProblem):
    """The carrier will not sell this number: it is gone, or was never his. Trying again does not help."""


@dataclass(frozen=True, slots=True)
class Search:
    """What numbers are looked for. `kind`: `local`, `tollfree` or `international`; `prefix`: leading digits of the
    national number (an area code); `contains`: digits wished anywhere in it (custom local); `country`: ISO code.
    """

    kind: str = "local"
    country: str = "CA"
    prefix: str = ""
    contains: str = ""
    city: str = ""
    quantity: int = 10
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Offer:
    """A number that may be bought. Prices are texts with the carrier's own decimals, `currency` ISO 4217."""

    number: str
    kind: str = "local"
    locality: str = ""
    region: str = ""
    monthly: str = ""
    setup: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Bought:
    """`state`: `done` (ours), or `pending` (the carrier is still at it: ask again)."""

    state: str
    carrier_order: str = ""


class CarrierAdapter(Protocol):
    """One carrier. Every method raises CarrierProblem (or NotSold), never anything else, and ends within seconds."""

    async def search(self, wanted: Search) -> list[Offer]:
        """What is for sale."""
        ...

    async def order(self, number: str, reference: str) -> Bought:
        """Buy a number. `reference` is ours: a second call with the same one buys nothing more, it tells the state."""
        ...

    async def cancel(self, reference: str) -> None:
        """Give back what was bought under a reference; nothing was: no problem."""
        ...

    async def prefixes(self, country: str, city: str) -> list[dict[str, Any]]:
        """Area codes of a city: `[{prefix, locality, region}]`."""
        ...

    async def caller_name(self, number: str) -> str:
        """The name that a number shows (CNAM), '' when unknown."""
        ...


Make = Callable[[dict[str, Any]], CarrierAdapter]
