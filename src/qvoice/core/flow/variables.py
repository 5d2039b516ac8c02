"""Variables that flows set on a call: bounded, plain values only, so that a checkpoint stays small."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qvoice.core.flow.call import Call

MAX_VARIABLES = 200
MAX_LENGTH = 1000


def set_all(call: Call, values: Mapping[str, Any]) -> None:
    """Set text, numbers and booleans; anything else is left out. Names are at most 64 characters."""
    for name, value in values.items():
        if not name or len(name) > 64 or not isinstance(value, str | int | float | bool):
            continue
        if name not in call.variables and len(call.variables) >= MAX_VARIABLES:
            continue
        call.variables[name] = value[:MAX_LENGTH] if isinstance(value, str) else value
