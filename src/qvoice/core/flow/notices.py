"""Who is told: the `recipients` of missed_call_alert and notification, as addresses and ids of users."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

MAX_RECIPIENTS = 50


def recipients_of(recipients: Iterable[Any]) -> tuple[str, ...]:
    """Return each address or user id once. A recipient is {type: `user` or `email`, id: a text or a list of them}."""
    found: dict[str, None] = {}
    for recipient in recipients:
        if not isinstance(recipient, Mapping) or recipient.get("type") not in ("user", "email"):
            continue
        ids = recipient.get("id")
        for id in ids if isinstance(ids, list | tuple) else [ids]:
            if isinstance(id, str) and id.strip() and ("@" in id) == (recipient["type"] == "email"):
                found[id.strip()[:254]] = None
    return tuple(found)[:MAX_RECIPIENTS]
