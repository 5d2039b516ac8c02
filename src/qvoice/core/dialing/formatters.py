"""Formatters: rules of a trunk, device or account that rewrite fields of a call request (kazoo.md 4.1).

A field has one rule or a list (the first that applies wins). A rule applies when its direction fits and its `regex`
(if any) is
found in the value. Then: `strip` empties the field, `value` forces it, else capture group 1 (or the match) between
prefix and suffix.

Names of fields are written with `_` or `-`. A call that a trunk takes out has: `outbound_caller_id_number` and `_name`
(`from` is the number as well; of emergency calls `emergency_caller_id_number` and `_name` come after), `to_did` (or
`outbound_callee_id_number`: the number, before the gateway's prefix), `request` (or `to`: the user of the request URI
as it is sent). One that comes in by it has: `request` (or `to`: the number called), `caller_id_number` (or `from`),
`caller_id_name`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qvoice.core.dialing.invite_format import formatted
from qvoice.core.dialing.pattern import safe_search

CALLER_NUMBER_OUT = ("from", "outbound_caller_id_number")
CALLER_NAME_OUT = ("outbound_caller_id_name",)
EMERGENCY_NUMBER_OUT = ("emergency_caller_id_number",)
EMERGENCY_NAME_OUT = ("emergency_caller_id_name",)
CALLEE_OUT = ("to_did", "outbound_callee_id_number")
REQUEST = ("request", "to")
CALLER_NUMBER_IN = ("from", "caller_id_number")
CALLER_NAME_IN = ("caller_id_name",)

_OUT = (*CALLER_NUMBER_OUT, *CALLER_NAME_OUT, *EMERGENCY_NUMBER_OUT, *EMERGENCY_NAME_OUT, *CALLEE_OUT)
FIELDS = frozenset((*_OUT, *REQUEST, *CALLER_NUMBER_IN, *CALLER_NAME_IN))
"""What a trunk's formatters may name."""


def rewritten(
    formatters: Any, names: tuple[str, ...], value: str, *, direction: str = "outbound", invite_format: str = "route"
) -> str:
    """Return a field with the rules of all its `names` applied, one after the other."""
    for name in names:
        for key in (name, name.replace("_", "-")) if "_" in name else (name,):
            value = apply(formatters, {key: value}, direction=direction, invite_format=invite_format)[key]
    return value


def apply(
    formatters: Any, fields: Mapping[str, str], *, direction: str = "outbound", invite_format: str = "route"
) -> dict[str, str]:
    """Return `fields` (such as `outbound_caller_id_number`, `to_did`) with the formatters applied.

    `direction`: of the request, `inbound` or `outbound`. `invite_format` is what `match_invite_format` refers to.
    """
    rules = formatters if isinstance(formatters, Mapping) else {}
    return {
        name: _field(rules.get(name), value, direction=direction, invite_format=invite_format)
        for name, value in fields.items()
    }


def _field(rules: Any, value: str, *, direction: str, invite_format: str) -> str:
    for rule in rules if isinstance(rules, list | tuple) else [rules]:
        if not isinstance(rule, Mapping) or rule.get("direction", "both") not in (direction, "both"):
            continue
        captured = value
        regex = rule.get("regex")
        if isinstance(regex, str) and regex:
            match = safe_search(regex, value)
            if match is None:
                continue
            captured = match.whole if match.first is None else match.first
        if rule.get("strip") is True:
            return ""
        forced = rule.get("value")
        if isinstance(forced, str) and forced:
            return forced
        if rule.get("match_invite_format") is True:
            return formatted(captured, invite_format)
        return f"{_text(rule.get('prefix'))}{captured}{_text(rule.get('suffix'))}"
    return value


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
