"""Roles: a plain user, and the four kinds of administrator (features A7)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class Role(StrEnum):
    """What somebody is in the account they log in to."""

    USER = "user"
    """Own things only."""
    ADMIN = "admin"
    """Total administrator of the account and all below it. API keys act as this."""
    READ_ONLY = "read-only"
    """Sees all that an administrator sees, changes nothing."""
    USER_ACTIVATION = "user-activation"
    """Enables, disables and invites users; nothing else."""
    CALL_CENTRE = "call-centre"
    """Supervises queues and agents."""


_ADMIN_TYPES = {
    "total": Role.ADMIN,
    "read-only": Role.READ_ONLY,
    "read_only": Role.READ_ONLY,
    "user-activation": Role.USER_ACTIVATION,
    "user_activation": Role.USER_ACTIVATION,
    "call-centre": Role.CALL_CENTRE,
    "call_centre": Role.CALL_CENTRE,
    "call-center": Role.CALL_CENTRE,
}


def role_of(user: Mapping[str, Any]) -> Role:
    """Return the role of a user document: `priv_level` (`user` or `admin`) and, for administrators, `admin_type`.

    An administrator without a type is total (the dialect knows no types); an unknown type gives the least: read-only.
    """
    if user.get("priv_level") != "admin":
        return Role.USER
    kind = user.get("admin_type")
    if kind in (None, ""):
        return Role.ADMIN
    return _ADMIN_TYPES.get(kind, Role.READ_ONLY) if isinstance(kind, str) else Role.READ_ONLY
