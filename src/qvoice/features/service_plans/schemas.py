"""The service plan document (kazoo.md 5.4). Unknown keys are kept."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from qvoice.core.dialing.classify import CLASSIFIERS, NATIONAL
from qvoice.features.accounts.schemas import Lenient
from qvoice.kit import money


def _price(value: float | str) -> float | str:
    """Accept an amount from 0 to a million, of six places at most."""
    amount = money.parse(value)
    if not 0 <= amount <= 1_000_000:
        raise ValueError("a price is between 0 and 1000000")
    return value


def _number_class(value: str) -> str:
    """Accept the name of a class of numbers that can be called for money."""
    known = sorted(one.name for one in (*CLASSIFIERS, *NATIONAL) if not one.emergency)
    if value not in known:
        raise ValueError(f"there is no such class of numbers; there are: {', '.join(known)}")
    return value


Price = Annotated[float | str, AfterValidator(_price)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
Tiers = dict[Annotated[str, Field(pattern=r"^[0-9]{1,7}$")], Price]
Name = Annotated[str, Field(max_length=128)]


class PlanDiscount(Lenient):
    """Money off; `maximum`: for so many at most."""

    rate: Price | None = None
    rates: Tiers | None = None
    maximum: Count | None = None


class Discounts(Lenient):
    """`single` once, `cumulative` for each."""

    single: PlanDiscount | None = None
    cumulative: PlanDiscount | None = None


class Prorate(Lenient):
    """Whether the rest of the month is charged for what comes, and given back for what goes."""

    additions: bool = True
    removals: bool = False


class Tax(Lenient):
    """A tax on an item."""

    name: Name
    percentage: Annotated[float, Field(ge=0, le=100)]


class PlanItem(Lenient):
    """How one item is charged a month."""

    name: Name | None = None
    rate: Price | None = None
    rates: Tiers | None = None
    flat_rate: Price | None = None
    flat_rates: Tiers | None = None
    minimum: Count | None = None
    maximum: Count | None = None
    step: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    cascade: bool | None = None
    activation_charge: Price | None = None
    discounts: Discounts | None = None
    prorate: Prorate | None = None
    taxes: Annotated[list[Tax], Field(max_length=10)] | None = None
    markup_type: Literal["fixed_price", "percentage", "rate"] | None = None
    exceptions: Annotated[list[str], Field(max_length=200)] | None = None
    as_: Annotated[str, Field(max_length=64)] | None = Field(default=None, alias="as")


Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
PlanItems = dict[Key, dict[Key, PlanItem]]


class MinuteBundle(Lenient):
    """Seconds of talk that the plan includes in each `cycle`, before calls cost money.

    `classes`: of numbers called (empty: all). `shared`: all accounts with the plan draw on one pool, else each has its
    own; accounts below always draw on it for what this account pays for their calls. `at_end`: `charge` goes on for
    money, `end` ends the call. `minimum`, `increment`: a call takes at least, and in steps of, so many seconds.
    """

    name: Name | None = None
    seconds: Annotated[int, Field(ge=1, le=1_000_000_000)]
    cycle: Literal["daily", "weekly", "monthly"] = "monthly"
    classes: Annotated[list[Annotated[str, AfterValidator(_number_class)]], Field(max_length=50)] | None = None
    direction: Literal["outbound", "inbound", "both"] = "outbound"
    shared: bool = False
    at_end: Literal["charge", "end"] = "charge"
    minimum: Annotated[int, Field(ge=0, le=3600)] = 0
    increment: Annotated[int, Field(ge=1, le=3600)] = 1


class Merge(Lenient):
    """How this plan joins others of an account: the higher priority wins."""

    strategy: Literal["simple", "recursive", "cumulative"] = "simple"
    priority: Annotated[int, Field(ge=-1000, le=1000)] = 0


class PlanDeck(Lenient):
    """`id`: a rate deck of the plan's owner. Accounts with the plan pay for their calls by it, unless one was chosen
    for them alone.
    """

    id: Annotated[str, Field(pattern=r"^([0-9a-f]{32})?$")] | None = None


class ServicePlan(Lenient):
    """A service plan. Of several with a `ratedeck` that an account has, the highest `merge.priority` says the deck."""

    name: Annotated[str, Field(min_length=1, max_length=128)]
    description: Annotated[str, Field(max_length=1000)] | None = None
    category: Name | None = None
    plan: PlanItems
    bundles: Annotated[dict[Key, MinuteBundle], Field(max_length=50)] | None = None
    merge: Merge | None = None
    bookkeeper: dict[str, Any] | None = None
    ratedeck: PlanDeck | None = None
    limits: dict[str, Any] | None = None
    applications: dict[str, Any] | None = None


class Overrides(Lenient):
    """Special prices of one account, laid over its plans."""

    overrides: dict[Key, Any]
