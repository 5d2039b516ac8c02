"""The one point that every call to or from a carrier passes: it asks whether the call may be made, keeps its time paid
while it lasts, ends it when the money ends, and hands its charge to the journal.

Emergency calls and call-backs after them pass unasked; calls inside the platform do not come here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from qvoice.callcontrol.legs import INBOUND, CallLeg
from qvoice.callcontrol.placing import RefusedCall
from qvoice.core.dialing.classify import classify
from qvoice.core.dialing.normalise import country_of
from qvoice.core.limits import refusals
from qvoice.core.limits.admission import Level, OffNet, ended_by_lock
from qvoice.core.limits.refusals import LOCK, OUT_OF_MONEY, SPENT, USED_UP, Refusal
from qvoice.core.rating.cost import FOR_EVER
from qvoice.core.ring.plan import Gateway, RingPlan
from qvoice.db.engine import DatabaseAway
from qvoice.features.cdrs.record import record_id_of, talked
from qvoice.features.charging.admission import WINDOW, Admission, Authoriser
from qvoice.features.charging.charge import charge, finish
from qvoice.kit import log
from qvoice.kit.clock import utcnow

if TYPE_CHECKING:
    from qvoice.callcontrol.exchange import Exchange
    from qvoice.callcontrol.live import LiveCall
    from qvoice.core.flow.call import Call

LEAD = 45.0
"""Seconds before the paid time ends at which more is asked for."""
WARN = 30.0
"""Seconds before the end at which the caller hears a tone."""
AGAIN = 5.0
"""How often more is asked for in the last seconds: somebody may add funds."""
SLACK = 15
"""Seconds after the paid time at which Asterisk itself ends the call, should call control be away then."""
TONE = "tone:1400;tonezone=us"

_TO_CARRIERS = {refusals.TRUNKS: 486, refusals.CALLS: 486, refusals.GONE: 410}
"""What a carrier that brings a call hears; 480 for all else."""
_CUT_BY = {
    refusals.DAILY: SPENT, refusals.MONTHLY: SPENT, refusals.BUNDLE: USED_UP, refusals.AWAY: refusals.NOT_NOW,
}  # fmt: skip

Suspect = Callable[[str, str, int, str], Awaitable[None]]


class Meters:
    """The meters of one node. Without `authoriser` (tests of call control alone) every call may be made."""

    def __init__(self, authoriser: Authoriser | None = None, *, suspect: Suspect | None = None) -> None:
        """Watch nothing yet. `suspect(account, why, lock level, guard)` locks an account whose calls are too many."""
        self._authoriser = authoriser
        self._watching: dict[str, asyncio.Task[None]] = {}
        self._legs: dict[str, tuple[LiveCall, CallLeg]] = {}
        """Legs that talk with a carrier and carry an admission: what a lock may end."""
        self._locking: set[asyncio.Task[None]] = set()
        self._forwarded: dict[str, str] = {}
        """Admission → account, of forwarded calls that ring or talk."""
        self._suspect = suspect

    # --- may it be made ---------------------------------------------------------------------------------------------

    async def admit(self, call: LiveCall, plan: RingPlan) -> Admission | Refusal | None:
        """Ask for a plan that rings carriers; None when nobody needs to be asked."""
        facts = call.facts
        if self._authoriser is None or facts is None or not plan.trunks:
            return None
        if facts.emergency or facts.emergency_callback:
            return None
        leg = plan.stages[0].legs[0]
        offnet = OffNet(
            call.caller.account_id,
            plan.called,
            classify(plan.called, country_of(facts.world.account)),
            caller=leg.caller.number,
            trunk_owner=_owner(facts, leg.target),
            forwarded=bool(facts.forwarded_by),
        )
        return self._kept(call, await self._asked(call.exchange, call.id, offnet))

    async def let_in(self, call: LiveCall, facts: Call) -> None:
        """Ask for a call that a carrier brings; raises RefusedCall."""
        call.caller.called = facts.dialled
        if self._authoriser is None or facts.emergency_callback:
            return
        number_class = classify(facts.dialled, country_of(facts.world.account))
        offnet = OffNet(facts.account_id, facts.dialled, number_class, INBOUND, facts.caller.number)
        answer = self._kept(call, await self._asked(call.exchange, call.id, offnet))
        if isinstance(answer, Refusal):
            raise RefusedCall(_TO_CARRIERS.get(answer.reason, 480), answer.why)
        if answer is not None:
            call.caller.meter = answer.to_json()

    async def admit_test(self, exchange: Exchange, call_id: str, offnet: OffNet) -> Admission | Refusal | None:
        """Ask for a test call through a trunk of the account's own (trunk_test.py), which is no LiveCall yet."""
        if self._authoriser is None:
            return None
        answer = await self._asked(exchange, call_id, offnet)
        return answer if isinstance(answer, Refusal) or answer.counted else None

    async def _asked(self, exchange: Exchange, call_id: str, offnet: OffNet) -> Admission | Refusal:
        assert self._authoriser is not None
        refused = await self._too_many(exchange, offnet)
        if refused is not None:
            return refused
        return await self._authoriser.admit(offnet, call_id=call_id, now=utcnow())

    def _kept(self, call: LiveCall, answer: Admission | Refusal) -> Admission | Refusal | None:
        if isinstance(answer, Refusal):
            # What is the matter at the levels above is not the customer's to read.
            own = answer.account_id == call.caller.account_id
            why = answer.why if own else "the provider of the account does not let this call through now"
            call.caller.bill = {"refused": {"reason": answer.reason if own else "provider", "why": why}}
            log.get().info("call.not_authorised", account=answer.account_id, reason=answer.reason, why=answer.why)
            return answer
        if answer.forwarded:
            self._forwarded[answer.id] = answer.account_id
        return answer

    async def _too_many(self, exchange: Exchange, offnet: OffNet) -> Refusal | None:
        """What this node counts itself: calls begun too fast, forwarded calls, calls of the account at once."""
        assert self._authoriser is not None
        try:
            levels = await self._authoriser.levels.of(offnet.account_id)
        except DatabaseAway:
            return None  # admit says what there is to say
        if not levels:
            return None
        own = levels[0]
        if own.limits.calls is not None:
            mine = (one for one in exchange.calls.values() if one.caller.account_id == own.account_id)
            running = {one.interaction_id for one in mine}
            if len(running) > own.limits.calls:
                return Refusal(refusals.CALLS, own.account_id, f"{own.limits.calls} calls at once are allowed")
        if offnet.direction == INBOUND:
            return None
        if offnet.forwarded and own.guards.forwarded is not None:
            already = sum(account == own.account_id for account in self._forwarded.values())
            if already >= own.guards.forwarded:
                why = f"{already} calls are forwarded to carriers already"
                return Refusal(refusals.FORWARDS, own.account_id, why)
        return await self._too_fast(own)

    async def _too_fast(self, own: Level) -> Refusal | None:
        assert self._authoriser is not None
        if own.lock.level:
            return None
        try:
            refusal = await self._authoriser.begin(own, utcnow())
            if refusal is not None and self._suspect is not None:
                await self._suspect(own.account_id, refusal.why, own.guards.lock_to, refusal.reason)
        except DatabaseAway:
            log.get().warning("fraud.not_counted", account=own.account_id)
            return None  # admit says what there is to say
        return refusal

    # --- while it lasts ---------------------------------------------------------------------------------------------

    def started(self, call: LiveCall, leg: CallLeg, admission: Admission) -> None:
        """A leg of the plan was answered: it carries the admission from here on."""
        leg.meter = admission.to_json()
        self.answered(call, leg)

    def answered(self, call: LiveCall, leg: CallLeg) -> None:
        """A leg that carries an admission talks: watch its time. A second time changes nothing."""
        if self._authoriser is not None and leg.meter and leg.answered and not leg.gone:
            self._legs[leg.uuid] = (call, leg)
            levels = self._authoriser.levels.peek(leg.meter["account"])
            if any(level.lock.ends_calls for level in levels):
                self._look_at_locks(leg.meter["account"])  # the lock came while it rang
        if leg.meter and leg.answered and not leg.gone and leg.meter["paid"] < FOR_EVER:
            self._limit(call, leg)
            if leg.uuid not in self._watching:
                self._watching[leg.uuid] = asyncio.get_running_loop().create_task(self._watch(call, leg))

    async def _watch(self, call: LiveCall, leg: CallLeg) -> None:
        """Keep a leg's time paid; when that cannot be done any more, warn, and end it in time."""
        exchange, warned = call.exchange, False
        cause = OUT_OF_MONEY
        while not leg.gone:
            left = leg.answered + leg.meter["paid"] - exchange.now()
            if left > LEAD:
                warned = warned and left <= WARN
                await asyncio.sleep(left - LEAD)
                continue
            refused = await self._more(leg)
            if refused is None:
                current = exchange.by_channel.get(leg.channel, call)
                self._limit(current, leg)
                exchange.journal.touch(current)
                continue
            cause = _CUT_BY.get(refused.reason, OUT_OF_MONEY)
            left = leg.answered + leg.meter["paid"] - exchange.now()
            if left <= 0:
                break
            if left <= WARN and not warned:
                warned = True
                self._warn(exchange.by_channel.get(leg.channel, call), leg)
            await asyncio.sleep(min(left, AGAIN if left <= WARN else min(AGAIN, left - WARN)))
        if not leg.gone:
            log.get().info("call.money_ended", leg=leg.uuid, account=leg.account_id, cause=cause)
            exchange.by_channel.get(leg.channel, call).hang_up(leg, cause, q850=16)

    async def _more(self, leg: CallLeg) -> Refusal | None:
        """Ask for another window; None when the leg has more time now."""
        assert self._authoriser is not None
        had = Admission.from_json(leg.meter)
        try:
            async with asyncio.timeout(AGAIN):
                got = await self._authoriser.extend(had, had.paid + WINDOW // 2, answered=leg.answered, now=utcnow())
        except (DatabaseAway, TimeoutError):
            return Refusal(refusals.AWAY, had.account_id, "the database is away")
        if isinstance(got, Refusal):
            return got
        leg.meter = got.to_json()
        return None

    def _limit(self, call: LiveCall, leg: CallLeg) -> None:
        """Let Asterisk end the channel by itself, a little after the time that is paid."""
        seconds = max(int(leg.answered + leg.meter["paid"] - call.exchange.now()), 0) + SLACK
        query = {"variable": "TIMEOUT(absolute)", "value": str(seconds)}
        call.ari.tell("POST", f"channels/{leg.channel}/variable", query)

    def _warn(self, call: LiveCall, leg: CallLeg) -> None:
        """A tone for who pays: the other side of a carrier's leg."""
        other = call.caller if leg is not call.caller else call.legs.get(call.talking_with)
        if other is not None and not other.gone:
            call.sounds += 1
            query = {"media": TONE, "playbackId": f"{call.id}.{call.sounds}"}
            call.ari.tell("POST", f"channels/{other.channel}/play", query)
            asyncio.get_running_loop().call_later(
                0.8, lambda: call.ari.tell("DELETE", f"playbacks/{query['playbackId']}")
            )

    # --- its end ----------------------------------------------------------------------------------------------------

    def drop(self, call: LiveCall, admission: Admission | None) -> None:
        """Nobody answered: what was reserved is free again."""
        if admission is not None:
            self._forwarded.pop(admission.id, None)
            if admission.counted:
                call.exchange.journal.finish(finish(admission))

    def ended(self, call: LiveCall, leg: CallLeg) -> None:
        """A leg ended: its charge goes to the journal, and what it cost into its record."""
        if not leg.meter:
            return
        self._legs.pop(leg.uuid, None)
        watching = self._watching.pop(leg.uuid, None)
        if watching is not None and watching is not asyncio.current_task():
            watching.cancel()
        admission = Admission.from_json(leg.meter)
        leg.meter = {}
        self._forwarded.pop(admission.id, None)
        if not admission.counted:
            return
        if not leg.answered or not admission.levels:
            call.exchange.journal.finish(finish(admission))
            return
        done = charge(
            admission,
            leg=leg.uuid,
            record_id=record_id_of(leg.created, leg.uuid),
            caller=leg.caller_number,
            seconds=talked(leg.answered, leg.ended),
            ended=leg.ended,
        )
        leg.bill = done.record
        call.exchange.journal.finish(done.row)

    # --- after a restart --------------------------------------------------------------------------------------------

    async def adopted(self, calls: list[LiveCall]) -> None:
        """Go on with the meters of calls that live, and give back what others had reserved."""
        if self._authoriser is None:
            return
        keep: list[str] = []
        for call in calls:
            for leg in (call.caller, *call.legs.values()):
                if not leg.meter or leg.gone:
                    continue
                admission = Admission.from_json(leg.meter)
                keep.append(admission.id)
                if admission.forwarded:
                    self._forwarded[admission.id] = admission.account_id
                self.answered(call, leg)
        gone = await self._authoriser.forget(keep)
        if gone:
            log.get().info("charging.forgotten", admissions=gone)

    def on_notice(self, notice: dict[str, Any]) -> None:
        """Hear of changed documents."""
        if self._authoriser is not None:
            self._authoriser.levels.on_notice(notice)
            if notice.get("type") == "locks":
                self._look_at_locks(str(notice.get("account", "")))

    # --- locks ------------------------------------------------------------------------------------------------------

    def _look_at_locks(self, account_id: str) -> None:
        task = asyncio.get_running_loop().create_task(self._end_locked(account_id))
        self._locking.add(task)
        task.add_done_callback(self._locking.discard)

    async def _end_locked(self, about: str) -> None:
        """End the calls that the lock of an account, or of one above the caller's, says are ended. Emergency calls and
        call-backs carry no admission: they are not even looked at.
        """
        assert self._authoriser is not None
        for uuid, (call, leg) in list(self._legs.items()):
            if leg.gone or uuid not in self._legs:
                continue
            admission = Admission.from_json(leg.meter)
            try:
                levels = await self._authoriser.levels.of(admission.account_id)
            except DatabaseAway:
                log.get().warning("fraud.lock_not_read", account=about)
                return
            level = ended_by_lock(levels, admission.direction, admission.number_class)
            if level is not None and not leg.gone:
                log.get().info("call.ended_by_lock", leg=uuid, account=level.account_id, why=level.lock.reason)
                call.exchange.by_channel.get(leg.channel, call).hang_up(leg, LOCK, q850=21)


def _owner(facts: Call, target: Any) -> str:
    """Return the account that owns the trunk of a leg; '' when it cannot be told (then every level pays)."""
    if isinstance(target, Gateway):
        for owner, trunks in facts.world.pools.items():
            if len(owner) == 32 and any(trunk.get("id") == target.resource_id for trunk in trunks):
                return owner
    return ""
