"""Formatters: rules of a trunk, device or account that rewrite fields of a call request (kazoo.md 4.1).

A field has one rule or a list (the first that applies wins). A rule applies when its direction fits and its `regex`
(if any) is
found in the value. Then: `strip` empties the field, `value` forces it, else capture group 1 (or the match) between
prefix and suffix.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qvoice.core.dialing.invite_format import formatted
from qvoice.core.dialing.pattern import safe_search


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
