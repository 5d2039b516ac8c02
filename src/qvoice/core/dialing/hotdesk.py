"""Who is logged in at a phone (hot-desking): kept in `device.hotdesk.users`, in the order of logging in.

The dialect keeps `{user id: {}}`. Ours holds the time as well, `{user id: {"at": Gregorian seconds}}`: of several
guests the last to log in is whom the phone calls as. Without times the highest id counts, so that it is always one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def guests(device: Mapping[str, Any] | None) -> list[str]:
    """Return the ids of the users logged in at a device, the last one last."""
    hotdesk = (device or {}).get("hotdesk")
    users = hotdesk.get("users") if isinstance(hotdesk, Mapping) else None
    if not isinstance(users, Mapping):
        return []
    return sorted((id for id in users if isinstance(id, str)), key=lambda id: (_since(users[id]), id))


def allowed(user: Mapping[str, Any] | None) -> bool:
    """Tell whether a user may be (or stay) logged in at other phones: hot-desking is on, and the user is enabled."""
    if user is None or user.get("enabled") is False:
        return False
    hotdesk = user.get("hotdesk")
    return isinstance(hotdesk, Mapping) and hotdesk.get("enabled") is True


def conflicts(user: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return (field, code, sentence) of what keeps hot-desking of a user from working.

    Find-me rings the devices of its own list, so calls never reach the phone where the user has logged in (the
    specification warns of it).
    """
    smartpbx = user.get("smartpbx")
    find_me = smartpbx.get("find_me_follow_me") if isinstance(smartpbx, Mapping) else None
    if not allowed(user) or not isinstance(find_me, Mapping) or find_me.get("enabled") is not True:
        return []
    return [
        (
            "hotdesk.enabled",
            "find-me-conflict",
            "Find Me, Follow Me is on: calls ring its list only, not the phone where this user has logged in. "
            "Switch one of the two off.",
        )
    ]


def _since(login: Any) -> float:
    at = login.get("at") if isinstance(login, Mapping) else None
    return float(at) if isinstance(at, int | float) and not isinstance(at, bool) else 0.0
