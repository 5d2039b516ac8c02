"""What simulated calls ask: would this call be let through? The same code decides as for calls; what it takes in the
database is undone before it is told.
"""

from __future__ import annotations

from typing import Any

import msgspec

from qvoice.core.dialing.classify import classify
from qvoice.core.dialing.normalise import country_of
from qvoice.core.flow.requests import MayCall, Refused
from qvoice.core.limits.admission import OffNet
from qvoice.core.limits.refusals import Refusal
from qvoice.db.engine import SYSTEM, Database
from qvoice.features.callflows.context import AnswerContext
from qvoice.features.charging.admission import Authoriser


class Trial(Authoriser):
    """An authoriser that takes nothing: every statement is undone."""

    def __init__(self, db: Database) -> None:
        """Read nothing yet."""
        super().__init__(db, node="simulation")

    async def _ask(self, statement: Any, request: dict[str, Any]) -> dict[str, Any]:
        async with self._db.tx(SYSTEM) as s:
            undone = await s.begin_nested()
            row = (await s.execute(statement, {"r": msgspec.json.encode(request).decode()})).one()
            await undone.rollback()
        return row.answer


async def may_call(context: AnswerContext, request: MayCall) -> Refused | None:
    """Ask guards, locks, limits and money of every level. Lines and calls in use now count; the simulated one does
    not. What is the matter at levels above is not told.
    """
    call, trial = context.call, Trial(context.db)
    owner = next(
        (
            owner
            for owner, trunks in call.world.pools.items()
            if len(owner) == 32 and any(trunk.get("id") == request.trunk_id for trunk in trunks)
        ),
        "",
    )
    offnet = OffNet(
        call.account_id, request.number, classify(request.number, country_of(call.world.account)),
        caller=request.caller, trunk_owner=owner, forwarded=request.forwarded,
    )  # fmt: skip
    levels = await trial.levels.of(call.account_id)
    refusal: Any = None
    if levels and not levels[0].lock.level:
        refusal = await trial.begin(levels[0], call.now)
    if refusal is None:
        refusal = await trial.admit(offnet, call_id="simulation", now=call.now)
    if not isinstance(refusal, Refusal):
        return None
    own = refusal.account_id == call.account_id
    why = refusal.why if own else "the provider of the account does not let this call through now"
    return Refused(refusal.reason if own else "provider", why, refusal.cause, refusal.sip_code)


ANSWERS = {MayCall: may_call}
