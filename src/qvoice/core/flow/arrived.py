"""A call that came in on a telephone number: what the number says of it, and where it goes when nobody can take it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from qvoice.core.dialing import formatters
from qvoice.core.dialing.did import CANNOT_TAKE
from qvoice.core.flow.call import Call
from qvoice.core.flow.exits import Next, after_ring
from qvoice.core.flow.requests import NumberOwner
from qvoice.core.flow.talk import Talk, ring
from qvoice.core.ring.plan import CallerId, Gateway, Leg, Loop, RingPlan, Stage
from qvoice.kit.text import clean_line

FAILOVER_SECONDS = 60.0


def came_by(call: Call, owner: NumberOwner) -> None:
    """Lay the number's settings over the call's facts. A call that was failed over by this account is not again."""
    settings = owner.settings
    call.caller_id_prefix = settings.prepend
    call.ringback, call.transfer_ringback = settings.ringback, settings.transfer_ringback
    call.failover = "" if call.account_id in call.forwarded_by else settings.failover


def arrived_by(rules: Mapping[str, Any], dialled: str, caller: CallerId) -> tuple[str, CallerId]:
    """Return what a carrier's call is for, and who calls, with the formatters of the trunk that it came by applied."""

    def rewritten(names: tuple[str, ...], value: str) -> str:
        return clean_line(formatters.rewritten(rules, names, value, direction="inbound"), 64)

    dialled = rewritten(formatters.REQUEST, dialled)
    if caller.private:
        return dialled, caller
    return dialled, replace(
        caller,
        name=rewritten(formatters.CALLER_NAME_IN, caller.name),
        number=rewritten(formatters.CALLER_NUMBER_IN, caller.number),
    )


def can_fail_over(call: Call, cause: str) -> bool:
    """Tell whether a call whose flow ended with `cause` goes on to the number's failover."""
    return bool(call.failover) and not call.answered and cause in CANNOT_TAKE


def hears(call: Call, document: Mapping[str, Any]) -> None:
    """A callflow's own `ringback` goes before the number's."""
    wanted = document.get("ringback")
    if isinstance(wanted, Mapping):
        early, transfer = wanted.get("early"), wanted.get("transfer")
        call.ringback = early if isinstance(early, str) and early else call.ringback
        call.transfer_ringback = transfer if isinstance(transfer, str) and transfer else call.transfer_ringback


def fail_over(call: Call) -> Talk[Next]:
    """Send the caller to the number's failover, once, and return what came of it.

    To a number, the call is the account's own, as a forwarded one is: its restrictions, trunks and limits hold.
    """
    to, call.failover = call.failover, ""
    if to.startswith("+"):
        target: Loop | Gateway = Loop(
            to,
            call.account_id,
            call.account_id,
            keep_caller_id=True,
            forwarded_by=(*call.forwarded_by, call.account_id),
        )
    else:
        target = Gateway(resource_id="", index=0, uri=to)
    came = call.caller
    shown = CallerId("Anonymous", "anonymous", private=True) if came.private else came
    leg = Leg(id="failover", target=target, caller=shown, timeout=FAILOVER_SECONDS)
    return after_ring((yield from ring(RingPlan((Stage((leg,)),)))))
