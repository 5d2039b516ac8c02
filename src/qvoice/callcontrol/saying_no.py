"""Telling a caller that his call may not be made, or has ended because the money has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvoice.callcontrol import listening
from qvoice.callcontrol.ari.client import AriError
from qvoice.core.flow.commands import Play, Prompt, Speech
from qvoice.core.flow.events import RingDone
from qvoice.core.limits.refusals import CUT, Refusal, announcement, farewell
from qvoice.core.ring.causes import SIP_OF
from qvoice.kit import log

if TYPE_CHECKING:
    from qvoice.callcontrol.legs import CallLeg
    from qvoice.callcontrol.live import LiveCall

NO_VOICE = Prompt("ss-noservice")
"""Said when there is no voice for the sentence."""


async def refuse(call: LiveCall, refusal: Refusal) -> RingDone:
    """Say why to a person who dialled; a forwarded call only fails, so that the first call goes on to a mailbox."""
    facts = call.facts
    if facts is not None and facts.source == "device":
        await _say(call, announcement(refusal.cause, facts.language))
    return RingDone(None, refusal.cause, SIP_OF[refusal.cause])


async def part(call: LiveCall, leg: CallLeg) -> None:
    """The other side was ended because the money was: tell who is left."""
    if leg.cancelled in CUT and leg is not call.caller and not call.caller.gone and not call.released:
        await _say(call, farewell(leg.cancelled, call.facts.language if call.facts else "en"))


async def _say(call: LiveCall, sentence: str) -> None:
    language = call.facts.language if call.facts else "en"
    try:
        await listening.play(call, Play((Speech(sentence, language=language, otherwise=(NO_VOICE,)),)))
    except AriError as problem:
        log.get().info("saying_no.unheard", call=call.id, problem=str(problem))
