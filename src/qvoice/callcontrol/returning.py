"""A transfer that nobody took: the transferor gets his party back, on his line or by being rung again."""

from __future__ import annotations

from qvoice.callcontrol import talking
from qvoice.callcontrol.ari.client import AriError
from qvoice.callcontrol.live import LiveCall
from qvoice.core.flow.events import RingDone
from qvoice.core.transfer import machine as m
from qvoice.core.transfer.recall import recall
from qvoice.kit import log


async def fall_back(call: LiveCall) -> RingDone | None:
    """Called where a transferred party's flow would hang up on him; returns when that may be done.

    Raises CallerHungUp when he leaves. A `RingDone` that says `transferred` means that he is elsewhere again.
    """
    pending = call.transfer
    facts = call.facts
    if pending is None or facts is None:
        return None
    actions = pending.on(m.TargetFails())
    if any(isinstance(action, m.Connect) for action in actions):
        by = pending.by
        by.cancelled = ""
        try:
            await call.connect(by)
        except AriError as problem:
            # He hung up this very moment: his phone is rung again, as that of one who left before.
            log.get().info("transfer.not_returned", call=call.id, problem=str(problem))
        else:
            return await talking.converse(call, by)
    if any(isinstance(action, m.Recall | m.Connect) for action in actions):
        done = await call.exchange.run_talk(
            call, recall(facts, device_id=facts.device_id or "", user_id=facts.owner_id or "")
        )
        answered = isinstance(done, RingDone) and done.answered_by is not None
        pending.on(m.RecallAnswers() if answered else m.RecallFails())
        return done if answered else None
    return None
