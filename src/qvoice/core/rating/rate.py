"""A rate: what calls to one prefix cost, and which calls it is for (kazoo.md 5.2)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from qvoice.core.dialing.pattern import safe_search

INBOUND, OUTBOUND = "inbound", "outbound"
DEFAULT_WEIGHT = 50
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Rate:
    """`cost` and `surcharge` in the deck's currency, per minute and per call. `minimum`, `increment` and `nocharge` in
    seconds: at least `minimum` is charged, then each begun `increment`; calls of at most `nocharge` seconds are free.

    `weight` decides between rates of one prefix: the higher goes first, then the cheaper. `direction`, `routes`
    (regular expressions on the number called) and `caller_ids` (one on the caller's number) say which calls it is for;
    empty: outbound, all, all. `options`: trunk flags that the call must have asked for.
    """

    cost: Decimal
    surcharge: Decimal = ZERO
    minimum: int = 60
    increment: int = 60
    nocharge: int = 0
    weight: int = DEFAULT_WEIGHT
    name: str = ""
    direction: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()
    caller_ids: str = ""
    options: tuple[str, ...] = ()

    def fits(self, number: str, direction: str, caller: str, flags: frozenset[str] = frozenset()) -> bool:
        """Whether the rate is for a call to `number` (E.164) by `caller`. A rate that names no direction is for
        outbound calls: nobody pays for being called unless a rate says so.
        """
        if direction not in (self.direction or (OUTBOUND,)):
            return False
        if self.options and not flags.issuperset(self.options):
            return False
        if self.routes and not any(safe_search(route, number) for route in self.routes):
            return False
        return not self.caller_ids or safe_search(self.caller_ids, caller) is not None

    def to_json(self) -> dict[str, Any]:
        """Return JSON values; amounts as text, so that nothing is lost."""
        given: dict[str, Any] = {
            "cost": str(self.cost),
            "surcharge": str(self.surcharge),
            "minimum": self.minimum,
            "increment": self.increment,
            "nocharge": self.nocharge,
            "weight": self.weight,
            "name": self.name,
        }
        for key in ("direction", "routes", "options"):
            if getattr(self, key):
                given[key] = list(getattr(self, key))
        if self.caller_ids:
            given["caller_ids"] = self.caller_ids
        return given

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Rate:
        """Read what `to_json` wrote. Raises KeyError, ValueError or ArithmeticError for anything else."""
        return cls(
            Decimal(data["cost"]),
            Decimal(data["surcharge"]),
            int(data["minimum"]),
            int(data["increment"]),
            int(data["nocharge"]),
            int(data["weight"]),
            str(data["name"]),
            tuple(data.get("direction", ())),
            tuple(data.get("routes", ())),
            str(data.get("caller_ids", "")),
            tuple(data.get("options", ())),
        )
