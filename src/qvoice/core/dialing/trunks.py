"""Which carrier gateways a number goes to, in which order, and what each is sent (kazoo.md 4.1-4.4).

Trunks ("resources") are raw documents of one pool. Filters, in order: enabled, flags, number class, rules, caller id
rules. Then gateways,
cheapest first; a gateway that is known to be dead is tried last, not skipped: the knowledge may be old.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

from qvoice.core.dialing import formatters
from qvoice.core.dialing.classify import classify
from qvoice.core.dialing.emergency import is_emergency
from qvoice.core.dialing.endpoint import asterisk_codecs, safe_headers, takes_fax
from qvoice.core.dialing.invite_format import formatted, host_of, is_user_part, sip_uri
from qvoice.core.dialing.normalise import DEFAULT_COUNTRY
from qvoice.core.dialing.pattern import safe_search
from qvoice.core.ring.plan import CallerId, Gateway, Leg

MISSING_WEIGHT = 3
"""Weight of a stored trunk without one (the dialect's router; new trunks get 50)."""

PROGRESS_TIMEOUT = 8.0
"""Seconds without progress before the next gateway."""

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Choice:
    """A trunk that takes the number. `number`: what its rule kept; `prefix`/`suffix`: of the class, None = the
    gateway's own."""

    resource: Document
    number: str
    weight: int
    prefix: str | None = None
    suffix: str | None = None
    emergency: bool = False


def choose(
    resources: Iterable[Document],
    number: str,
    *,
    caller_number: str = "",
    flags: Sequence[str] = (),
    country: str = DEFAULT_COUNTRY,
) -> list[Choice]:
    """Return the trunks that take `number` (E.164, or an emergency number), cheapest first; for emergencies their
    trunks before all."""
    emergency = is_emergency(number, country)
    pool = [r for r in resources if r.get("enabled") is not False]
    pool = [r for r in pool if emergency or _flags_fit(r, flags)]
    number_class = classify(number, country)
    having = [r for r in pool if _class_entry(r, number_class)]
    taken: list[Choice] = []
    for resource in having or [r for r in pool if not _class_disabled(r, number_class)]:
        choice = _take(resource, number, number_class, emergency=emergency, by_class=bool(having))
        if choice is not None and (emergency or _caller_fits(resource, caller_number)):
            taken.append(choice)
    if emergency:
        known = {id(c.resource) for c in taken}
        taken += [
            Choice(r, number, _weight(r.get("weight_cost")), emergency=True)
            for r in pool
            if r.get("emergency") is True and id(r) not in known
        ]
    return sorted(taken, key=lambda c: (emergency and c.resource.get("emergency") is not True, c.weight))


def select(
    resources: Iterable[Document],
    number: str,
    *,
    callers: Mapping[str, CallerId],
    flags: Sequence[str] = (),
    country: str = DEFAULT_COUNTRY,
    dead: frozenset[tuple[str, int]] = frozenset(),
    timeout: float = 60.0,
    account_realm: str = "",
    account_id: str = "",
    caller_id_type: str = "external",
    headers: tuple[tuple[str, str], ...] = (),
    ignore_early_media: bool = False,
    random: Sequence[float] = (),
) -> list[Leg]:
    """Return one leg per gateway in the order to try.

    `callers`: caller id by kind (`external`, `emergency`, `internal`); a trunk's or gateway's `caller_id_type` picks
    one, emergencies take
    theirs. `dead`: (resource id, gateway index) tried last. `random`: floats in [0,1) for gateway_strategy `random`.
    """
    default = callers.get(caller_id_type) or callers["external"]
    chosen = choose(resources, number, caller_number=default.number, flags=flags, country=country)
    legs: list[Leg] = []
    for choice in chosen:
        resource = choice.resource
        for index, gateway in _gateways(resource, random):
            uri = _uri(choice, gateway, number)
            if uri is None:
                continue
            kind = _kind(resource, gateway, caller_id_type)
            caller = callers.get("emergency" if choice.emergency else kind) or default
            progress = gateway.get("progress_timeout")
            emitted = (("X-Account-ID", account_id),) if resource.get("emit_account_id") is True and account_id else ()
            legs.append(
                Leg(
                    id=f"{resource.get('id')}:{index}",
                    target=Gateway(
                        resource_id=str(resource.get("id", "")),
                        index=index,
                        uri=uri,
                        codecs=_codecs(resource, gateway),
                        from_realm=_from_realm(resource, gateway, account_realm),
                        emergency=choice.emergency,
                        fax=takes_fax(gateway.get("media")),
                    ),
                    caller=_formatted_caller(resource, gateway, caller, emergency=choice.emergency),
                    timeout=timeout,
                    progress_timeout=float(progress) if _is_number(progress) and progress > 0 else PROGRESS_TIMEOUT,
                    headers=headers + safe_headers(gateway.get("custom_sip_headers")) + emitted,
                    ignore_early_media=ignore_early_media,
                )
            )
    return sorted(
        legs, key=lambda leg: isinstance(leg.target, Gateway) and (leg.target.resource_id, leg.target.index) in dead
    )


def short_dial(number: str, caller_number: str) -> str | None:
    """Return `number` completed from the caller's own number when 2 to 5 leading digits are missing (local
    dialling), else None."""
    digits, own = number.removeprefix("+"), caller_number.removeprefix("+")
    missing = len(own) - len(digits)
    if not (digits.isdigit() and own.isdigit()) or not 2 <= missing <= 5:
        return None
    return f"+{own[:missing]}{digits}"


def _flags_fit(resource: Document, flags: Sequence[str]) -> bool:
    if not flags:
        return resource.get("require_flags") is not True
    if resource.get("ignore_flags") is True:
        return True
    offered = resource.get("flags")
    return set(flags) <= set(offered if isinstance(offered, list | tuple) else ())


def _class_entry(resource: Document, name: str) -> Document | None:
    classifiers = resource.get("classifiers")
    entry = classifiers.get(name) if isinstance(classifiers, Mapping) else None
    return entry if isinstance(entry, Mapping) and entry.get("enabled") is not False else None


def _class_disabled(resource: Document, name: str) -> bool:
    classifiers = resource.get("classifiers")
    entry = classifiers.get(name) if isinstance(classifiers, Mapping) else None
    return isinstance(entry, Mapping) and entry.get("enabled") is False


def _take(resource: Document, number: str, name: str, *, emergency: bool, by_class: bool) -> Choice | None:
    """Match the class's expression, or the trunk's rules (none at all and no classes: it takes every number).

    A trunk for emergencies takes nothing else.
    """
    for_emergencies = resource.get("emergency") is True
    if for_emergencies and not emergency:
        return None
    if by_class:
        entry = _class_entry(resource, name) or {}
        kept = _kept([entry["regex"]] if isinstance(entry.get("regex"), str) and entry["regex"] else [], number)
        weight = _weight(entry.get("weight_cost", resource.get("weight_cost")))
        marked = entry.get("emergency") is True
        prefix, suffix = _own(entry, "prefix"), _own(entry, "suffix")
    else:
        rules = resource.get("rules")
        if not rules and resource.get("classifiers"):
            return None
        kept = _kept(list(rules) if isinstance(rules, list | tuple) else [], number)
        weight, marked, prefix, suffix = _weight(resource.get("weight_cost")), False, None, None
    if kept is None:
        return None
    return Choice(resource, kept, weight, prefix, suffix, emergency=emergency or marked)


def _kept(rules: list[Any], number: str) -> str | None:
    """Return what the rules keep of a number: the last rule that matches decides; no rules keep all of it; None:
    none matches."""
    if not rules:
        return number
    return next((match.largest for rule in reversed(rules) if (match := safe_search(rule, number))), None)


def _own(entry: Document, key: str) -> str | None:
    value = entry.get(key)
    return value if isinstance(value, str) and value else None


def _caller_fits(resource: Document, caller_number: str) -> bool:
    rules = resource.get("cid_rules")
    if not isinstance(rules, list | tuple) or not rules:
        return True
    return any(safe_search(rule, caller_number) for rule in rules)


def _weight(value: Any) -> int:
    return min(100, max(1, int(value))) if _is_number(value) else MISSING_WEIGHT


def _is_number(value: Any) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _gateways(resource: Document, random: Sequence[float]) -> list[tuple[int, Document]]:
    listed = resource.get("gateways")
    gateways: list[Any] = list(listed) if isinstance(listed, list | tuple) else []
    found: list[tuple[int, Document]] = [
        (index, gateway)
        for index, gateway in enumerate(gateways)
        if isinstance(gateway, Mapping)
        and gateway.get("enabled") is not False
        and gateway.get("endpoint_type", "sip") == "sip"
    ]
    if resource.get("gateway_strategy") == "random" and random:
        return [pair for _, pair in sorted(zip([*random] * len(found), found, strict=False), key=lambda x: x[0])]
    return found


def _uri(choice: Choice, gateway: Document, number: str) -> str | None:
    """Return the request URI for a gateway, or None when its settings make none."""
    route = gateway.get("route")
    if isinstance(route, str) and route:
        return sip_uri(route)
    server = gateway.get("server")
    host = host_of(server.strip()) if isinstance(server, str) else None
    if host is None:
        return None
    invite_format = str(gateway.get("invite_format") or "route")
    rules = choice.resource.get("formatters")
    if invite_format == "username":
        user = str(gateway.get("username", ""))
    else:
        sent = choice.number if invite_format == "route" else formatted(number, invite_format)
        sent = formatters.rewritten(rules, formatters.CALLEE_OUT, sent, invite_format=invite_format)
        prefix = choice.prefix if choice.prefix is not None else _own(gateway, "prefix") or ""
        suffix = choice.suffix if choice.suffix is not None else _own(gateway, "suffix") or ""
        user = f"{prefix}{sent}{suffix}"
    user = formatters.rewritten(rules, formatters.REQUEST, user, invite_format=invite_format)
    if not is_user_part(user):
        if not choice.emergency:
            return None
        user = number  # a formatter gone wrong costs no call for help
    port = gateway.get("port")
    where = f"{host}:{int(port)}" if _is_number(port) and 0 < int(port) < 65536 and int(port) != 5060 else host
    return sip_uri(f"sip:{user}@{where}{_parameters(gateway)}")


def _parameters(gateway: Document) -> str:
    extra = gateway.get("invite_parameters")
    static = extra.get("static") if isinstance(extra, Mapping) else None
    return "".join(f";{p}" for p in (static if isinstance(static, list | tuple) else ()) if isinstance(p, str) and p)


def _kind(resource: Document, gateway: Document, default: str) -> str:
    options = resource.get("caller_id_options")
    asked = options.get("type") if isinstance(options, Mapping) else None
    asked = asked or gateway.get("caller_id_type") or default
    return asked if asked in ("internal", "external", "emergency") else default


def _codecs(resource: Document, gateway: Document) -> tuple[str, ...]:
    media = resource.get("media")
    audio = media.get("audio") if isinstance(media, Mapping) else None
    inherited = audio.get("codecs") if isinstance(audio, Mapping) else None
    return asterisk_codecs(gateway.get("codecs")) or asterisk_codecs(inherited)


def _from_realm(resource: Document, gateway: Document, account_realm: str) -> str:
    given = resource.get("from_uri_realm")
    if isinstance(given, str) and host_of(given):
        return given
    if resource.get("from_account_realm") is True:
        return account_realm
    realm = gateway.get("realm")
    if resource.get("format_from_uri") is True and isinstance(realm, str) and host_of(realm):
        return realm
    return ""


def _formatted_caller(resource: Document, gateway: Document, caller: CallerId, *, emergency: bool) -> CallerId:
    rules, invite_format = resource.get("formatters"), str(gateway.get("invite_format") or "route")
    numbers, names = formatters.CALLER_NUMBER_OUT, formatters.CALLER_NAME_OUT
    if emergency:
        numbers, names = (*numbers, *formatters.EMERGENCY_NUMBER_OUT), (*names, *formatters.EMERGENCY_NAME_OUT)
    return CallerId(
        formatters.rewritten(rules, names, caller.name, invite_format=invite_format),
        formatters.rewritten(rules, numbers, caller.number, invite_format=invite_format),
        caller.private,
    )
