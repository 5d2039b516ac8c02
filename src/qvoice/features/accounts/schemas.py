"""The account document (kazoo.md 2.4). Unknown keys are kept."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

import phonenumbers
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from qvoice.core.flow.modules.voicemail.keys import clash

_TIMEZONES = frozenset(available_timezones())
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})?")
_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_REALM = re.compile(rf"(?=.{{4,253}}$)({_LABEL}\.)+(?![0-9]+$){_LABEL}")
"""A domain name; an IP address (a last label of digits, RFC 3696 section 2) is none: it may be this installation's."""
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""What makes text read otherwise than it is written (UTS #55)."""


def _timezone(value: str) -> str:
    if value not in _TIMEZONES:
        raise ValueError(f"{value[:64]!r} is not a time zone: use an IANA name such as America/Toronto")
    return value


def _language(value: str) -> str:
    lowered = value.lower().replace("_", "-")
    if _LANGUAGE.fullmatch(lowered) is None:
        raise ValueError("not a language: use a code such as en, en-us or fr-ca")
    return lowered


def _country(value: str) -> str:
    upper = value.upper()
    if upper not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError("not a country: use the two letters of ISO 3166, such as CA")
    return upper


def _realm(value: str) -> str:
    lowered = value.strip().lower()
    if _REALM.fullmatch(lowered) is None:
        raise ValueError("not a realm: use a full domain name such as acme.example.com")
    return lowered


def _line(value: str) -> str:
    if any(unicodedata.category(c) in ("Cc", "Zl", "Zp") for c in value) or _BIDI.search(value):
        raise ValueError("must be one line of plain text: remove line breaks and control characters")
    return value


def _voicemail(value: dict[str, Any]) -> dict[str, Any]:
    keys = value.get("keys")
    for menu, given in keys.items() if isinstance(keys, dict) else ():
        problem = clash(str(menu), given)
        if problem is not None:
            raise ValueError(f"keys.{str(menu)[:40]}: {problem}")
    return value


Timezone = Annotated[str, AfterValidator(_timezone)]
Language = Annotated[str, AfterValidator(_language)]
Country = Annotated[str, AfterValidator(_country)]
Line = AfterValidator(_line)
"""For what people read, or what goes into a header: one line, no control characters. After the other bounds."""
Realm = Annotated[str, Field(max_length=253), AfterValidator(_realm)]


class Lenient(BaseModel):
    """A part of a document whose unknown keys are kept."""

    model_config = ConfigDict(extra="allow")


class CallerIdEntry(Lenient):
    """Name and number shown to the callee."""

    name: Annotated[str, Field(max_length=35), Line] | None = None
    number: Annotated[str, Field(max_length=35), Line] | None = None


class CallerIds(Lenient):
    """Caller ids by kind of call."""

    internal: CallerIdEntry | None = None
    external: CallerIdEntry | None = None
    emergency: CallerIdEntry | None = None
    asserted: CallerIdEntry | None = None


class Restriction(Lenient):
    """What happens with a class of numbers: `inherit` or `deny`."""

    action: Annotated[str, Field(pattern="^(inherit|deny)$")] = "inherit"


class CallForward(Lenient):
    """Call forwarding (kazoo.md 6.5)."""

    enabled: bool = False
    number: Annotated[str, Field(max_length=35)] | None = None
    substitute: bool = True
    failover: bool = False
    direct_calls_only: bool = False
    keep_caller_id: bool = True
    require_keypress: bool = True
    ignore_early_media: bool = True


class Incoming(Lenient):
    """Which callers from outside come in (`core.flow.blocking`): ids of block lists and of lists of welcome callers."""

    blacklists: Annotated[list[str], Field(max_length=100)] = Field(default_factory=list)
    allowlists: Annotated[list[str], Field(max_length=100)] = Field(default_factory=list)
    only_allowed: bool = False
    anonymous: Literal["allow", "reject", "screen"] = "allow"
    screening: Literal["off", "unknown", "all"] = "off"


class Switch(Lenient):
    """Something that is on or off."""

    enabled: bool = False


class Topup(Lenient):
    """Charge the card with `amount` when the balance is below `threshold`, once a month."""

    threshold: Annotated[float, Field(ge=0, le=100_000)]
    amount: Annotated[float, Field(gt=0, le=100_000)]


class AccountDocument(Lenient):
    """An account. `realm` is made up when absent; timezone, language and country come from the parent when absent."""

    name: Annotated[str, Field(min_length=1, max_length=128), Line]
    realm: Realm | None = None
    enabled: bool = True
    timezone: Timezone | None = None
    language: Language | None = None
    country: Country | None = None
    org: str | None = None
    caller_id: CallerIds | None = None
    call_restriction: dict[str, Restriction] | None = None
    do_not_disturb: Switch | None = None
    incoming: Incoming | None = None
    blacklists: Annotated[list[str], Field(max_length=100)] | None = None
    music_on_hold: dict[str, Any] | None = None
    preflow: dict[str, Any] | None = None
    dial_plan: dict[str, Any] | None = None
    ringtones: dict[str, Any] | None = None
    voicemail: Annotated[dict[str, Any], AfterValidator(_voicemail)] | None = None
    topup: Topup | None = None
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    """The installation's currency, when the master account has it; elsewhere without effect."""
    token_auth_expiry_s: Annotated[int, Field(ge=300, le=2_592_000)] | None = None
    flags: list[str] | None = None
