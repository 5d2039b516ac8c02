"""Which features a user has switched on: the list row's computed `features` (kazoo.md 2.2; absent, it breaks the UI:
H19).
"""

from __future__ import annotations

from typing import Any


def features(whole: dict[str, Any]) -> list[str]:
    """Return the names of what is on: every `smartpbx.X.enabled` gives X, and the ones with keys of their own."""

    def part(key: str) -> dict[str, Any]:
        value = whole.get(key)
        return value if isinstance(value, dict) else {}

    found = [
        name for name, value in part("smartpbx").items() if isinstance(value, dict) and value.get("enabled") is True
    ]
    forward = part("call_forward")
    caller_id = part("caller_id").get("external")
    checks = {
        "hotdesk": part("hotdesk").get("enabled") is True,
        "call_forward": forward.get("enabled") is True and forward.get("failover") is not True,
        "call_forward_failover": forward.get("failover") is True,
        "caller_id": isinstance(caller_id, dict) and bool(caller_id.get("number")),
        "vm_to_email": whole.get("vm_to_email_enabled") is True,
        "music_on_hold": bool(part("music_on_hold").get("media_id")),
        "do_not_disturb": part("do_not_disturb").get("enabled") is True,
    }
    return list(dict.fromkeys([*found, *(name for name, on in checks.items() if on)]))
