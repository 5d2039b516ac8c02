"""The user document (kazoo.md 2.4). Unknown keys are kept; `password` is never stored in it nor shown."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from qvoice.features.accounts.schemas import (
    CallerIds,
    CallForward,
    Incoming,
    Language,
    Lenient,
    Restriction,
    Switch,
    Timezone,
)


class Hotdesk(Lenient):
    """Hot-desking of a user."""

    enabled: bool = False
    id: Annotated[str, Field(max_length=15)] | None = None
    pin: Annotated[str, Field(pattern=r"^[0-9]{4,15}$")] | None = None
    require_pin: bool = False
    keep_logged_in_elsewhere: bool = False


class User(Lenient):
    """A user. A new `password` (or a new `username`, which needs one) ends all sessions of the user."""

    first_name: Annotated[str, Field(min_length=1, max_length=128)]
    last_name: Annotated[str, Field(min_length=1, max_length=128)]
    username: Annotated[str, Field(min_length=1, max_length=256)] | None = None
    password: Annotated[str, Field(min_length=6, max_length=256)] | None = None
    email: Annotated[str, Field(max_length=254, pattern=r"^$|^[^@\s]+@[^@\s]+$")] | None = None
    mobile: Annotated[str, Field(max_length=16, pattern=r"^$|^\+[1-9][0-9]{6,14}$")] | None = None
    """Mobile number, E.164: where text messages to the person go."""
    send_email_on_creation: bool | None = None
    enabled: bool = True
    priv_level: Literal["user", "admin"] = "user"
    admin_type: Literal["total", "read-only", "user-activation", "call-centre"] | None = None
    timezone: Timezone | None = None
    language: Language | None = None
    presence_id: Annotated[str, Field(max_length=64)] | None = None
    call_forward: CallForward | None = None
    caller_id: CallerIds | None = None
    call_restriction: dict[str, Restriction] | None = None
    call_recording: dict[str, Any] | None = None
    call_waiting: dict[str, Any] | None = None
    do_not_disturb: Switch | None = None
    incoming: Incoming | None = None
    call_failover: CallForward | None = None
    hotdesk: Hotdesk | None = None
    music_on_hold: dict[str, Any] | None = None
    media: dict[str, Any] | None = None
    ringtones: dict[str, Any] | None = None
    directories: dict[str, str] | None = None
    vm_to_email_enabled: bool = True
    require_password_update: bool = False
    contact_list: dict[str, Any] | None = None
    profile: dict[str, Any] | None = None
    flags: list[str] | None = None
