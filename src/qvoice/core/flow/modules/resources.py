"""Send the call out: to another account's number on the platform, else to carriers (kazoo.md 4.2, 4.5).

`resources` uses the trunks of this account (or of the ancestor in `hunt_account_id`); `offnet` is the same with the
platform's trunks.
"""

from __future__ import annotations

from typing import Any

from qvoice.core.dialing.emergency import emergency_number
from qvoice.core.dialing.endpoint import safe_headers
from qvoice.core.dialing.normalise import country_of, is_e164, to_e164
from qvoice.core.dialing.trunks import select, short_dial
from qvoice.core.flow.call import Call
from qvoice.core.flow.callers import caller_endpoint, shown_caller
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import FAILURES, Failed, Next, after_ring
from qvoice.core.flow.forms import RING_SECONDS, RINGBACK, SIP_HEADERS, Field, Words, choice, field
from qvoice.core.flow.references import Ref
from qvoice.core.flow.requests import FindNumber, NumberOwner, RecordEmergency
from qvoice.core.flow.ringing import seconds
from qvoice.core.flow.talk import DataUnavailable, Talk, ask, ring, tell
from qvoice.core.flow.world import GLOBAL_POOL, World
from qvoice.core.ring.plan import Leg, Loop, RingPlan, Stage

VERSION = 1
GROUP = "Carriers"
ICON = "world-share"
EXITS = FAILURES
TITLE = Words("Account carrier", "Lignes du compte")
ABOUT = Words(
    "Send the call out by the account’s own trunks.",
    "Envoyer l’appel par les lignes du compte.",
)
FORM = {
    "to_did": field("Call this number instead", "Appeler ce numéro à la place", control="number"),
    "caller_id_type": choice(
        "Show as caller",
        "Identité présentée",
        ("external", "The outside caller ID", "L’identité externe"),
        ("internal", "The internal caller ID", "L’identité interne"),
        ("emergency", "The emergency caller ID", "L’identité d’urgence"),
    ),
    "timeout": RING_SECONDS,
    "use_local_resources": field("Use this account’s own trunks", "Utiliser les lignes du compte", advanced=True),
    "hunt_account_id": Field(
        Words("Use the trunks of", "Utiliser les lignes de"), control="document", of="accounts", advanced=True
    ),
    "ringback": RINGBACK,
    "ignore_early_media": field("Ignore sound before the answer", "Ignorer le son avant la réponse", advanced=True),
    "outbound_flags": field("Trunks with these flags only", "Seulement les lignes ayant ces drapeaux", advanced=True),
    "dynamic_flags": field("Flags from variables", "Drapeaux tirés de variables", advanced=True),
    "do_not_normalize": field("Send the number as dialled", "Envoyer le numéro tel que composé", advanced=True),
    "bypass_e164": field("Skip E.164", "Sans E.164", advanced=True),
    "format_from_uri": field("Caller ID in From", "Identité dans From", advanced=True),
    "from_uri_realm": field("Domain in From", "Domaine dans From", advanced=True),
    "emit_account_id": field("Send the account id", "Envoyer l’id du compte", advanced=True),
    "custom_sip_headers": SIP_HEADERS,
    "resource_type": field("Kind of trunk", "Type de ligne", advanced=True),
}

BRIDGE_SECONDS = 120.0
"""Longest ringing over all gateways."""

LEG_SECONDS = 60.0
"""Longest ringing at one gateway."""


class Data(ModuleData):
    """`timeout` in seconds, 0 = default. `to_did`: number to call instead of what was dialled. Flags choose among
    trunks."""

    use_local_resources: bool = True
    hunt_account_id: str = ""
    to_did: str = ""
    caller_id_type: str = "external"
    timeout: float = 0
    ringback: str = ""
    ignore_early_media: bool = False
    outbound_flags: list[str] | dict[str, Any] = []
    dynamic_flags: list[str] = []
    do_not_normalize: bool = False
    bypass_e164: bool = False
    format_from_uri: bool = False
    from_uri_realm: str = ""
    emit_account_id: bool = False
    custom_sip_headers: dict[str, Any] = {}
    resource_type: str = ""


def references(data: Data) -> list[Ref]:
    """The pool of trunks."""
    return [Ref("resources", data.hunt_account_id if data.use_local_resources else GLOBAL_POOL, by="pool")]


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Find the way out and ring it; go on by what came of it."""
    world: World = call.world
    country = country_of(world.account)
    number = _number(data, call, country)
    emergency = emergency_number(number, country)
    if emergency is not None:
        call.emergency, number = True, emergency
        yield from _record_emergency(call, emergency)
    elif not data.hunt_account_id and is_e164(number):
        on_net = yield from _on_net(data, call, number)
        if on_net is not None:
            return after_ring((yield from ring(on_net)))
    legs = _legs(data, call, number, country)
    if not legs and emergency is None:
        longer = short_dial(number, shown_caller(call, "external").number)
        legs = _legs(data, call, longer, country) if longer else []
        number = longer if longer and legs else number
    if not legs:
        return Failed("NO_ROUTE_DESTINATION", 404)
    plan = RingPlan(
        tuple(Stage((leg,)) for leg in legs),
        timeout=None if emergency else seconds(data.timeout, BRIDGE_SECONDS),
        ringback=data.ringback or None,
        trunks=True,
        called=number if is_e164(number) else to_e164(number, country),
    )
    return after_ring((yield from ring(plan)))


def _number(data: Data, call: Call, country: str) -> str:
    if data.to_did:
        return data.to_did if data.do_not_normalize else to_e164(data.to_did, country)
    if data.do_not_normalize or data.bypass_e164:
        return call.request_user
    return to_e164(call.dialled, country, dial_plan=caller_endpoint(call).dial_plan)


def _on_net(data: Data, call: Call, number: str) -> Talk[RingPlan | None]:
    """A number of this platform needs no carrier. When nobody can tell whose it is, the carriers will."""
    try:
        owner: NumberOwner | None = yield from ask(FindNumber(number))
    except DataUnavailable:
        return None
    if owner is None or owner.force_outbound:
        return None
    leg = Leg(
        id=f"on-net:{owner.e164}",
        target=Loop(owner.e164, owner.account_id),
        caller=shown_caller(call, "external"),
        timeout=seconds(data.timeout, BRIDGE_SECONDS),
    )
    return RingPlan((Stage((leg,)),), ringback=data.ringback or None)


def _record_emergency(call: Call, number: str) -> Talk[None]:
    """Have the call written down and people told. Nothing is waited for: the call goes out now."""
    shown = shown_caller(call, "emergency").number
    yield from tell(RecordEmergency(number, shown, call.device_id, call.owner_id, call.now.timestamp()))


def _legs(data: Data, call: Call, number: str, country: str) -> list[Leg]:
    world: World = call.world
    realm = world.account.get("realm")
    return select(
        [_as_asked(data, resource) for resource in _pool(data, call)],
        number,
        callers={kind: shown_caller(call, kind) for kind in ("internal", "external", "emergency")},
        flags=_flags(data, call),
        country=country,
        dead=world.dead_gateways,
        timeout=seconds(data.timeout, LEG_SECONDS),
        account_realm=realm if isinstance(realm, str) else "",
        account_id=call.account_id,
        caller_id_type=data.caller_id_type,
        headers=safe_headers(data.custom_sip_headers),
        ignore_early_media=data.ignore_early_media,
        random=call.random,
    )


def _as_asked(data: Data, resource: Any) -> Any:
    """Lay the node's own settings over a trunk's."""
    over: dict[str, Any] = {}
    if data.from_uri_realm:
        over["from_uri_realm"] = data.from_uri_realm
    if data.format_from_uri:
        over["format_from_uri"] = True
    if data.emit_account_id:
        over["emit_account_id"] = True
    return {**resource, **over} if over else resource


def _pool(data: Data, call: Call) -> tuple[Any, ...]:
    """Return the trunks to choose from; another account's only when it is an ancestor.

    An emergency call may take any trunk there is: the account's, then the platform's (emergency trunks go first).
    """
    world: World = call.world
    if call.emergency:
        every = (*world.pool(call.account_id), *world.pool(GLOBAL_POOL))
        return tuple({trunk.get("id"): trunk for trunk in every}.values())
    if not data.use_local_resources:
        return world.pool(GLOBAL_POOL)
    wanted = data.hunt_account_id or call.account_id
    above = {ancestor.get("id") for ancestor in world.ancestors}
    return world.pool(wanted) if wanted == call.account_id or wanted in above else ()


def _flags(data: Data, call: Call) -> list[str]:
    """Return the flags asked of a trunk: the node's and the caller's, static ones and those that name a variable of
    the call."""
    endpoint = caller_endpoint(call)
    given = data.outbound_flags
    static = given.get("static", []) if isinstance(given, dict) else given
    named = given.get("dynamic", []) if isinstance(given, dict) else []
    flags = dict.fromkeys(f for f in (*static, *endpoint.outbound_flags) if isinstance(f, str) and f)
    for name in (*named, *data.dynamic_flags, *endpoint.dynamic_flags):
        value = call.variables.get(name.removeprefix("custom_channel_vars.")) if isinstance(name, str) else None
        if isinstance(value, str) and value:
            flags[value] = None
    return list(flags)
