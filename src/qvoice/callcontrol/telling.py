"""Tell: what a flow tells the data layer without waiting. It is told again until it has been heard."""

from __future__ import annotations

import asyncio

from qvoice.callcontrol.live import LiveCall
from qvoice.core.dialing.emergency import TEST_NUMBERS
from qvoice.core.flow.requests import RecordEmergency, Request
from qvoice.kit import log

PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0, *(60.0,) * 60)
"""Seconds between tries: about an hour in all."""

_under_way: set[asyncio.Task[None]] = set()


def tell(call: LiveCall, request: Request) -> None:
    """Have it told. An emergency call is in the log at once, whatever becomes of the database."""
    if isinstance(request, RecordEmergency) and call.facts is not None:
        log.get().warning(
            "emergency.call",
            call=call.id,
            account=call.facts.account_id,
            number=request.number,
            shown=request.shown,
            device=request.device_id,
            user=request.user_id,
        )
        if request.device_id and request.number not in TEST_NUMBERS:
            call.exchange.placing.callbacks.note(
                call.facts.account_id, request.shown, request.device_id, at=request.started
            )
    task = asyncio.get_running_loop().create_task(_until_heard(call, request))
    _under_way.add(task)
    task.add_done_callback(_under_way.discard)


async def _until_heard(call: LiveCall, request: Request) -> None:
    for pause in PAUSES:
        try:
            await call.exchange.ask(call, request)
        except Exception as problem:  # noqa: BLE001 - told again
            log.get().warning(
                "tell.unheard",
                call=call.id,
                request=type(request).__name__,
                problem=f"{type(problem).__name__}: {problem}",
            )
            await asyncio.sleep(pause)
        else:
            return
    log.get().error("tell.given_up", call=call.id, request=type(request).__name__)
