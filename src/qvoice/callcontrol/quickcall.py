"""Quickcall: ring somebody's own phones, and when one answers, let it call a number as if it had been dialled there.

While the phones ring there is no call yet: each channel's events go to one mailbox here. The phone that answers becomes
the caller of an ordinary call, with its own rights, restrictions, caller id and records.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from qvoice.callcontrol.ari import wire
from qvoice.callcontrol.ari.client import AriError
from qvoice.callcontrol.legs import CallLeg, create_body, outgoing
from qvoice.callcontrol.live import LiveCall
from qvoice.callcontrol.mailbox import Mailbox
from qvoice.callcontrol.placing import RefusedCall
from qvoice.core.flow.call import Call
from qvoice.core.flow.events import Reply
from qvoice.core.flow.ringing import Found, Wish, ring_device, ring_user
from qvoice.core.ring.plan import CallerId
from qvoice.core.ring.plan import Leg as PlanLeg
from qvoice.kit import log
from qvoice.kit.clock import utcnow
from qvoice.kit.errors import Conflict, Invalid, NotFound, Unavailable
from qvoice.kit.ids import is_id, new_id

if TYPE_CHECKING:
    from qvoice.callcontrol.exchange import Exchange

MAX_NUMBER, MAX_SECONDS = 64, 120
SELF_ANSWERING = (("Call-Info", "<sip:quickcall>;answer-after=0"), ("Alert-Info", "info=alert-autoanswer;delay=0"))
"""Headers by which phones of all makes answer by themselves (RFC 5373 is spoken by few)."""


class NoPhone(Conflict):
    """None of the phones can be rung now: they are switched off or set not to be disturbed."""

    code = "no_phone"


class QuickCalls:
    """Carries out `quickcall`; keeps its tasks until they end."""

    def __init__(self, exchange: Exchange) -> None:
        """One for a node."""
        self._exchange = exchange
        self._tasks: set[asyncio.Task[bool]] = set()

    async def quickcall(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Start ringing and return: `account`, `user` or `device`, `number`, `timeout` seconds, `auto_answer`,
        `name` and `shown` (what the ringing phones show). With `wait` it returns when the ringing is over, and says
        whether somebody `answered`. Raises Invalid, NotFound, NoPhone, Unavailable.
        """
        account, number = str(arguments.get("account") or ""), str(arguments.get("number") or "")
        user, device = str(arguments.get("user") or ""), str(arguments.get("device") or "")
        if not is_id(account) or not (is_id(user) or is_id(device)):
            raise Invalid.field("account", "invalid", "quickcall needs an account and a user or device")
        if not 0 < len(number) <= MAX_NUMBER or not number.isprintable():
            raise Invalid.field("number", "invalid", "number must be the extension or number to call")
        if not self._exchange.ready:
            raise Unavailable("Asterisk is not connected to call control")
        seconds = float(min(max(int(arguments.get("timeout") or 30), 5), MAX_SECONDS))
        world = await self._exchange.placing.directory.world(account, device_id=device or None, user_id=user or None)
        if world is None or (world.device(device) if device else world.user(user)) is None:
            raise NotFound("there is no such user or device")
        shown = CallerId(str(arguments.get("name") or "")[:64], str(arguments.get("shown") or number)[:64])
        call = Call(new_id(), account, str(world.account.get("realm") or ""), "carrier", number, number, shown,
                    utcnow(), world)  # fmt: skip
        wish = Wish(
            timeout=seconds,
            can_call_self=True,
            ignore_forward=True,
            headers=SELF_ANSWERING if arguments.get("auto_answer") else (),
        )
        found = _legs(call, device, user, wish)
        if not found.legs:
            raise NoPhone
        task = asyncio.get_running_loop().create_task(self._ring(call, found.legs, number, seconds))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        rung = {"devices": [leg.id for leg in found.legs]}
        return {**rung, "answered": await asyncio.shield(task)} if arguments.get("wait") is True else rung

    async def _ring(self, call: Call, plan: list[PlanLeg], number: str, seconds: float) -> bool:
        """Ring until one answers; tell whether one did."""
        exchange = self._exchange
        mailbox: Mailbox[wire.Message] = Mailbox()
        legs: dict[str, CallLeg] = {}
        for one in plan:
            leg = outgoing(one, account_id=call.account_id, now=exchange.now(), other="", authorizing_id=one.id)
            legs[leg.channel] = leg
            exchange.watch(leg.channel, mailbox)
        winner: CallLeg | None = None
        try:
            for one, leg in zip(plan, legs.values(), strict=True):
                await exchange.ari.post("channels/create", body=create_body(leg, one, call_id=call.call_id, hops=0))
            winner = await self._first(mailbox, legs, asyncio.get_running_loop().time() + seconds)
        except AriError as problem:
            log.get().warning("quickcall.failed", account=call.account_id, problem=str(problem))
        except Exception:
            log.get().exception("quickcall.failed", account=call.account_id)
            raise
        finally:
            for channel in legs:
                exchange.unwatch(channel)
                if winner is None or channel != winner.channel:
                    exchange.ari.tell("DELETE", f"channels/{channel}", {"reason_code": "26" if winner else "19"})
        if winner is not None:
            await self._connect(winner, number)
        return winner is not None

    async def _first(self, mailbox: Mailbox[wire.Message], legs: dict[str, CallLeg], until: float) -> CallLeg | None:
        """Return the leg that answers first; None when all fail or the time is over."""
        waiting = set(legs)
        while waiting and (item := await mailbox.get(until)) is not None:
            channel = item.channel.id if item.channel is not None else ""
            if channel not in waiting:
                continue
            if item.type == "StasisStart":
                await self._exchange.ari.post(f"channels/{channel}/dial", {"timeout": str(MAX_SECONDS)})
            elif item.type == "ChannelDestroyed":
                waiting.discard(channel)
            elif item.type == "ChannelStateChange" and item.channel is not None and item.channel.state == "Up":
                leg = legs[channel]
                leg.answered = self._exchange.now()
                return leg
        return None

    async def _connect(self, leg: CallLeg, number: str) -> None:
        """Make the phone that answered the caller of a call of its own."""
        exchange = self._exchange
        leg.callee_number, leg.request = number, f"{number}@{leg.to_uri.partition('@')[2]}"
        call = LiveCall(exchange, leg)
        try:
            placed = await exchange.placing.dialled(call, number)
        except RefusedCall as no:
            log.get().info("quickcall.nowhere", account=leg.account_id, number=number, why=str(no))
            exchange.dismiss(call, no.cause)
            return
        call.facts = placed.facts
        call.facts.call_id = call.id
        exchange.start(call, placed)


def _legs(call: Call, device: str, user: str, wish: Wish) -> Found:
    """Return the legs of a device, or of all of a user's. What the core would ask (are they registered, in a call) it
    does without: the edge knows, and a phone in a call says so itself.
    """
    talk = ring_device(call, device, wish) if device else ring_user(call, user, wish)
    try:
        next(talk)
        while True:
            talk.send(Reply(None, "quickcall asks nobody"))
    except StopIteration as stop:
        return stop.value
