"""What other processes may ask of call control: end a channel, transfer it, place the self-test call."""

from __future__ import annotations

import asyncio
from typing import Any

from qvoice.callcontrol.exchange import Exchange
from qvoice.callcontrol.live import Command, LiveCall
from qvoice.callcontrol.port import Rpc
from qvoice.callcontrol.quickcall import QuickCalls
from qvoice.callcontrol.selftest import selftest
from qvoice.callcontrol.speak import Speaker
from qvoice.callcontrol.trunk_test import TrunkTests
from qvoice.core.incall.acts import acts_of
from qvoice.kit.errors import Invalid, NotFound, Unavailable

MAX_TARGET = 64


def verbs(exchange: Exchange, *, edge: str) -> dict[str, Rpc]:
    """Return the RPCs by name (contracts section 4). `edge`: host:port of the edge's private side (self-test)."""

    async def hangup(arguments: dict[str, Any]) -> dict[str, Any]:
        call, channel = _find(exchange, arguments)
        leg = call.caller if call.caller.channel == channel else call.legs[channel]
        call.hang_up(leg, "NORMAL_CLEARING")
        return {}

    async def transfer(arguments: dict[str, Any]) -> dict[str, Any]:
        call, channel = _find(exchange, arguments)
        target = arguments.get("target")
        if not isinstance(target, str) or not 0 < len(target) <= MAX_TARGET or not target.isprintable():
            raise Invalid.field("target", "required", "target must be the extension or number to transfer to")
        if arguments.get("leg") == "self":
            # The named channel itself is sent away, so the transfer is made in the name of the other side.
            others = [leg.channel for leg in (call.caller, *call.legs.values()) if leg.channel != channel]
            channel = others[0] if others else channel
        await _tell(call, Command("transfer", channel=channel, number=target))
        return {}

    async def break_(arguments: dict[str, Any]) -> dict[str, Any]:
        call, _ = _find(exchange, arguments)
        await _tell(call, Command("break"))
        return {}

    async def act(arguments: dict[str, Any]) -> dict[str, Any]:
        call, channel = _find(exchange, arguments)
        node = {"module": arguments.get("module"), "data": arguments.get("data"), "children": arguments.get("children")}
        wanted = acts_of(node, origin="api")
        if not wanted:
            raise Invalid.field("action", "invalid", "this action lacks something, or there is no such action")
        await _tell(call, Command("act", channel=channel, acts=wanted))
        return {}

    async def test(arguments: dict[str, Any]) -> dict[str, Any]:
        return await selftest(exchange, edge=edge)

    return {"hangup": hangup, "transfer": transfer, "break": break_,
        "act": act, "selftest": test, "heard": exchange.marks.heard,
            "speak": Speaker(exchange, edge=edge).speak, "quickcall": QuickCalls(exchange).quickcall,
            "test_trunk": TrunkTests(exchange).test_trunk}  # fmt: skip


def _find(exchange: Exchange, arguments: dict[str, Any]) -> tuple[LiveCall, str]:
    """Return the call and channel id of the leg with the uuid `channel`; raises NotFound."""
    uuid = arguments.get("channel")
    account = arguments.get("account")
    for call in exchange.calls.values():
        for leg in (call.caller, *call.legs.values()):
            if leg.uuid == uuid and not leg.gone and (account is None or leg.account_id == account):
                return call, leg.channel
    raise NotFound("there is no such channel")


async def _tell(call: LiveCall, command: Command) -> None:
    call.mailbox.put(command)
    try:
        await asyncio.wait_for(asyncio.shield(command.done), 5)
    except TimeoutError as problem:
        raise Unavailable("the call did not answer in time") from problem
