"""Making a leg of a plan: created, dialled when it is there; what goes wrong comes back through the call's mailbox."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from qvoice.callcontrol.ari import wire
from qvoice.callcontrol.legs import CallLeg, create_body, name_callee, outgoing
from qvoice.callcontrol.live import Command
from qvoice.core.ring.plan import Leg
from qvoice.kit import log

if TYPE_CHECKING:
    from qvoice.callcontrol.live import LiveCall

FAILED = "leg-failed"
"""Kind of the Command (`leg`) that says that a leg could not be made or dialled."""


def start(call: LiveCall, plan: Leg) -> CallLeg:
    """Create a leg. It is dialled when Asterisk says that it is in Stasis (before that, `dial` is a conflict)."""
    facts = call.facts
    leg = outgoing(
        plan,
        account_id=call.caller.account_id,
        now=call.exchange.now(),
        other=call.caller.uuid,
        authorizing_id=(facts.authorised_by if facts is not None else None) or call.caller.authorizing_id,
    )
    if facts is not None and leg.kind == "aor":
        name_callee(leg, facts.world, user_id=plan.user_id)
    call.legs[leg.channel] = leg
    call.exchange.adopt_leg(call, leg)
    body = create_body(leg, plan, call_id=call.id, hops=facts.hops if facts else 0)
    _watch(call, leg, call.ari.post("channels/create", body=body))
    return leg


def dial(call: LiveCall, leg: CallLeg, *, limit: int) -> None:
    """Dial a leg that is in Stasis now; Asterisk's own limit (seconds) is for the case that we are gone."""
    leg.dialled = call.exchange.now()
    _watch(call, leg, call.ari.post(f"channels/{leg.channel}/dial", {"timeout": str(limit)}))


def failed(call: LiveCall, command: Command) -> CallLeg:
    """Write down the end of a leg that could not be made; return it."""
    leg: CallLeg = command.data["leg"]
    call.end_leg(leg, call.exchange.now(), "NORMAL_TEMPORARY_FAILURE", 0)
    return leg


def _watch(call: LiveCall, leg: CallLeg, future: asyncio.Future[wire.Message]) -> None:
    def check(future: asyncio.Future[wire.Message]) -> None:
        problem = None if future.cancelled() else future.exception()
        if problem is not None and not leg.gone:
            log.get().warning("leg.failed", call=call.id, leg=leg.uuid, problem=str(problem))
            call.mailbox.put(Command(FAILED, leg=leg))

    future.add_done_callback(check)
