"""One call priced at every level of the tree: each account pays the one above it by the deck that was given to it.

The account that calls pays its parent, that one its own parent, up to the owner of the trunk (the master for the
platform's). What a level keeps is what comes in from below less what goes out above: margins add up by construction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from qvoice.core.rating.bundle import Share, covered, spread
from qvoice.core.rating.cost import FOR_EVER, cost, seconds_for
from qvoice.core.rating.rate import ZERO, Rate
from qvoice.kit.money import rounded


@dataclass(frozen=True, slots=True)
class Priced:
    """What account `account_id` pays `parent_id` for a call: by `rate`, found at `prefix` of deck `deck_id`."""

    account_id: str
    parent_id: str
    rate: Rate
    prefix: str = ""
    deck_id: str = ""
    included: int = 0
    """Seconds of a bundle that this call may use before it costs anything."""
    floor: Decimal = ZERO
    """How low the call may bring the balance: 0 for prepaid."""
    timezone: str = "UTC"
    """In whose days and months the account's spending is added up."""
    shares: tuple[Share, ...] = ()
    """What the call has of the account's bundles; `included` is what they cover together."""

    def cost(self, seconds: int) -> Decimal:
        """Return what `seconds` cost this level, rounded as it will be booked; those of a bundle are free."""
        return rounded(cost(self.rate, seconds - self.included)) if seconds > self.included else ZERO

    def with_shares(self, seconds: int, caps: Mapping[tuple[str, str], int]) -> Priced:
        """Return the price with as much of the bundles as `seconds` need and `caps` leave."""
        if not self.shares:
            return self
        shares = spread(self.shares, seconds, caps)
        return replace(self, shares=shares, included=covered(shares))

    @property
    def ends(self) -> bool:
        """Whether the call ends with the account's bundles."""
        return any(share.ends for share in self.shares)

    def seconds_for(self, amount: Decimal) -> int:
        """Return the longest call that costs this level at most `amount`."""
        return min(self.included + seconds_for(self.rate, amount), FOR_EVER)

    def to_json(self) -> dict[str, Any]:
        """Return JSON values for the journal."""
        return {
            "account": self.account_id,
            "parent": self.parent_id,
            "rate": self.rate.to_json(),
            "prefix": self.prefix,
            "deck": self.deck_id,
            "included": self.included,
            "floor": str(self.floor),
            "timezone": self.timezone,
            **({"shares": [share.to_json() for share in self.shares]} if self.shares else {}),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Priced:
        """Read what `to_json` wrote."""
        return cls(
            data["account"],
            data["parent"],
            Rate.from_json(data["rate"]),
            data["prefix"],
            data["deck"],
            data.get("included", 0),
            Decimal(data.get("floor", "0")),
            data.get("timezone", "UTC"),
            tuple(Share.from_json(share) for share in data.get("shares", ())),
        )


@dataclass(frozen=True, slots=True)
class Charge:
    """One level's charge for a finished call, to be posted: `amount` from the account's balance to its parent's
    income.
    """

    account_id: str
    parent_id: str
    amount: Decimal


def charges(levels: Sequence[Priced], seconds: int) -> list[Charge]:
    """Return what each level pays for a call of `seconds`; levels that pay nothing are in it with 0."""
    return [Charge(level.account_id, level.parent_id, level.cost(seconds)) for level in levels]


def margins(charged: Sequence[Charge]) -> dict[str, Decimal]:
    """Return what each account keeps: what it gets from below less what it pays above. They add up to 0 together with
    the caller's, who only pays.
    """
    kept: dict[str, Decimal] = {}
    for charge in charged:
        kept[charge.account_id] = kept.get(charge.account_id, ZERO) - charge.amount
        kept[charge.parent_id] = kept.get(charge.parent_id, ZERO) + charge.amount
    return kept
