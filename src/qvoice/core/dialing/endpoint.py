"""A device as calls see it: what its own document, its owner and its account say, merged (kazoo.md 6.2).

Right wins, and an empty value never wins: most settings account < device < user; `call_restriction` is the union of
all denials;
do-not-disturb is set when any of the three sets it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Document = Mapping[str, Any]

_CODECS = {
    "pcmu": "ulaw", "pcma": "alaw", "g711u": "ulaw", "g711a": "alaw", "ulaw": "ulaw", "alaw": "alaw", "g722": "g722",
    "g729": "g729",
    "opus": "opus", "gsm": "gsm", "ilbc": "ilbc", "g726": "g726", "speex": "speex", "amr": "amr",
}  # fmt: skip
"""The dialect's codec names (lower case, before any `@`) in Asterisk's spelling."""


@dataclass(frozen=True, slots=True)
class Forward:
    """Call forwarding in force. `number` as typed by the user."""

    number: str
    substitute: bool = True
    failover: bool = False
    direct_calls_only: bool = False
    keep_caller_id: bool = True
    require_keypress: bool = True
    ignore_early_media: bool = True
    from_device: bool = False
    """Set on the device itself (then it stands for this device only, not for the whole user)."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A device (or a user without one: `device_id` None) with everything inherited."""

    account_id: str
    realm: str
    device_id: str | None = None
    owner_id: str | None = None
    device_type: str = "sip_device"
    name: str = ""
    user_name: str = ""
    enabled: bool = True
    username: str = ""
    media: str = "rtp"
    fax: bool = False
    codecs: tuple[str, ...] = ()
    invite_format: str = "contact"
    route: str = ""
    number: str = ""
    caller_ids: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """kind (`internal`, `external`, `emergency`, `asserted`) → (name, number); either may be ''."""
    forward: Forward | None = None
    do_not_disturb: bool = False
    denied_classes: frozenset[str] = frozenset()
    """Number classes (and `closed_groups`) that account, ancestors, device or user deny."""
    outbound_flags: tuple[str, ...] = ()
    dynamic_flags: tuple[str, ...] = ()
    language: str = ""
    timezone: str = ""
    presence_id: str = ""
    ringtone_internal: str = ""
    ringtone_external: str = ""
    music_on_hold: str = ""
    privacy: str = "none"
    formatters: Mapping[str, Any] = field(default_factory=dict)
    dial_plan: Mapping[str, Any] = field(default_factory=dict)
    progress_timeout: float | None = None
    ignore_early_media: bool = False
    call_waiting: bool = True
    headers: tuple[tuple[str, str], ...] = ()
    """Extra SIP headers towards this device (`sip.custom_sip_headers.in`)."""


Ids = tuple[str | None, str | None, str | None]
"""Of the account, the user and the device."""


def merge(
    account: Document,
    user: Document | None,
    device: Document | None,
    *,
    ancestors: Sequence[Document] = (),
    ids: Ids = (None, None, None),
) -> Endpoint:
    """Merge the documents of one endpoint. `ids` of those documents that carry no `id` themselves; `ancestors` are the
    accounts above, nearest first.

    The result is remembered for these very objects: a loaded document is never changed, a new version is a new
    object, and each call asks for the same few endpoints several times. So give the loaded documents, not copies.
    """
    sources = (account, user, device, *ancestors)
    key = (ids, *map(id, sources))
    known = _MERGED.get(key)
    if known is not None:  # an id names one object only while that lives, and it lives: it is held here
        return known[1]
    result = _merge(account, user or {}, device or {}, ancestors, ids)
    if len(_MERGED) >= _MERGED_MAX:
        _MERGED.clear()
    _MERGED[key] = (sources, result)
    return result


_MERGED: dict[tuple[Ids | int, ...], tuple[tuple[Document | None, ...], Endpoint]] = {}
"""Documents (held, so that an id names one object only) and what they merge to."""
_MERGED_MAX = 20_000


def _merge(
    account: Document, user: Document, device: Document, ancestors: Sequence[Document], ids: Ids
) -> Endpoint:
    prefer_device = account.get("prefer_device_caller_id") is True
    levels = (account, device, user)
    sip, media = _map(device.get("sip")), _map(device.get("media"))
    everyone = (account, *ancestors, user, device)
    static, dynamic = _flags(levels)
    account_id, user_id, device_id = ids
    owner_id = user_id or device.get("owner_id") or user.get("id")
    return Endpoint(
        account_id=account_id or str(account.get("id", "")),
        realm=_text(sip.get("realm")) or _text(account.get("realm")),
        device_id=device_id or _text(device.get("id")) or None,
        owner_id=_text(owner_id) or None,
        device_type=_text(device.get("device_type")) or "sip_device",
        name=_text(device.get("name")),
        user_name=" ".join(part for part in (_text(user.get("first_name")), _text(user.get("last_name"))) if part),
        enabled=all(level.get("enabled") is not False for level in levels),
        username=_text(sip.get("username")),
        media=_encryption(media, device),
        fax=takes_fax(media),
        codecs=asterisk_codecs(_map(media.get("audio")).get("codecs")),
        invite_format=_text(sip.get("invite_format")) or "contact",
        route=_text(sip.get("route")) or _text(sip.get("static_route")),
        number=_text(sip.get("number")) or _text(sip.get("static_invite")),
        caller_ids=_caller_ids((account, user, device) if prefer_device else levels),
        forward=_forward(user, device),
        do_not_disturb=any(_map(level.get("do_not_disturb")).get("enabled") is True for level in levels),
        denied_classes=frozenset(
            name
            for level in everyone
            for name, rule in _map(level.get("call_restriction")).items()
            if _map(rule).get("action") == "deny"
        ),
        outbound_flags=static,
        dynamic_flags=dynamic,
        language=_last(*(level.get("language") for level in (account, user, device))),
        timezone=_last(*(level.get("timezone") for level in (account, user, device))),
        presence_id=_text(device.get("presence_id")) or _text(user.get("presence_id")),
        ringtone_internal=_last(*(_map(level.get("ringtones")).get("internal") for level in levels)),
        ringtone_external=_last(*(_map(level.get("ringtones")).get("external") for level in levels)),
        music_on_hold=_last(*(_map(level.get("music_on_hold")).get("media_id") for level in levels)),
        privacy=_privacy(levels),
        formatters=_merged(*(level.get("formatters") for level in levels)),
        dial_plan=_merged(*(level.get("dial_plan") for level in levels)),
        progress_timeout=_seconds(media.get("progress_timeout")),
        ignore_early_media=media.get("ignore_early_media") is True,
        call_waiting=_call_waiting(levels),
        headers=_headers(sip.get("custom_sip_headers")),
    )


def _map(value: Any) -> Document:
    return value if isinstance(value, Mapping) else {}


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _last(*values: Any) -> str:
    """Return the last non-empty text."""
    return next((text for text in map(_text, reversed(values)) if text), "")


def _seconds(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else None


def _merged(*layers: Any) -> dict[str, Any]:
    """Merge mappings key by key; an empty value never wins."""
    result: dict[str, Any] = {}
    for layer in layers:
        for key, value in _map(layer).items():
            if value in (None, "", {}, []):
                continue
            result[key] = _merged(result.get(key), value) if isinstance(value, Mapping) else value
    return result


def _caller_ids(levels: Sequence[Document]) -> dict[str, tuple[str, str]]:
    merged = _merged(*(level.get("caller_id") for level in levels))
    return {
        kind: (_text(_map(value).get("name")), _text(_map(value).get("number")))
        for kind, value in merged.items()
        if isinstance(value, Mapping)
    }


def _forward(user: Document, device: Document) -> Forward | None:
    """Return the device's forwarding when it is on, else the user's when it is on.

    On is `enabled`, or `failover` alone (only when nothing is registered); newer clients keep that in
    `call_failover`.
    """
    for source in (device, user):
        settings, failover = _map(source.get("call_forward")), _map(source.get("call_failover"))
        only_failover = settings.get("failover") is True
        if settings.get("enabled") is not True and not only_failover:
            settings, only_failover = failover, True
            if settings.get("enabled") is not True:
                continue
        number = _text(settings.get("number"))
        if not number:
            continue
        return Forward(
            number=number,
            substitute=settings.get("substitute") is not False,
            failover=only_failover,
            direct_calls_only=settings.get("direct_calls_only") is True,
            keep_caller_id=settings.get("keep_caller_id") is not False,
            require_keypress=settings.get("require_keypress") is not False,
            ignore_early_media=settings.get("ignore_early_media") is not False,
            from_device=source is device,
        )
    return None


def _flags(levels: Sequence[Document]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Add the outbound flags of all levels: a list, or {static, dynamic}."""
    static: dict[str, None] = {}
    dynamic: dict[str, None] = {}
    for level in levels:
        flags = level.get("outbound_flags")
        if isinstance(flags, Mapping):
            static.update(dict.fromkeys(_strings(flags.get("static"))))
            dynamic.update(dict.fromkeys(_strings(flags.get("dynamic"))))
        else:
            static.update(dict.fromkeys(_strings(flags)))
        dynamic.update(dict.fromkeys(_strings(level.get("dynamic_flags"))))
    return tuple(static), tuple(dynamic)


def _strings(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str) and item] if isinstance(value, list | tuple) else []


def takes_fax(media: Any) -> bool:
    """Whether `media.fax_option` lets a device or gateway change to fax over IP (T.38): only when it is said."""
    return _map(media).get("fax_option") in (True, "true", "auto")


def _encryption(media: Document, device: Document) -> str:
    if media.get("webrtc") is True or _map(device.get("sip")).get("transport") in ("ws", "wss"):
        return "webrtc"
    encryption = _map(media.get("encryption"))
    srtp = "srtp" in _strings(encryption.get("methods"))
    if encryption.get("enforce_security") is True:
        return "srtp"
    return "srtp-optional" if srtp else "rtp"


def asterisk_codecs(value: Any) -> tuple[str, ...]:
    """Return a document's codec list in Asterisk's names, in order, each once; unknown ones are left out."""
    names = (_CODECS.get(item.split("@")[0].lower()) for item in _strings(value))
    return tuple(dict.fromkeys(name for name in names if name))


def _privacy(levels: Sequence[Document]) -> str:
    asked = _last(*(_map(level.get("caller_id_options")).get("outbound_privacy") for level in levels))
    return {"yes": "full"}.get(asked, asked) if asked in ("full", "yes", "name", "number", "none") else "none"


def _call_waiting(levels: Sequence[Document]) -> bool:
    said = [v for v in (_map(level.get("call_waiting")).get("enabled") for level in levels) if isinstance(v, bool)]
    return said[-1] if said else True


def _headers(value: Any) -> tuple[tuple[str, str], ...]:
    """Return the headers for calls to the device: `{in: {…}, out: {…}}`, or the old flat form. Line ends and X-QV-*
    never pass."""
    headers = _map(value)
    inward = _map(headers.get("in")) if "in" in headers or "out" in headers else headers
    return safe_headers(inward)


def safe_headers(headers: Any) -> tuple[tuple[str, str], ...]:
    """Return user-given SIP headers that are safe to send: `X-…` and a few known names, one line each, at most 20."""
    allowed = {"alert-info", "call-info", "subject", "priority", "organization"}
    kept = [
        (name, value)
        for name, value in _map(headers).items()
        if isinstance(name, str)
        and isinstance(value, str)
        and 0 < len(name) <= 64
        and len(value) <= 256
        and name.replace("-", "").isascii()
        and name.replace("-", "").isalnum()
        and (name.lower() in allowed or (name.lower().startswith("x-") and not name.lower().startswith("x-qv")))
        and value.isprintable()
    ]
    return tuple(kept[:20])
