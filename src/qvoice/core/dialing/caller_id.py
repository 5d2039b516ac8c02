"""The caller id of an outgoing leg. Order of precedence (features D3, kazoo.md 6.2):

1. a caller id that is kept on purpose (forwarded with keep_caller_id): as it came;
2. the caller id set for this call (dynamic_cid, set_cid);
3. what device, user and account say for this kind (`internal`, `external`, `emergency`; emergency falls to external);
4. internal calls: the extension (presence id) and the user's name; others: the user's name;
5. what the phone sent.
A number with a name of its own (`cnam.display_name`) shows that instead of the account's and the user's name.
Then formatters, then the name prefix; for calls that leave the platform the number must be one the account owns or
has verified elsewhere, else the account's external number, else its first number. Nobody can show a number that is not
his; an emergency call shows only numbers of the platform, where an address is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from qvoice.core.dialing import formatters
from qvoice.core.dialing.endpoint import Endpoint
from qvoice.core.dialing.normalise import country_of, to_e164
from qvoice.core.ring.plan import CallerId
from qvoice.kit.text import clean_line

KINDS = ("internal", "external", "emergency")


def outgoing(
    kind: str,
    *,
    endpoint: Endpoint,
    sip: CallerId,
    account: Mapping[str, Any],
    numbers: frozenset[str],
    verified: frozenset[str] = frozenset(),
    kept: CallerId | None = None,
    dynamic: CallerId | None = None,
    prefix: tuple[str, str] = ("", ""),
    privacy: str = "none",
    default_number: str = "",
    display_names: Mapping[str, str] | None = None,
) -> CallerId:
    """Return the caller id of a leg of `kind`.

    `sip`: what the phone or carrier sent. `numbers`: E.164 numbers that the account owns and are in service;
    `verified`: those it has elsewhere and proved.
    `prefix`: (name, number) of
    prepend_cid; the number's applies to internal legs only. `privacy`: asked for this call (device header, *67); the
    endpoint's own
    setting counts as well. `default_number`: the platform's emergency number of last resort. `display_names`: those of
    the account's numbers.
    """
    if kept is not None:
        return kept
    name, number = _chosen(kind, endpoint, sip, dynamic)
    nobodys_choice = not _named(kind, endpoint, dynamic, account)
    fields = {"outbound_caller_id_number": number, "outbound_caller_id_name": name}
    fields = formatters.apply(endpoint.formatters, fields, direction="outbound")
    number, name = fields["outbound_caller_id_number"], fields["outbound_caller_id_name"]
    if kind == "internal":
        number = prefix[1] + number
    elif account.get("ensure_valid_caller_id") is not False or kind == "emergency":
        if kind == "emergency":
            number = owned(number, account, numbers, default=default_number)
        else:
            number = owned(number, account, numbers, verified=verified)
    if kind != "internal" and nobodys_choice and display_names:
        name = display_names.get(to_e164(number, country_of(account)), name)
    result = CallerId(name=clean_line(prefix[0] + name, 64), number=clean_line(number, 64), private=sip.private)
    if kind == "emergency":
        return replace(result, private=False)
    return with_privacy(result, privacy if privacy != "none" else endpoint.privacy)


def owned(
    number: str,
    account: Mapping[str, Any],
    numbers: frozenset[str],
    *,
    verified: frozenset[str] = frozenset(),
    default: str = "",
) -> str:
    """Return `number` when the account owns or has verified it, else the account's external number on the same
    condition, else its first number, else `default`."""
    country = country_of(account)
    external = account.get("caller_id")
    external = external.get("external") if isinstance(external, Mapping) else None
    fallback = external.get("number") if isinstance(external, Mapping) else None
    for candidate in (number, fallback):
        if isinstance(candidate, str) and candidate and to_e164(candidate, country) in numbers | verified:
            return candidate
    return min(numbers, default=default)


def with_privacy(caller: CallerId, mode: str) -> CallerId:
    """Apply a privacy mode: `full` (or `yes`) hides both, `number` the number, `name` only the name."""
    if mode in ("full", "yes"):
        return replace(caller, name="Anonymous", private=True)
    if mode == "number":
        return replace(caller, private=True)
    return replace(caller, name="") if mode == "name" else caller


_WANTED = {"emergency": ("emergency", "external")}


def _named(kind: str, endpoint: Endpoint, dynamic: CallerId | None, account: Mapping[str, Any]) -> bool:
    """Tell whether a name was chosen for calls of this kind, more closely than for the whole account."""
    if dynamic is not None and dynamic.name:
        return True
    own = account.get("caller_id")
    for each in _WANTED.get(kind, (kind,)):
        chosen = endpoint.caller_ids[each][0] if each in endpoint.caller_ids else ""
        general = own.get(each) if isinstance(own, Mapping) else None
        if chosen and chosen != (general.get("name") if isinstance(general, Mapping) else None):
            return True
    return False


def _chosen(kind: str, endpoint: Endpoint, sip: CallerId, dynamic: CallerId | None) -> tuple[str, str]:
    """Return (name, number); each is taken from the first source that has it."""
    sources = [(dynamic.name, dynamic.number)] if dynamic is not None else []
    wanted = _WANTED.get(kind, (kind,))
    sources += [endpoint.caller_ids[k] for k in wanted if k in endpoint.caller_ids]
    if kind == "internal":
        sources.append((endpoint.user_name or endpoint.name, endpoint.presence_id))
    else:
        sources.append((endpoint.user_name, ""))
    sources.append((sip.name, sip.number))
    name = next((s[0] for s in sources if s[0]), "")
    number = next((s[1] for s in sources if s[1]), "")
    return name, number
