"""The device document (kazoo.md 2.4). Unknown keys are kept."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from qvoice.features.accounts.schemas import (
    CallerIds,
    CallForward,
    Language,
    Lenient,
    Line,
    Restriction,
    Switch,
    Timezone,
)

_MAC = re.compile(r"[0-9a-f]{12}")
_SIP_USER = r"^[A-Za-z0-9\-_.!~*'()&=+$,;?/%]{2,32}$"


def mac(value: str) -> str:
    """Return a MAC address as twelve lower-case hex digits with colons; raises ValueError."""
    digits = re.sub(r"[:\-. ]", "", value).lower()
    if _MAC.fullmatch(digits) is None:
        raise ValueError("not a MAC address: use twelve hex digits such as 00:15:65:aa:bb:cc")
    return ":".join(digits[i : i + 2] for i in range(0, 12, 2))


def _mac_or_empty(value: str) -> str:
    return mac(value) if value.strip() else ""


def _address(value: str) -> str:
    try:
        return str(ipaddress.ip_address(value.strip()))
    except ValueError:
        raise ValueError("not an IP address") from None


class Sip(Lenient):
    """SIP settings. Username and password are made up when absent."""

    username: Annotated[str, Field(pattern=_SIP_USER)] | None = None
    password: Annotated[str, Field(min_length=5, max_length=32)] | None = None
    realm: Annotated[str, Field(max_length=253)] | None = None
    method: Literal["password", "ip"] = "password"
    ip: Annotated[str, AfterValidator(_address)] | None = None
    invite_format: Literal["contact", "username", "npan", "1npan", "e164", "route", "strip_plus"] = "contact"
    route: Annotated[str, Field(max_length=256)] | None = None
    static_route: Annotated[str, Field(max_length=256)] | None = None
    number: Annotated[str, Field(max_length=64)] | None = None
    expire_seconds: Annotated[int, Field(ge=60, le=86_400)] = 300
    transport: Literal["udp", "tcp", "tls", "auto", "wss", ""] | None = None


class Codecs(Lenient):
    """Codecs in order of preference (KAZOO's names)."""

    codecs: list[Annotated[str, Field(max_length=32)]] | None = None


class Encryption(Lenient):
    """Media encryption: `methods` offered, `enforce_security` when plain RTP is refused."""

    enforce_security: bool = False
    methods: list[Literal["srtp", "zrtp", "dtls"]] = Field(default_factory=list)


class Media(Lenient):
    """Media settings."""

    audio: Codecs | None = None
    video: Codecs | None = None
    encryption: Encryption | None = None
    fax_option: bool | str | None = None
    webrtc: bool | None = None
    ignore_early_media: bool | None = None
    progress_timeout: Annotated[int, Field(ge=0, le=300)] | None = None


class Device(Lenient):
    """A device. `enabled` false: it can neither register nor call, and does not ring."""

    name: Annotated[str, Field(min_length=1, max_length=128), Line]
    owner_id: Annotated[str, Field(max_length=32)] | None = None
    device_type: Annotated[str, Field(max_length=32)] = "sip_device"
    mac_address: Annotated[str, AfterValidator(_mac_or_empty)] | None = None
    enabled: bool = True
    sip: Sip | None = None
    media: Media | None = None
    call_forward: CallForward | None = None
    caller_id: CallerIds | None = None
    call_restriction: dict[str, Restriction] | None = None
    call_recording: dict[str, Any] | None = None
    call_waiting: dict[str, Any] | None = None
    do_not_disturb: Switch | None = None
    outbound_flags: list[Any] | dict[str, Any] | None = None
    mwi_unsolicited_updates: bool = True
    register_overwrite_notify: bool = False
    suppress_unregister_notifications: bool = False
    exclude_from_queues: bool = False
    presence_id: Annotated[str, Field(max_length=64)] | None = None
    language: Language | None = None
    timezone: Timezone | None = None
    music_on_hold: dict[str, Any] | None = None
    ringtones: dict[str, Any] | None = None
    hotdesk: dict[str, Any] | None = None
    provision: dict[str, Any] | None = None
    flags: list[str] | None = None
