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


@dataclass(frozen=True, slots=True)
class Portability:
    """Whether a number can be brought to this carrier. `losing_carrier`: who has it now, '' when unknown; `reason`: why
    it cannot be brought; `rate_centre`: where it belongs.
    """

    portable: bool
    losing_carrier: str = ""
    reason: str = ""
    rate_centre: str = ""


@dataclass(frozen=True, slots=True)
class PortOutNotice:
    """Another carrier wants a number of ours. `reference`: the carrier's id of it; `state`: `open` (it waits for our
    answer), `canceled` or `ported`; `winning_carrier` wants it on `day` (2026-12-24, '' = as soon as may be) for
    `end_user`, who gave `account_number` and `pin` as what we would know of him.
    """

    reference: str
    number: str
    state: str = "open"
    winning_carrier: str = ""
    account_number: str = ""
    pin: str = ""
    end_user: str = ""
    day: str = ""


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

    async def portability(self, numbers: list[str]) -> dict[str, Portability]:
        """Number → whether it can be brought to this carrier; numbers it knows nothing of are left out."""
        ...

    async def port_outs(self) -> list[PortOutNotice]:
        """What other carriers want of us: everything that is open, and what ended lately."""
        ...

    async def answer_port_out(self, reference: str, *, accepted: bool, reason: str = "", day: str = "") -> None:
        """Say yes (for `day`) or no (and why) to a port-out; said again, it changes the answer."""
        ...


Make = Callable[[dict[str, Any]], CarrierAdapter]
