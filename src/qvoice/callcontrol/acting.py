"""Carries out what somebody does to his conversation (core.incall.acts), whoever asked: keys, the API, a flow."""

from __future__ import annotations

from dataclasses import replace

from qvoice.callcontrol import consulting, transfer
from qvoice.callcontrol.holding import Holding
from qvoice.callcontrol.legs import CallLeg
from qvoice.callcontrol.live import LiveCall
from qvoice.callcontrol.outcome import GONE, Done
from qvoice.callcontrol.placing import RefusedCall
from qvoice.callcontrol.sounds import Run, language, render
from qvoice.core.flow.commands import Prompt, Sound
from qvoice.core.incall import acts as a
from qvoice.core.incall.acts import Act
from qvoice.kit import log


async def do(call: LiveCall, leg: CallLeg, by: CallLeg, act: Act, holding: Holding) -> Done:
    """Do one thing in the conversation of the caller with `leg`, in the name of `by`."""
    party = call.caller if by is leg else leg
    match act:
        case a.HangUp():
            call.hang_up(leg)
            call.hang_up(call.caller)
            return True
        case a.Break():
            call.hang_up(leg)
            return True
        case a.Hold(unhold=key, music=music):
            return await holding.start(by, music=music, key=key)
        case a.Resume():
            return holding.resume()
        case a.Record():
            return await _record(call, party, by, act)
        case a.Hear(sounds=sounds, whom=whom):
            for one in {"self": (by,), "peer": (party,)}.get(whom, (by, party)):
                await hear(call, one, sounds)
            return True
        case a.AudioLevel(hears=hears, level=level):
            name = "VOLUME(TX)" if hears else "VOLUME(RX)"
            call.ari.tell("POST", f"channels/{by.channel}/variable", {"variable": name, "value": a.gain(level)})
            return True
        case a.Transfer(attended=False, target=target):
            holding.end()
            if await transfer.blind(call, by, party, target):
                return GONE
            await hear(call, by, (Prompt("pbx-invalid"),))
            return False
        case a.Transfer():
            holding.end()
            return await consulting.consult(call, leg, by, act)
        case a.RunFlow(flow_id=flow_id):
            return GONE if await _into_flow(call, by, party, flow_id) else False
        case a.Move():
            return GONE if await _move(call, by, party, act) else False
        case a.Merge():
            return False


async def hear(call: LiveCall, leg: CallLeg, sounds: tuple[Sound, ...]) -> None:
    """Play sounds to one party, over whatever he hears."""
    lang = language(call.facts.language if call.facts else "en")
    for part in await render(sounds, lang=lang, media_path=call.exchange.media_path(call)):
        if isinstance(part, Run):
            call.sounds += 1
            body = {"media": list(part.uris), "lang": lang, "playbackId": f"{call.id}.{call.sounds}"}
            call.ari.tell("POST", f"channels/{leg.channel}/play", body=body)


async def _record(call: LiveCall, party: CallLeg, by: CallLeg, act: a.Record) -> bool:
    tapes = call.exchange.tapes
    running = next((one for one in (party, by) if one.tape.get("name") in tapes.live), None)
    action = act.action
    if action == "toggle":
        action = "stop" if running is not None else "start"
    match action:
        case "start" if running is None:
            return await tapes.want(call, party, replace(act.tape, begins="now"))
        case "stop" if running is not None:
            return tapes.stop(running)
        case "mask" | "unmask" if running is not None:
            return tapes.mask(running, on=action == "mask")
    return False


async def _into_flow(call: LiveCall, by: CallLeg, party: CallLeg, flow_id: str) -> bool:
    """Send the party into a callflow, in the account and name of `by`."""
    try:
        placed = await call.exchange.placing.into_flow(call, by, party, flow_id)
    except RefusedCall as no:
        log.get().info("incall.no_flow", call=call.id, flow=flow_id[:40], why=str(no))
        return False
    if party.gone:
        return False
    transfer.go(call, by, party, placed)
    return True


async def _move(call: LiveCall, by: CallLeg, party: CallLeg, act: a.Move) -> bool:
    """Ring the actor's other phones (or those named) for the party; nobody answers: it rings at the actor's again."""
    user_id = act.user_id or ("" if act.device_id else by.owner_id)
    module, id = ("device", act.device_id) if act.device_id else ("user", user_id)
    if not id or call.facts is None:
        return False
    placed = await call.exchange.placing.to_phones(call, by, party, module, id)
    if placed is None or party.gone:
        return False
    transfer.go(call, by, party, placed)
    return True
