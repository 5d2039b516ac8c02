"""From assigned plans to one plan: per-account overrides ("+") laid over each, then all merged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Items = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""{category: {item: rule as written}}."""


@dataclass(frozen=True, slots=True)
class Assigned:
    """One plan of an account: its items, the account's overrides of it, and how it is merged with the others."""

    id: str
    items: Items
    overrides: Items = field(default_factory=dict)
    strategy: str = "simple"
    priority: int = 0
    account: Items = field(default_factory=dict)


def overlaid(below: Any, above: Any) -> Any:
    """Return `above` laid over `below`: objects key by key, everything else replaced, null removes."""
    if not isinstance(above, Mapping):
        return above
    result = dict(below) if isinstance(below, Mapping) else {}
    for key, value in above.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = overlaid(result.get(key), value)
    return result


def merged(plans: Sequence[Assigned], overrides: Items | None = None) -> dict[str, dict[str, dict[str, Any]]]:
    """Return one plan's items.

    Higher `priority` wins. `simple`: a whole item of the stronger plan replaces the weaker's; `recursive`: key by key;
    `cumulative`: prices of both are added (rates, activation, flat rate), the rest as recursive. The account's own
    `overrides` come last.
    """
    result: dict[str, dict[str, dict[str, Any]]] = {}
    for plan in sorted(plans, key=lambda plan: (plan.priority, plan.id)):
        for category, items in overlaid(plan.items, plan.overrides).items():
            if not isinstance(items, Mapping):
                continue
            kept = result.setdefault(category, {})
            for name, rule in items.items():
                if isinstance(rule, Mapping):
                    kept[name] = _joined(kept.get(name), rule, plan.strategy)
    return overlaid(result, overrides or {})


_ADDED = ("rate", "activation_charge", "flat_rate")


def _joined(old: Mapping[str, Any] | None, new: Mapping[str, Any], strategy: str) -> dict[str, Any]:
    if old is None or strategy == "simple":
        return dict(new)
    joined = overlaid(old, new)
    if strategy == "cumulative":
        for key in _ADDED:
            both = [rule[key] for rule in (old, new) if isinstance(rule.get(key), int | float)]
            if both:
                joined[key] = sum(both)
    return joined
