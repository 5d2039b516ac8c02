"""A phone number's document (kazoo.md 2.4): what may be set on it, checked so that a form can show it at the field."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field

from qvoice.core.dialing.invite_format import points_inside, sip_uri
from qvoice.features.accounts.schemas import Lenient
from qvoice.features.numbers.rules import e164


def _number(text: str) -> str:
    return e164(text) if text.strip() else ""


def _sip(text: str) -> str:
    if not text.strip():
        return ""
    uri = sip_uri(text)
    if uri is None:
        raise ValueError("must be a SIP URI such as sip:reception@pbx.example.com")
    if points_inside(uri):
        raise ValueError("must lead to a public host: this one is inside the platform")
    return uri


def _one_line(text: str) -> str:
    if any(ord(c) < 32 or ord(c) == 127 for c in text):
        raise ValueError("may not hold line breaks or control characters")
    return text.strip()


Line = Annotated[str, AfterValidator(_one_line)]


class Cnam(Lenient):
    """`display_name`: what the number shows to whoever it calls; `inbound_lookup`: find the names of its callers."""

    display_name: Annotated[Line, Field(max_length=15)] | None = None
    inbound_lookup: bool | None = None


class Prepend(Lenient):
    """Put before the name of whoever calls this number, so that the callee sees which line rings."""

    enabled: bool | None = None
    name: Annotated[Line, Field(max_length=30)] | None = None
    number: Annotated[Line, Field(max_length=10, pattern=r"^[0-9+*#]*$")] | None = None


class Failover(Lenient):
    """Where calls go when nobody in the account can be reached: a number or a SIP URI, not both."""

    e164: Annotated[str, Field(max_length=64), AfterValidator(_number)] | None = None
    sip: Annotated[str, Field(max_length=320), AfterValidator(_sip)] | None = None


class Ringback(Lenient):
    """Media that callers hear while phones ring: from the start, and while they are transferred."""

    early: Annotated[Line, Field(max_length=256)] | None = None
    transfer: Annotated[Line, Field(max_length=256)] | None = None


class PhoneNumber(Lenient):
    """A phone number's document; unknown keys are kept. `port_out_lock`: no other carrier gets it."""

    create_with_state: str | None = None
    force_outbound: bool | None = None
    cnam: Cnam | None = None
    e911: dict[str, Any] | None = None
    failover: Failover | None = None
    prepend: Prepend | None = None
    ringback: Ringback | None = None
    port_out_lock: bool | None = None
