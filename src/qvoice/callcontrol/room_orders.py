"""What other processes ask of conference rooms (RPC `rooms` and `room`), and dialling people into one."""

from __future__ import annotations

import asyncio
from typing import Any

from qvoice.callcontrol import driver, rooms
from qvoice.callcontrol.exchange import Exchange
from qvoice.callcontrol.legs import CallLeg, create_body, name_callee, outgoing
from qvoice.callcontrol.live import Command, LiveCall
from qvoice.callcontrol.port import Rpc
from qvoice.core.conference import events as r
from qvoice.core.conference.plan import Entrant
from qvoice.core.flow.call import Call
from qvoice.core.flow.commands import JoinRoom
from qvoice.core.flow.conference import ConferenceData, plan_of
from qvoice.core.flow.requests import FindRoom, Room
from qvoice.core.flow.ringing import Wish, ring_device, ring_user
from qvoice.core.ring.plan import CallerId, Leg, Loop
from qvoice.kit import log
from qvoice.kit.clock import utcnow
from qvoice.kit.errors import Invalid, NotFound
from qvoice.kit.ids import is_id, new_id

DIAL_SECONDS = 45.0
"""How long somebody who is dialled into a room may take to answer."""


def verbs(exchange: Exchange) -> dict[str, Rpc]:
    """Return the RPCs by name (contracts section 4)."""

    async def rooms_(arguments: dict[str, Any]) -> dict[str, Any]:
        return {"rooms": [room.live() for room in exchange.rooms.of_account(_text(arguments, "account"))]}

    async def room(arguments: dict[str, Any]) -> dict[str, Any]:
        account, conference, action = (_text(arguments, key) for key in ("account", "conference", "action"))
        if action == "dial":
            count = await _dial(exchange, account, conference, arguments)
            return {"room": {"dialling": count}}
        found = exchange.rooms.find(account, conference)
        if found is None:
            raise NotFound("nobody is in this conference now")
        number = arguments.get("participant")
        if number is not None and found.machine.numbered(number) is None:
            raise NotFound("there is no such participant in the conference now")
        found.tell(r.Ordered(action, number, str(arguments.get("media") or "")))
        await found.caught_up()
        return {"room": found.live()}

    return {"rooms": rooms_, "room": room}


def _text(arguments: dict[str, Any], key: str) -> str:
    value = arguments.get(key)
    if not isinstance(value, str) or not value:
        raise Invalid.field(key, "required", f"{key} is missing")
    return value


async def _dial(exchange: Exchange, account: str, conference: str, arguments: dict[str, Any]) -> int:
    """Ring the endpoints; whoever answers is in the room. Returns how many legs ring. Raises NotFound, Invalid."""
    directory = exchange.placing.directory
    world = await directory.world(account)
    if world is None:
        raise NotFound("there is no such account")
    by = arguments.get("by")
    count = 0
    for endpoint in arguments.get("endpoints") or []:
        if is_id(endpoint):
            with_device = await directory.world(account, device_id=endpoint)
            with_user = await directory.world(account, user_id=endpoint)
            world = (with_device or world).merged(with_user or world)
        facts = Call(
            call_id=new_id(),
            account_id=account,
            realm=str(world.account.get("realm") or ""),
            source="device",
            dialled=endpoint,
            request_user=endpoint,
            caller=CallerId(),
            now=utcnow(),
            world=world,
            authorised_by=by if isinstance(by, str) else None,
        )
        count += await _ring(exchange, facts, conference, endpoint)
    return count


async def _ring(exchange: Exchange, facts: Call, conference: str, endpoint: str) -> int:
    """Ring one endpoint: a device, all devices of a user, or a number in the name of who asks or owns the room."""
    # No account: it only asks for documents, has no channel, and must not be listed as one.
    probe = LiveCall(exchange, CallLeg(facts.call_id, facts.call_id, "", "", exchange.now()))
    exchange.by_channel.pop(facts.call_id, None)
    probe.facts = facts
    try:
        room: Room | None = await exchange.ask(probe, FindRoom(conference_id=conference))
        if room is None:
            raise NotFound("there is no such conference")
        plan = plan_of(ConferenceData(), facts, room)
        shown = CallerId(plan.name, plan.number or "conference")
        wish = Wish(timeout=DIAL_SECONDS, can_call_self=True)
        if facts.world.device(endpoint) is not None:
            legs = (await driver.run_talk(probe, ring_device(facts, endpoint, wish))).legs
        elif facts.world.user(endpoint) is not None:
            legs = (await driver.run_talk(probe, ring_user(facts, endpoint, wish))).legs
        elif is_id(endpoint):
            raise Invalid.field("endpoints", "not_found", "there is no such device or user", cause=endpoint)
        else:
            owner = facts.authorised_by or room.document.get("owner_id") or ""
            legs = [Leg(f"dial:{endpoint}", Loop(endpoint, facts.account_id, str(owner)), shown)]
    finally:
        exchange.by_channel.pop(facts.call_id, None)
        exchange.journal.over(probe)
    siblings: list[LiveCall] = []
    for leg in legs:
        siblings.append(_start(exchange, facts, leg, shown, JoinRoom(plan, Entrant()), siblings))
    return len(legs)


def _start(
    exchange: Exchange, facts: Call, plan: Leg, shown: CallerId, join: JoinRoom, siblings: list[LiveCall]
) -> LiveCall:
    leg = outgoing(plan, account_id=facts.account_id, now=exchange.now(), other="", authorizing_id="")
    name_callee(leg, facts.world, user_id=plan.user_id)
    leg.caller_name, leg.caller_number = shown.name, shown.number
    call = LiveCall(exchange, leg)
    call.facts = facts
    body = create_body(leg, plan, call_id=call.id, hops=0)

    async def life() -> str:
        await exchange.ari.post("channels/create", body=body)
        until = asyncio.get_running_loop().time() + DIAL_SECONDS
        while not leg.answered:
            item = await call.next(until)
            if item is None:
                return "NO_ANSWER"
            if isinstance(item, Command):
                item.finish()
            elif item.type == "StasisStart":
                await exchange.ari.post(f"channels/{leg.channel}/dial", {"timeout": str(int(DIAL_SECONDS))})
        for other in siblings:
            if other is not call and not other.caller.answered:
                other.hang_up(other.caller, "LOSE_RACE", q850=26)
        left = await rooms.stay(call, join)
        log.get().info("room.dialled_left", call=call.id, reason=left.reason)
        return "NORMAL_CLEARING"

    exchange.live(call, life)
    return call
