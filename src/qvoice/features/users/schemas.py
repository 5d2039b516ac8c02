"""The user document (kazoo.md 2.4). Unknown keys are kept; `password` is never stored in it nor shown."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from qvoice.features.accounts.schemas import (
    CallerIds,
    CallForward,
    Incoming,
    Language,
    Lenient,
    Line,
    Restriction,
    Switch,
    Timezone,
)
from qvoice.features.mail.queue_mail import is_address


def _username(value: str) -> str:
    """One form for what looks the same (RFC 8265, UsernameCasePreserved), and nothing that is not seen."""
    plain = unicodedata.normalize("NFKC", value)
    if any(unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") for c in plain):
        raise ValueError("holds a character that is not seen: type the user name anew")
    return plain


def _email(value: str) -> str:
    if value and not is_address(value):
        raise ValueError("not an e-mail address: write it as name@example.com")
    return value


class Hotdesk(Lenient):
    """Hot-desking of a user."""

    enabled: bool = False
    id: Annotated[str, Field(max_length=15)] | None = None
    pin: Annotated[str, Field(pattern=r"^[0-9]{4,15}$")] | None = None
    require_pin: bool = False
    keep_logged_in_elsewhere: bool = False


class User(Lenient):
    """A user. A new `password` (or a new `username`, which needs one) ends all sessions of the user."""

    first_name: Annotated[str, Field(min_length=1, max_length=128), Line]
    last_name: Annotated[str, Field(min_length=1, max_length=128), Line]
    username: Annotated[str, Field(min_length=1, max_length=256), AfterValidator(_username)] | None = None
    password: Annotated[str, Field(min_length=6, max_length=256)] | None = None
    email: Annotated[str, Field(max_length=254), AfterValidator(_email)] | None = None
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
