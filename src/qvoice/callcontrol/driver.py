"""The ARI driver of the callflow core: runs a flow's generator and carries its commands out on the caller's channel."""

from __future__ import annotations

import asyncio
import random
from typing import Any

from qvoice.callcontrol import (
    causes,
    eavesdropping,
    listening,
    paging,
    pickup,
    recording,
    returning,
    ringing,
    rooms,
    telling,
    waiting,
)
from qvoice.callcontrol.ari.client import AriError, AriLost
from qvoice.callcontrol.live import CallerHungUp, LiveCall
from qvoice.core.flow import commands as c
from qvoice.core.flow import events as e
from qvoice.core.flow.checkpoint import Checkpoint
from qvoice.core.flow.compile import CompiledFlow
from qvoice.core.flow.interpreter import End, interpret
from qvoice.core.flow.talk import Talk
from qvoice.kit import log
from qvoice.kit.clock import utcnow
from qvoice.kit.errors import Unavailable

AFTERWORDS = 30
"""Commands carried out or refused for a flow whose caller is gone: it may store a message, not go on for ever."""

ASK_SECONDS = 10.0


async def run_flow(call: LiveCall, flow: CompiledFlow, *, resume: Checkpoint | None = None) -> End:
    """Run the call through a flow to its end."""
    facts = call.facts
    if facts is None:
        raise RuntimeError("a call's facts must be known before its flow runs")

    def at_node(checkpoint: Checkpoint) -> None:
        facts.now = utcnow()
        facts.random = tuple(random.random() for _ in range(8))
        call.exchange.leave_slots(call)
        call.checkpoint = checkpoint
        call.exchange.journal.touch(call)

    try:
        return await run_talk(call, interpret(flow, facts, call.trace, at_node=at_node, resume=resume))
    finally:
        for entry in call.trace.entries:
            if entry.kind in ("error", "unknown"):
                log.get().warning(
                    "flow.passed_over",
                    call=call.id,
                    account=facts.account_id,
                    flow=entry.flow_id,
                    path=entry.path,
                    module=entry.module,
                    why=entry.detail,
                )


async def run_talk(call: LiveCall, talk: Talk[Any]) -> Any:
    """Run a dialogue to its end and return its value. A caller's hang-up is thrown into it as CallerGone."""
    gone = 0
    try:
        command = next(talk)
        while True:
            answer: e.Event | Exception
            try:
                answer = await _carry_out(call, command)
            except CallerHungUp:
                answer = e.CallerGone()
            except (e.CallerGone, AriError) as problem:
                answer = problem
            if isinstance(answer, e.CallerGone):
                gone += 1
                if gone > AFTERWORDS:
                    talk.close()
                    raise CallerHungUp
            command = talk.throw(answer) if isinstance(answer, Exception) else talk.send(answer)
    except StopIteration as stop:
        return stop.value
    except e.CallerGone:
        return End("caller-gone", "ORIGINATOR_CANCEL")


async def _carry_out(call: LiveCall, command: c.Command) -> e.Event:
    """Carry out one command. Raises CallerHungUp/CallerGone, or AriError when Asterisk would not do it."""
    if isinstance(command, c.Ask):
        return await _ask(call, command)
    if isinstance(command, c.Tell):
        telling.tell(call, command.request)
        return e.Done()
    if call.released:
        # Transferred away: whatever the flow still wants, its caller is not ours any more.
        raise CallerHungUp
    while True:
        try:
            return await _do(call, command)
        except AriLost:
            # Asterisk or its socket is away. When it comes back it either has our channel, and the command is
            # done again, or it does not, and the caller is gone.
            await call.exchange.reconnected(call)
        except AriError as problem:
            # The usual reason is that the caller left this very moment; then the event is already on its way.
            until = asyncio.get_running_loop().time() + 1.0
            while problem.status in (404, 409, 412) and await call.next(until) is not None:
                pass
            raise


_TAKES = (c.Answer, c.Play, c.Collect, c.Record, c.HoldOpen)
"""Commands by which a flow itself takes the call: a transfer here has succeeded."""


async def _do(call: LiveCall, command: c.Command) -> e.Event:
    if call.transfer is not None:
        if isinstance(command, _TAKES):
            call.transfer.taken()
        elif isinstance(command, c.Hangup | c.Reject):
            # A transfer that nobody took: first the transferor gets his party back.
            done = await returning.fall_back(call)
            if done is not None and done.transferred:
                raise CallerHungUp
    match command:
        case c.Answer():
            await call.answer()
            return e.Done()
        case c.Ringing():
            await call.ari.post(f"channels/{call.caller.channel}/ring")
            return e.Done()
        case c.Play():
            return await listening.play(call, command)
        case c.Collect():
            return await listening.collect(call, command)
        case c.Record():
            return await recording.record(call, command)
        case c.RecordCall(tape=tape):
            if tape is None:
                call.exchange.tapes.stop(call.caller)
            else:
                await call.exchange.tapes.want(call, call.caller, tape)
            return e.Done()
        case c.Ring(plan=plan):
            return await ringing.ring(call, plan)
        case c.PickUp():
            return await pickup.pick_up(call, command)
        case c.Occupy():
            return waiting.occupy(call, command)
        case c.Wait():
            return await waiting.wait(call, command)
        case c.Take():
            return await waiting.take(call, command)
        case c.Listen():
            return await eavesdropping.listen(call, command)
        case c.JoinRoom():
            return await rooms.stay(call, command)
        case c.Page(plan=plan):
            return await paging.page(call, plan)
        case c.Sleep(seconds=seconds):
            await listening.sleep(call, seconds)
            return e.Done()
        case c.SendDtmf():
            return await listening.send_dtmf(call, command)
        case c.Reject(code=code, reason=reason):
            return await _refuse(call, code, reason)
        case c.Hangup(cause=cause):
            return await _end(call, cause, causes.q850_of(cause))
        case c.HoldOpen():
            while True:
                await call.next()
        case _:
            raise TypeError(f"no driver for {command!r}")


async def _refuse(call: LiveCall, code: int, reason: str) -> e.Event:
    """Refuse the caller with a SIP code: by Asterisk's dialplan, which knows all of them; ARI's hang-up knows few.

    Neither can say a reason phrase of one's own: the edge puts it into the answer.
    """
    cause, leg = causes.name_of(0, code), call.caller
    if not leg.answered and not leg.gone and 400 <= code <= 699:
        if reason and leg.sip_call_id and call.exchange.edge is not None:
            try:
                await call.exchange.edge.reason_phrase(leg.sip_call_id, reason)
            except Unavailable as problem:
                log.get().warning("refusal.without_reason", call=call.id, problem=str(problem))
        leg.cancelled = leg.cancelled or cause
        await call.ari.post(
            f"channels/{leg.channel}/continue", {"context": "refuse", "extension": str(code), "priority": "1"}
        )
    return await _end(call, cause, causes.q850_for_sip(code), asked=leg.cancelled == cause)


async def _end(call: LiveCall, cause: str, q850: int, *, asked: bool = False) -> e.Event:
    """Hang the caller up (unless that is `asked` already) and wait for it; CallerHungUp comes out of `next`."""
    if not asked:
        call.hang_up(call.caller, cause, q850=16 if call.caller.answered else q850)
    until = asyncio.get_running_loop().time() + 10
    while await call.next(until) is not None:
        pass
    log.get().warning("call.would_not_end", call=call.id)
    raise CallerHungUp


async def _ask(call: LiveCall, command: c.Ask) -> e.Reply:
    """Ask the data layer, with a deadline; what goes wrong there is an answer the flow can deal with, not the call's
    end.
    """
    try:
        async with asyncio.timeout(ASK_SECONDS):
            return e.Reply(await call.exchange.ask(call, command.request))
    except TimeoutError:
        problem = f"no answer within {ASK_SECONDS:g} s"
    except Exception as failure:  # noqa: BLE001 - logged
        log.get().exception("ask.failed", call=call.id, request=type(command.request).__name__)
        problem = f"{type(failure).__name__}: {failure}"
    return e.Reply(None, problem)
