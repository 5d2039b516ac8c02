"""The trunk document: the specification's JSON exactly (section SIP Trunks), with its field's full schema (kazoo.md
4.1).
"""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from qvoice.core.dialing.endpoint import asterisk_codecs
from qvoice.core.dialing.formatters import FIELDS
from qvoice.features.resources.patterns import Pattern

_HOST = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9_-]{1,63}(?<!-))*\.?")
_USER_PART = re.compile(r"[A-Za-z0-9\-_.!~*'()&=+$,;?/%#]*")
"""RFC 3261 25.1: what may stand in the user part of a SIP URI, plus # that dial strings use."""

SPOKEN = frozenset({"ulaw", "alaw", "g722", "opus", "g729"})
"""What media nodes can offer a carrier (engine/asterisk/pjsip.conf)."""

Port = Annotated[int, Field(ge=1, le=65535)]
InviteFormat = Literal["route", "username", "e164", "npan", "1npan", "strip_plus"]


def _host(value: str) -> str:
    text = value.strip()
    try:
        return str(ipaddress.ip_address(text.strip("[]"))) if text else text
    except ValueError:
        if _HOST.fullmatch(text) and len(text) <= 253:
            return text
    raise ValueError(
        "must be a host name or an IP address, without `sip:`, port or spaces (the port has its own field)"
    )


def _user_part(value: str) -> str:
    if not _USER_PART.fullmatch(value):
        raise ValueError("may hold only characters that a SIP number may have")
    return value


def _one_line(value: str) -> str:
    if any(ord(c) < 32 or ord(c) == 127 for c in value):
        raise ValueError("may not hold line breaks or control characters")
    return value


Line = Annotated[str, AfterValidator(_one_line)]
Affix = Annotated[str, Field(max_length=64), AfterValidator(_user_part)]
Realm = Annotated[str, Field(max_length=253), AfterValidator(_one_line)]


class GatewayMedia(BaseModel):
    """Media of a gateway."""

    model_config = ConfigDict(extra="allow")

    fax_option: bool | Literal["auto"] | None = None
    rtcp_mux: bool | None = None


class TrunkGateway(BaseModel):
    """One address of a carrier. `progress_timeout` in seconds: nothing but 100 within it = try the next."""

    model_config = ConfigDict(extra="allow")

    server: Annotated[str, Field(min_length=1, max_length=253), AfterValidator(_host)]
    port: Port = 5060
    realm: Realm | None = None
    username: Annotated[Line, Field(max_length=128)] | None = None
    password: Annotated[Line, Field(max_length=128)] | None = None
    enabled: bool = True
    prefix: Affix = ""
    suffix: Affix = ""
    route: Annotated[Line, Field(max_length=512)] | None = None
    invite_format: InviteFormat = "route"
    codecs: list[Annotated[Line, Field(max_length=32)]] | None = None
    media: GatewayMedia | None = None
    bypass_media: bool | Literal["auto"] | None = None
    progress_timeout: Annotated[int, Field(ge=1, le=120)] = 8
    force_port: bool = False
    caller_id_type: Literal["internal", "external", "emergency"] = "external"
    endpoint_type: Literal["sip"] = "sip"
    channel_selection: Literal["ascending", "descending"] = "ascending"
    custom_sip_headers: dict[str, Line] | None = None
    custom_sip_interface: str | None = None
    register_: bool | None = Field(default=None, alias="register")
    skype_rr: bool | None = None

    @model_validator(mode="after")
    def _consistent(self) -> TrunkGateway:
        if self.invite_format == "username" and not self.username:
            raise ValueError("invite_format `username` needs a username")
        if self.route and not re.match(r"sips?:[^\s<>\"]+$", self.route):
            raise ValueError("route must be a SIP URI such as sip:15551230000@carrier.example")
        if self.codecs and not set(asterisk_codecs(self.codecs)) & SPOKEN:
            raise ValueError("codecs: name at least one of PCMU, PCMA, G722, OPUS, G729; others are passed over")
        for name in self.custom_sip_headers or {}:
            if not re.fullmatch(r"[A-Za-z0-9\-.!%*_+`'~]{1,64}", name):
                raise ValueError(f"custom_sip_headers: {name!r} is not a header name")
            if name.lower().startswith("x-qv-") or name.lower() in _OWN_HEADERS:
                raise ValueError(f"custom_sip_headers: {name} is set by the platform and cannot be overwritten")
        return self


_OWN_HEADERS = {"via", "from", "to", "call-id", "cseq", "contact", "max-forwards", "route", "record-route"} | {
    "content-length",
    "content-type",
    "authorization",
    "proxy-authorization",
}


class Formatter(BaseModel):
    """How one field of the request is rewritten: `value` forces; else `regex` keeps its first group, then strip,
    prefix and suffix.
    """

    model_config = ConfigDict(extra="allow")

    regex: Pattern | None = None
    prefix: Annotated[Line, Field(max_length=64)] | None = None
    suffix: Annotated[Line, Field(max_length=64)] | None = None
    value: Annotated[Line, Field(max_length=256)] | None = None
    strip: bool | None = None
    direction: Literal["inbound", "outbound", "both"] | None = None
    match_invite_format: bool | None = None


# The tags are made so that error paths leave them out (documents.validate drops steps that hold a bracket).
OneOrMore = Annotated[
    Annotated[Formatter, Tag("one[]")] | Annotated[list[Formatter], Tag("list[]")],
    Discriminator(lambda value: "list[]" if isinstance(value, list) else "one[]"),
]


def _field_of_a_call(name: str) -> str:
    if name.replace("-", "_") not in FIELDS:
        raise ValueError(f"no formatter can rewrite this: name one of {', '.join(sorted(FIELDS))}")
    return name


class TrunkClassifier(BaseModel):
    """What this trunk does with one class of numbers."""

    model_config = ConfigDict(extra="allow")

    enabled: bool = True
    regex: Pattern | None = None
    prefix: Affix | None = None
    suffix: Affix | None = None
    weight_cost: Annotated[int, Field(ge=0, le=100)] = 50
    emergency: bool = False


class Trunk(BaseModel):
    """A trunk. Among those whose rules match, the lowest `weight_cost` is tried first."""

    model_config = ConfigDict(extra="allow")

    name: Annotated[Line, Field(min_length=1, max_length=128)]
    gateways: Annotated[list[TrunkGateway], Field(min_length=1, max_length=32)]
    enabled: bool = True
    emergency: bool = False
    weight_cost: Annotated[int, Field(ge=0, le=100)] = 50
    rules: list[Pattern] = Field(default_factory=list, max_length=200)
    cid_rules: list[Pattern] = Field(default_factory=list, max_length=200)
    rules_test: list[Pattern] | None = None
    flags: list[Annotated[Line, Field(max_length=64)]] = Field(default_factory=list)
    require_flags: bool | None = None
    ignore_flags: bool | None = None
    classifiers: dict[str, TrunkClassifier] | None = None
    formatters: dict[Annotated[str, AfterValidator(_field_of_a_call)], OneOrMore] | None = None
    format_from_uri: bool | None = None
    from_uri_realm: Realm | None = None
    from_account_realm: bool = False
    gateway_strategy: Literal["sequential", "random"] = "sequential"
    grace_period: Annotated[int, Field(ge=1, le=20)] = 5
    flat_rate_whitelist: Pattern | None = None
    flat_rate_blacklist: Pattern | None = None
    cost_ratedeck_id: Annotated[str, Field(pattern=r"^([0-9a-f]{32})?$")] | None = None
    """The rate deck (`use: cost`) of what the carrier takes for calls; without it they have no cost in reports."""
