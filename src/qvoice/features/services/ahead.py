"""The accept-charges handshake of bulk work: what all its steps will cost, asked once before the first, and the bound
that no step may pass (C1).

A step is one transaction, charged as any change is (`watch.py`). What was accepted is kept beside the work; each step
takes from it in its own transaction, so that it holds over crashes, price changes and whatever else comes meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.core.access.tree import Path, is_at_or_below
from qvoice.core.plans.quote import Difference, Quantities, share_left
from qvoice.core.plans.steps import in_steps, together
from qvoice.features.services import show
from qvoice.features.services.levels import Level, levels
from qvoice.features.services.watch import BOUND, ChargesNotAccepted, local_day
from qvoice.kit.clock import utcnow
from qvoice.kit.errors import Invalid
from qvoice.kit.money import ZERO

Step = Mapping[str, Quantities]
"""{account id: what comes to it}."""
CHANGED = "the charges are not those that were accepted: look at them again, accept them, and it goes on"


@dataclass(frozen=True, slots=True)
class Sum:
    """What a level pays: at once, taxes included, and more each month."""

    today: Decimal = ZERO
    recurring: Decimal = ZERO

    @classmethod
    def of(cls, changes: Sequence[Difference]) -> Sum:
        """Add up."""
        taxes = sum((amount for change in changes for amount in change.taxes.values()), ZERO)
        return cls(show.today(changes) + taxes, sum((change.monthly for change in changes), ZERO))

    @classmethod
    def peak(cls, steps: Sequence[Sequence[Difference]]) -> Sum:
        """Return the most that is reached on the way: where more of a thing is cheaper, that is not always the end."""
        today, recurring = [ZERO], [ZERO]
        for step in steps:
            one = cls.of(step)
            today.append(today[-1] + one.today)
            recurring.append(recurring[-1] + one.recurring)
        return cls(max(today), max(recurring))

    def within(self, other: Sum) -> bool:
        """Whether it is no more than another."""
        return self.today <= other.today and self.recurring <= other.recurring


@dataclass(frozen=True, slots=True)
class Ahead:
    """What steps will cost each level: `steps` {account id: what changes at each}."""

    levels: Mapping[str, Level]
    steps: Mapping[str, Sequence[Sequence[Difference]]]
    currency: str

    def rising(self, path: Path) -> list[str]:
        """Return the levels that somebody at `path` may see and where something rises."""
        return [
            id
            for id, steps in self.steps.items()
            if is_at_or_below(self.levels[id].path, path) and any(one.raises for step in steps for one in step)
        ]

    def asked(self, path: Path) -> list[dict[str, Any]]:
        """Return the invoices that somebody at `path` must accept; none when nothing rises."""
        return [show.dry_run(self.levels[id], together(self.steps[id]), self.currency) for id in self.rising(path)]

    def accept(self, path: Path, *, accepts: bool, shown: Sequence[Any] | None = None) -> Bound:
        """Return the bound of what somebody at `path` accepts; raises ChargesNotAccepted.

        `shown`: the invoices that the client says were looked at. Should it cost more by now, they are not accepted.
        """
        invoices = self.asked(path)
        if invoices and not (accepts and (shown is None or _as_shown(invoices, shown))):
            raise ChargesNotAccepted(invoices=invoices)
        return Bound(path, {id: Sum.peak(self.steps[id]) for id in self.rising(path)})


@dataclass(slots=True)
class Bound:
    """What somebody at `path` has accepted, and of that, what is left for the steps to come."""

    path: Path
    left: dict[str, Sum] = field(default_factory=dict)

    @classmethod
    def read(cls, kept: Mapping[str, Any] | None) -> Bound | None:
        """Read what `kept` returned."""
        if not kept:
            return None
        left = {id: Sum(Decimal(one["today"]), Decimal(one["recurring"])) for id, one in kept["left"].items()}
        return cls(tuple(kept["path"]), left)

    def kept(self) -> dict[str, Any]:
        """Return JSON values."""
        left = {id: {"today": str(one.today), "recurring": str(one.recurring)} for id, one in self.left.items()}
        return {"path": list(self.path), "left": left}

    def covers(self, ahead: Ahead) -> bool:
        """Whether what lies ahead costs no level more than is left of what was accepted."""
        return all(Sum.peak(ahead.steps[id]).within(self.left.get(id, Sum())) for id in ahead.rising(self.path))

    def take(self, found: Mapping[str, Level], changes: Mapping[str, Sequence[Difference]]) -> None:
        """Take what a step costs; raises ChargesNotAccepted when a level would pay more than was accepted."""
        for id, change in changes.items():
            if not is_at_or_below(found[id].path, self.path):
                continue
            cost, left = Sum.of(change), self.left.get(id, Sum())
            if any(one.raises for one in change) and not cost.within(left):
                raise ChargesNotAccepted(CHANGED)
            self.left[id] = Sum(left.today - cost.today, left.recurring - cost.recurring)


def _as_shown(invoices: Sequence[dict[str, Any]], shown: Sequence[Any]) -> bool:
    """Whether invoices ask for no more than those that were looked at."""
    seen = {one.get("account_id"): one.get("summary") for one in shown if isinstance(one, dict)}
    for invoice in invoices:
        summary = seen.get(invoice["account_id"])
        for key in ("today", "recurring"):
            amount = summary.get(key) if isinstance(summary, dict) else None
            if not isinstance(amount, int | float) or invoice["summary"][key] > amount:
                return False
    return True


def shown_charges(data: Any) -> list[Any] | None:
    """Return the `charges` of a request: the invoices that were looked at before they were accepted."""
    found = data.get("charges") if isinstance(data, dict) else None
    if found is not None and not isinstance(found, list):
        raise Invalid.field("charges", "type", "charges is the list of invoices that was shown")
    return found


def keep_within(s: AsyncSession, bound: Bound) -> None:
    """Have this transaction charged for what it changes when `watching.before_commit` is called, within a bound."""
    s.info["accept_charges"] = False
    s.info[BOUND] = bound


async def look(s: AsyncSession, steps: Sequence[Step], *, known: Mapping[str, Sequence[Level]] | None = None) -> Ahead:
    """Return what steps will cost the accounts concerned and those above them, as things are now.

    `known`: {account id: its levels} where they have been counted already.
    """
    row = (await s.execute(sql("select ledger_currency() as currency, billing_zone() as zone"))).one()
    ways: dict[str, list[str]] = {}
    found: dict[str, Level] = {}
    for account in sorted({account for step in steps for account in step}):
        way = (known or {}).get(account)
        for level in await levels(s, account) if way is None else way:
            found.setdefault(level.account_id, level)
            ways.setdefault(account, []).append(level.account_id)
    share = share_left(local_day(utcnow(), row.zone))
    changes = {
        id: in_steps(
            level.plan, level.counts.own, level.counts.cascade, [_of(step, id, ways) for step in steps], share
        )
        for id, level in found.items()
    }
    return Ahead(found, changes, row.currency)


def _of(step: Step, level: str, ways: Mapping[str, Sequence[str]]) -> tuple[Quantities, Quantities]:
    """Return what a step adds to a level's own quantities, and to those of its whole tree."""
    below: dict[str, dict[str, int]] = {}
    for account, quantities in step.items():
        if level in ways.get(account, ()):
            for category, items in quantities.items():
                here = below.setdefault(category, {})
                for item, number in items.items():
                    here[item] = here.get(item, 0) + number
    return step.get(level, {}), below
