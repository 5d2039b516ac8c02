"""Which callflow takes a call: the same answer for calls (callcontrol) and for simulations (the API).

Order: emergency numbers first, then the account's own numbers and patterns as dialled, then in E.164, then its
`no_match` flow. Restrictions are checked by the interpreter; refused here is only what is nobody's, what is switched
off, and what nothing answers to.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from qvoice.core.dialing.emergency import account_emergency, beats_extensions
from qvoice.core.dialing.normalise import country_of, is_e164, to_e164
from qvoice.core.flow.call import Call
from qvoice.core.flow.callers import caller_endpoint
from qvoice.core.flow.compile import CompiledFlow, compile_flow
from qvoice.core.flow.lookup import NO_MATCH
from qvoice.core.flow.requests import FoundFlow, NumberOwner
from qvoice.core.flow.world import World
from qvoice.core.ring.plan import CallerId
from qvoice.kit.text import clean_line


class NotPlaced(Exception):
    """The call ends before any flow, with this SIP code; the text says why."""

    def __init__(self, sip_code: int, why: str) -> None:
        super().__init__(why)
        self.sip_code = sip_code


class Flows(Protocol):
    """What is read of an account's flows and of the platform's numbers (`snapshot.Snapshots`)."""

    async def find_flow(
        self,
        account_id: str,
        number: str,
        no_match: bool = False,
        *,
        device_id: str | None = None,
        owner_id: str | None = None,
    ) -> FoundFlow | None:
        """The callflow for a number or pattern; with `no_match`, the account's no_match flow when nothing else takes
        it.
        """

    async def number_owner(self, e164: str) -> NumberOwner | None:
        """Whose number this is."""

    async def caller_name(self, e164: str) -> str:
        """What the number of a caller shows to the world, '' when nobody can tell in time."""


async def place(flows: Flows, facts: Call) -> CompiledFlow:
    """Return the flow that takes the call, and complete its facts (owner, language, zone, number, captures, world).

    Raises NotPlaced.
    """
    world: World = facts.world
    endpoint = caller_endpoint(facts)
    urgent = account_emergency(facts.dialled, world.account) if facts.authorised_by else None
    if urgent is None and facts.authorised_by and not endpoint.enabled:
        raise NotPlaced(403, "the device or its owner is disabled")
    if urgent is None and facts.only_emergency:
        raise NotPlaced(403, "the device is outside the networks it may call from")
    if urgent is None and any(level.get("enabled") is False for level in (world.account, *world.ancestors)):
        raise NotPlaced(403, "the account is disabled")
    facts.owner_id = endpoint.owner_id
    facts.language = endpoint.language or facts.language
    facts.timezone = endpoint.timezone or facts.timezone
    country = country_of(world.account)
    if urgent is not None and beats_extensions(facts.dialled, country):
        return _emergency(facts, urgent)
    found = await _flow_for(flows, facts)
    if found is None:
        facts.dialled = to_e164(facts.dialled, country, dial_plan=endpoint.dial_plan)
        # What nobody here answers to goes out only in somebody's name: a carrier's call to a number without a flow, or
        # one that came round, would be sent back to the carriers at the account's cost.
        found = await _flow_for(flows, facts, no_match=bool(facts.authorised_by))
    if urgent is not None and (found is None or NO_MATCH in found.flow.document.get("numbers", ())):
        return _emergency(facts, urgent)
    if facts.only_emergency:
        raise NotPlaced(403, "an extension took a short number, and this device may call for help only")
    if found is None and facts.failover:
        facts.last_cause = "UNALLOCATED_NUMBER"
        return _built_in("number-failover", {"module": "noop", "data": {}, "children": {}})
    if found is None:
        raise NotPlaced(404, f"no callflow for {facts.dialled!r}")
    return _taken(facts, found)


async def owner_of(flows: Flows, dialled: str) -> NumberOwner | None:
    """Whose number did the carrier send? Carriers write it with or without +, some in national form."""
    tried: list[str] = []
    digits = dialled.lstrip("+")
    for number in (dialled, "+" + digits, to_e164(dialled)):
        if number.startswith("+") and digits.isdigit() and number not in tried:
            tried.append(number)
            owner = await flows.number_owner(number)
            if owner is not None:
                return owner
    return None


async def named(flows: Flows, caller: CallerId, owner: NumberOwner) -> CallerId:
    """Return the caller with the name that his number shows, when he sends none and the number he called wants it."""
    if not owner.settings.look_up or caller.private or caller.name not in ("", caller.number):
        return caller
    number = to_e164(caller.number)
    name = clean_line(await flows.caller_name(number), 64) if is_e164(number) else ""
    return replace(caller, name=name) if name else caller


async def _flow_for(flows: Flows, facts: Call, *, no_match: bool = False) -> FoundFlow | None:
    """Find the flow for what was dialled, with all that the caller's own device and user name loaded too."""
    return await flows.find_flow(
        facts.account_id, facts.dialled, no_match, device_id=facts.device_id, owner_id=facts.owner_id
    )


def _emergency(facts: Call, number: str) -> CompiledFlow:
    """An emergency call goes straight to the trunks, whatever the account's own flows would do: nothing may be played,
    asked or looked up before it.
    """
    facts.emergency, facts.dialled = True, number
    return _built_in("emergency", {"module": "resources", "data": {}, "children": {}})


def call_back(facts: Call, device_id: str, found: CompiledFlow | None) -> CompiledFlow:
    """Return the flow of a call-back after an emergency call: the phone that made it, then what takes the number."""
    facts.emergency_callback = True
    then = {"_": {"module": "callflow", "data": {"id": found.flow_id}, "children": {}}} if found else {}
    return _built_in(
        "emergency-callback", {"module": "device", "data": {"id": device_id, "timeout": 60}, "children": then}
    )


def _built_in(name: str, flow: dict[str, object]) -> CompiledFlow:
    compiled = compile_flow({"flow": flow}, None, flow_id=name, tolerant=True)
    if not isinstance(compiled, CompiledFlow):
        raise NotPlaced(503, f"the flow {name} does not compile")
    return compiled


def _taken(facts: Call, found: FoundFlow) -> CompiledFlow:
    if isinstance(found.world, World):
        facts.world = facts.world.merged(found.world)
    if found.capture_group is not None:
        facts.capture_group = found.capture_group
    facts.named_captures = dict(found.named_captures)
    return found.flow
