"""INVITE with Replaces (RFC 3891): a phone asks for the place of another, in a dialog it has seen (a lamp's, say).

It becomes a pickup of that one leg (pickup.py): a ringing one by anybody of the account, as with `*87`; one that is
talked only by another phone of the same user, who takes his own call along. The edge took the header away: Asterisk
would join the two by itself, past call control.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from qvoice.callcontrol.ari.client import AriError
from qvoice.callcontrol.arrival import Replaces
from qvoice.callcontrol.driver import run_talk
from qvoice.callcontrol.legs import CallLeg
from qvoice.core.flow.commands import PickUp
from qvoice.core.flow.events import PickedUp
from qvoice.core.flow.talk import Talk, reject
from qvoice.core.pickup.choose import Targets
from qvoice.core.presence.lamp import dialog_of
from qvoice.kit import log

if TYPE_CHECKING:
    from qvoice.callcontrol.exchange import Exchange
    from qvoice.callcontrol.live import LiveCall

_SIDES = ("local", "remote")
MOST_ASKED = 50
"""Legs of which Asterisk is asked how SIP knows them."""
NO_DIALOG, BUSY, FORBIDDEN = 481, 486, 403


async def take(call: LiveCall, wanted: Replaces) -> str:
    """Let the caller take the place he asks for, or refuse him; return the cause of the call's end."""
    leg = await _leg(call.exchange, call.caller.account_id, wanted)
    talks = leg is not None and leg.answered > 0
    why = _refusal(call, leg, wanted, talks=talks)
    if why:
        log.get().info("replaces.refused", call=call.id, account=call.caller.account_id, code=why)
    return await run_talk(call, _dialogue(leg, live=talks) if leg is not None and not why else _no(why))


def _refusal(call: LiveCall, leg: CallLeg | None, wanted: Replaces, *, talks: bool) -> int:
    if leg is None:
        return NO_DIALOG
    if talks and wanted.early_only:
        return BUSY
    own = bool(call.caller.owner_id) and leg.owner_id == call.caller.owner_id
    return FORBIDDEN if talks and not own else 0


def _dialogue(leg: CallLeg, *, live: bool) -> Talk[str]:
    event = yield PickUp(Targets(channel=leg.channel), live)
    if isinstance(event, PickedUp) and event.outcome in ("taken-over", "talked"):
        return event.cause or "NORMAL_CLEARING"
    return (yield from _no(NO_DIALOG))


def _no(code: int) -> Talk[str]:
    yield from reject(code)
    return "CALL_REJECTED"


async def _leg(exchange: Exchange, account_id: str, wanted: Replaces) -> CallLeg | None:
    """Return the account's leg that the dialog is: by the names that lamps give it, else as SIP knows it."""
    legs = list(_legs(exchange, account_id))
    for leg in legs:
        call_id, *tags = dialog_of(leg.uuid)
        if wanted.call_id == call_id and wanted.tags == set(tags):
            return leg
    asked = [leg for leg in legs if leg.sip_call_id == wanted.call_id or (leg.kind == "aor" and not leg.sip_call_id)]
    for leg in asked[:MOST_ASKED]:
        try:
            if wanted.call_id == await exchange.ari.variable(leg.channel, "CHANNEL(pjsip,call-id)"):
                tags = [await exchange.ari.variable(leg.channel, f"CHANNEL(pjsip,{side}_tag)") for side in _SIDES]
                return leg if wanted.tags == set(tags) else None
        except AriError as problem:
            # It is ending just now.
            log.get().info("replaces.leg_gone", leg=leg.uuid, problem=str(problem))
    return None


def _legs(exchange: Exchange, account_id: str) -> Iterator[CallLeg]:
    for call in exchange.calls.values():
        for leg in (call.caller, *call.legs.values()):
            if leg.account_id == account_id and not leg.gone and not (leg is call.caller and call.released):
                yield leg
