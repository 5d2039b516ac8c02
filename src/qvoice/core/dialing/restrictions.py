"""Call restrictions: number classes denied by account (and those above), device or user; and closed groups."""

from __future__ import annotations

from qvoice.core.dialing.endpoint import Endpoint

CLOSED_GROUPS = "closed_groups"
"""The pseudo class: internal calls only inside a common group."""


def denial(number_class: str, endpoint: Endpoint) -> str | None:
    """Return why a number of this class may not be called from `endpoint`, or None. Emergency is never denied."""
    if number_class != "emergency" and number_class in endpoint.denied_classes:
        return f"calls of class {number_class} are denied"
    return None


def closed_group_denial(endpoint: Endpoint, caller_groups: frozenset[str], callee_groups: frozenset[str]) -> str | None:
    """Return why an internal call is refused: closed groups apply to the caller and both share none."""
    if CLOSED_GROUPS in endpoint.denied_classes and not caller_groups & callee_groups:
        return "caller and callee share no group (closed groups)"
    return None
