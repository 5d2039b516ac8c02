"""Call set-up: whose call is this, and what did he dial. Which callflow takes it is features.callflows.placing's to
say: the interpreter checks restrictions (and plays the refusal); here a call is refused only when it is nobody's, the
account or device is switched off, or nothing answers to the number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from qvoice.callcontrol import causes
from qvoice.core.dialing.emergency import Callbacks
from qvoice.core.dialing.normalise import is_e164
from qvoice.core.flow.admission import refusal
from qvoice.core.flow.arrived import arrived_by, came_by
from qvoice.core.flow.call import Call
from qvoice.core.flow.callers import shown_caller
from qvoice.core.flow.checkpoint import Checkpoint, call_from_json
from qvoice.core.flow.compile import CompiledFlow, compile_flow
from qvoice.core.flow.requests import FoundFlow, NumberOwner
from qvoice.core.flow.world import World
from qvoice.core.ring.plan import CallerId
from qvoice.features.callflows.placing import NotPlaced, call_back, named, owner_of, place
from qvoice.kit import log
from qvoice.kit.clock import utcnow

if TYPE_CHECKING:
    from qvoice.callcontrol.arrival import Arrival
    from qvoice.callcontrol.legs import CallLeg
    from qvoice.callcontrol.live import LiveCall


class RefusedCall(Exception):
    """The call ends before any flow: `cause` for the CDR, and the Q.850 number that gives the caller `sip_code`."""

    def __init__(self, sip_code: int, why: str) -> None:
        super().__init__(why)
        self.sip_code = sip_code
        self.cause = causes.name_of(0, sip_code)
        self.q850 = causes.q850_for_sip(sip_code)


@dataclass(slots=True)
class Placed:
    """Where a call goes: its facts and the flow that takes it, from the start or from a checkpoint."""

    facts: Call
    flow: CompiledFlow
    resume: Checkpoint | None = None


class Directory(Protocol):
    """What set-up reads from the data layer (features.callflows.snapshot.Snapshots)."""

    async def world(self, account_id: str, *, device_id: str | None = None, user_id: str | None = None) -> World | None:
        """The account document, and those of a device and its owner, or of a user; None when there is no such
        account.
        """

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

    async def load_flow(
        self, account_id: str, flow_id: str, *, device_id: str | None = None, owner_id: str | None = None
    ) -> FoundFlow | None:
        """A callflow by its id."""

    async def number_owner(self, e164: str) -> NumberOwner | None:
        """Whose number this is."""

    async def inbound_formatters(self, trunk_id: str) -> Mapping[str, Any]:
        """The formatters of a trunk that a call came by; empty when it has none."""

    async def caller_name(self, e164: str) -> str:
        """What the number of a caller shows to the world, '' when nobody can tell in time."""


class Placing:
    """Finds a call's account, facts and flow in a Directory."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self.callbacks = Callbacks()
        """Recent emergency calls of this node."""

    async def arrived(self, call: LiveCall, came: Arrival) -> Placed:
        """Place a call that came from the edge; raises RefusedCall."""
        account_id = came.account_id
        dialled = came.request_user
        owner: NumberOwner | None = None
        shown = CallerId(came.caller_name, came.caller_number, private=came.privacy == "full")
        if came.source == "carrier":
            rules = await self.directory.inbound_formatters(came.resource_id)
            if rules:
                dialled, shown = arrived_by(rules, dialled, shown)
                call.caller.caller_name, call.caller.caller_number = shown.name, shown.number
            owner = await owner_of(self.directory, dialled)
            if owner is None:
                raise RefusedCall(404, f"nobody owns {dialled!r}")
            account_id, dialled = owner.account_id, owner.e164
            call.caller.account_id = account_id
        elif came.source == "loop" and not came.authorised_by and is_e164(dialled):
            # From another account of the platform: its number says the same of such calls as of the carriers'.
            owner = await self.directory.number_owner(dialled)
        authorised = came.device_id or came.authorised_by
        world = await self._world(account_id, came.device_id, came.authorised_by)
        facts = Call(
            call_id=call.id,
            account_id=account_id,
            realm=str(world.account.get("realm") or came.realm),
            source=came.source,
            dialled=dialled,
            request_user=came.request_user,
            caller=shown,
            now=utcnow(),
            world=world,
            device_id=came.device_id or None,
            authorised_by=authorised or None,
            hops=came.hops,
            privacy=came.privacy,
            forwarded_by=came.forwarded_by,
            asks_key=came.asks_key,
            only_emergency=came.only_emergency,
        )
        if came.keeps_caller and came.forwarded_by:
            facts.kept_caller = facts.caller
        if owner is not None and owner.account_id == account_id:
            facts.caller = await named(self.directory, facts.caller, owner)
            call.caller.caller_name = facts.caller.name
            came_by(facts, owner)
        back_to = None
        if came.source == "carrier":
            back_to = self.callbacks.device_for(account_id, dialled, now=call.exchange.now())
            if back_to is not None:
                facts.world = await self._world(account_id, back_to, "")
        if back_to is None:
            placed = await self._find(call, facts)
        else:
            placed = await self._back(call, facts, back_to)
        if facts.source == "carrier":
            await call.exchange.meters.let_in(call, facts)
        if facts.source == "device":
            # The call log shows people, not SIP user names.
            shown = shown_caller(facts, "internal")
            call.caller.caller_name, call.caller.caller_number = shown.name, shown.number
        return placed

    async def _back(self, call: LiveCall, facts: Call, device_id: str) -> Placed:
        """A call-back after an emergency call rings the phone that made it, even if the number leads nowhere else."""
        log.get().warning("emergency.callback", call=call.id, account=facts.account_id, device=device_id)
        try:
            found: CompiledFlow | None = (await self._find(call, facts)).flow
        except RefusedCall:
            found = None
        return Placed(facts, call_back(facts, device_id, found))

    async def transferred(self, call: LiveCall, by: CallLeg, party: CallLeg, number: str) -> Placed | None:
        """Place a party that `by` transfers to `number`, in the account and name of `by`; None when there is nothing,
        or `by` may not call it.
        """
        if call.facts is None:
            return None
        try:
            facts = await self._facts_for(call, by, party, number)
            placed = await self._find(call, facts)
            why = refusal(placed.facts, placed.flow)
            if why is not None:
                raise RefusedCall(403, why)
            return placed
        except RefusedCall as no:
            log.get().info("transfer.nowhere", call=call.id, number=number[:32], why=str(no))
            return None

    async def dialled(self, call: LiveCall, number: str) -> Placed:
        """Place a call that one of the account's phones, its caller, makes without having dialled (quickcall). Raises
        RefusedCall.
        """
        leg = call.caller
        world = await self._world(leg.account_id, leg.device_id, "")
        facts = Call(
            call_id=call.id,
            account_id=leg.account_id,
            realm=str(world.account.get("realm") or ""),
            source="device",
            dialled=number,
            request_user=number,
            caller=CallerId("", ""),
            now=utcnow(),
            world=world,
            device_id=leg.device_id,
            authorised_by=leg.device_id,
            answered=True,
        )
        placed = await self._find(call, facts)
        shown = shown_caller(facts, "internal")
        leg.caller_name, leg.caller_number = shown.name, shown.number
        return placed

    async def into_flow(self, call: LiveCall, by: CallLeg, party: CallLeg, flow_id: str) -> Placed:
        """Place a party that `by` sends into a callflow of the account; raises RefusedCall."""
        facts = await self._facts_for(call, by, party, "")
        found = await self.directory.load_flow(facts.account_id, flow_id, device_id=facts.device_id)
        if found is None:
            raise RefusedCall(404, f"there is no callflow {flow_id!r}")
        if isinstance(found.world, World):
            facts.world = facts.world.merged(found.world)
        return Placed(facts, found.flow)

    async def to_phones(self, call: LiveCall, by: CallLeg, party: CallLeg, module: str, id: str) -> Placed | None:
        """Place a party at a `device` or at the phones of a `user`, but not at the one that `by` uses; None when
        there is no such.
        """
        facts = await self._facts_for(call, by, party, "")
        users = {"user": id}.get(module)
        more = await self.directory.world(facts.account_id, device_id=id if module == "device" else None, user_id=users)
        if more is None or more.get(f"{module}s", id) is None:
            return None
        facts.world = facts.world.merged(more)
        document = {"flow": {"module": module, "data": {"id": id}, "children": {}}}
        flow = compile_flow(document, facts.world, flow_id="move", tolerant=True)
        return Placed(facts, flow) if isinstance(flow, CompiledFlow) else None

    async def _facts_for(self, call: LiveCall, by: CallLeg, party: CallLeg, number: str) -> Call:
        """Return the facts of a call that `party` goes on in, made in the name of `by`; raises RefusedCall."""
        before = call.facts
        if before is None:
            raise RefusedCall(503, "the call has no facts yet")
        if before.only_emergency and by is call.caller:
            raise RefusedCall(403, "this phone may call for help only")
        device = by.device_id if by.is_ours else ""
        world = await self._world(before.account_id, device, "" if device else by.authorizing_id)
        person = replace(party.person, private=party is call.caller and before.caller.private)
        return Call(
            call_id=call.id,
            account_id=before.account_id,
            realm=before.realm,
            source=before.source if party is call.caller else "device",
            dialled=number,
            request_user=number,
            caller=person,
            transferee=person,
            now=utcnow(),
            world=world,
            device_id=device or None,
            owner_id=by.owner_id or None,
            authorised_by=by.authorizing_id or None,
            answered=bool(party.answered),
            hops=before.hops,
            ringback=before.transfer_ringback if party is call.caller else "",
            transfer_ringback=before.transfer_ringback,
        )

    async def again(self, facts: Call, checkpoint: Checkpoint) -> Placed | None:
        """Place a call at a node where it, or another, was before; None when that flow is gone."""
        found = await self.directory.load_flow(
            facts.account_id, checkpoint.at.flow_id, device_id=facts.device_id, owner_id=facts.owner_id
        )
        if found is None:
            return None
        world = facts.world.merged(found.world) if isinstance(found.world, World) else facts.world
        return Placed(call_from_json(checkpoint.call, world), found.flow, checkpoint)

    async def _world(self, account_id: str, device_id: str, user_id: str) -> World:
        world = await self.directory.world(account_id, device_id=device_id or None, user_id=user_id or None)
        if world is None or not world.account:
            raise RefusedCall(404, f"there is no account {account_id}")
        return world

    async def _find(self, call: LiveCall, facts: Call) -> Placed:
        try:
            flow = await place(self.directory, facts)
        except NotPlaced as no:
            raise RefusedCall(no.sip_code, str(no)) from no
        call.caller.owner_id = call.caller.owner_id or facts.owner_id or ""
        return Placed(facts, flow)
