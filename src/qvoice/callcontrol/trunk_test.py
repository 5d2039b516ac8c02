"""A test call: a number called through exactly one gateway of a trunk, a tone for whoever answers, an ear for what
comes back, and a report of each step.

It is a call as any other: guards and locks of the account apply, it is counted while it lasts and has its record. It
costs nobody inside the platform anything, because only the account whose trunk it is may make it; the carrier's bill is
that account's, hence few at a time.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from qvoice.callcontrol import dialling
from qvoice.callcontrol.ari import wire
from qvoice.callcontrol.ari.client import AriError
from qvoice.callcontrol.legs import create_body, dial_uri, outgoing
from qvoice.callcontrol.live import CallerHungUp, LiveCall
from qvoice.core.dialing import trunks
from qvoice.core.dialing.classify import classify
from qvoice.core.dialing.normalise import country_of
from qvoice.core.flow.call import Call
from qvoice.core.flow.callers import shown_caller
from qvoice.core.limits.admission import OffNet
from qvoice.core.limits.refusals import Refusal
from qvoice.core.ring.plan import CallerId
from qvoice.core.ring.plan import Leg as PlanLeg
from qvoice.features.charging.admission import Admission
from qvoice.kit.clock import utcnow
from qvoice.kit.errors import Conflict, Invalid, NotFound, Unavailable
from qvoice.kit.ids import is_id, new_id

if TYPE_CHECKING:
    from qvoice.callcontrol.exchange import Exchange

MOST, WITHIN = 10, 600.0
"""Test calls that an account may make within so many seconds."""
RING, LISTEN, TONE_AT_LEAST = 45.0, 8.0, 3.0
"""Seconds: of ringing, of listening to whoever answered, and of the tone that he hears."""
TONE = "tone:1000;tonezone=us"
PACKETS, LOOK = 10, 0.25
"""Packets of sound that must come before it is one, and how often to look, in seconds. Asterisk's TALK_DETECT tells
nothing once a leg has rung (22.10.1).
"""


@dataclass(slots=True)
class Test:
    """One test call: what it is to do, and what came of it."""

    __test__ = False

    call: LiveCall
    plan: PlanLeg
    admission: Admission | None
    began: float
    steps: list[dict[str, Any]] = field(default_factory=list)
    answered: bool = False
    heard: bool = False
    given_up: str = ""
    """Why we ended it before anybody answered: `unanswered` or `silence`."""
    problem: Exception | None = None

    def step(self, event: str, code: int | None = None) -> None:
        """Write down what happened now."""
        at = round((self.call.exchange.now() - self.began) * 1000)
        self.steps.append({"event": event, "ms": at, "code": code})

    def happened(self, event: str) -> bool:
        """Tell whether this has happened."""
        return any(step["event"] == event for step in self.steps)

    def report(self) -> dict[str, Any]:
        """Return what the API answers (`features.resources.observed.TestCallReport`)."""
        leg = self.call.caller
        at = {step["event"]: step["ms"] for step in reversed(self.steps)}
        first = [at[event] for event in ("progress", "ringing", "answered") if event in at]
        verdict = ("works" if self.heard else "no_sound") if self.answered else self.given_up or "refused"
        return {
            "verdict": verdict,
            "sent_to": dial_uri(self.plan),
            "shown_as": "" if self.plan.caller.private else self.plan.caller.number,
            "code": 200 if self.answered else leg.sip_code,
            "cause": leg.cause,
            "pdd_ms": min(first) - at.get("sent", 0) if first else None,
            "steps": self.steps,
        }


class TrunkTests:
    """Carries out `test_trunk`; one at a time for an account."""

    def __init__(self, exchange: Exchange) -> None:
        """One for a node: all calls of an account are on one."""
        self._exchange = exchange
        self._running: set[str] = set()
        self._made: defaultdict[str, deque[float]] = defaultdict(deque)

    async def test_trunk(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Call `number` (E.164) by the gateway at place `gateway` of `trunk` (a document of `account`'s); return the
        report when it is over. Raises Invalid, NotFound, Conflict, Unavailable.
        """
        account, number = str(arguments.get("account") or ""), str(arguments.get("number") or "")
        trunk, gateway = arguments.get("trunk"), arguments.get("gateway")
        if not is_id(account) or not isinstance(trunk, dict) or not isinstance(gateway, int) or number[:1] != "+":
            raise Invalid.field("number", "invalid", "a test call needs an account, its trunk, a gateway and a number")
        if not self._exchange.ready:
            raise Unavailable("Asterisk is not connected to call control")
        if account in self._running:
            raise Conflict("a test call of this account is under way: wait for its end")
        self._running.add(account)
        try:
            test = await self._begin(account, trunk, gateway, number)
            return await self._run(test)
        finally:
            self._running.discard(account)

    def _count(self, account: str) -> None:
        now, made = asyncio.get_running_loop().time(), self._made[account]
        while made and made[0] < now - WITHIN:
            made.popleft()
        if len(made) >= MOST:
            raise Conflict(f"{MOST} test calls were made in the last {WITHIN / 60:.0f} minutes: wait a little")
        made.append(now)

    async def _begin(self, account: str, trunk: dict[str, Any], gateway: int, number: str) -> Test:
        """Work out the leg as a call would, and ask whether it may be made."""
        exchange = self._exchange
        world = await exchange.placing.directory.world(account)
        if world is None:
            raise NotFound("there is no such account")
        country, realm = country_of(world.account), str(world.account.get("realm") or "")
        facts = Call(new_id(), account, realm, "loop", number, number, CallerId(), utcnow(), world)
        facts.authorised_by = account
        legs = trunks.select(
            [trunk],
            number,
            callers={kind: shown_caller(facts, kind) for kind in ("internal", "external", "emergency")},
            flags=tuple(trunk.get("flags") or ()),
            country=country,
            timeout=RING,
            account_realm=realm,
            account_id=account,
        )
        plan = next((leg for leg in legs if getattr(leg.target, "index", None) == gateway), None)
        if plan is None:
            raise Conflict(_why_not(trunk, gateway, number, took=bool(legs)))
        self._count(account)
        offnet = OffNet(account, number, classify(number, country), caller=plan.caller.number, trunk_owner=account)
        admission = await exchange.meters.admit_test(exchange, facts.call_id, offnet)
        if isinstance(admission, Refusal):
            raise Conflict(f"the call may not be made: {admission.why}")
        leg = outgoing(plan, account_id=account, now=exchange.now(), other="", authorizing_id=account)
        leg.attempt, leg.called = 1, number
        call = LiveCall(exchange, leg, id=facts.call_id)
        return Test(call, plan, admission, exchange.now())

    async def _run(self, test: Test) -> dict[str, Any]:
        over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        async def life() -> str:
            try:
                await _conduct(test)
            except CallerHungUp:
                if not test.answered and not test.given_up:
                    test.step("refused", test.call.caller.sip_code or None)
            except Exception as problem:
                test.problem = problem
                raise
            finally:
                if test.admission is not None and not test.answered:
                    test.call.exchange.meters.drop(test.call, test.admission)
                over.set_result(None)
            return "NORMAL_CLEARING" if test.answered else "NO_ANSWER"

        self._exchange.live(test.call, life)
        await over
        if test.problem is not None:
            raise Unavailable("the test call could not be made") from test.problem
        test.step("ended")
        return test.report()


def _why_not(trunk: dict[str, Any], gateway: int, number: str, *, took: bool) -> str:
    if trunk.get("enabled") is False:
        return "the trunk is switched off: switch it on, then test it"
    if took:
        return f"the trunk has no gateway {gateway + 1} that is switched on"
    return f"the rules of this trunk do not take {number}: no call would go this way"


async def _conduct(test: Test) -> None:
    """Dial, wait for an answer, then make a sound and listen."""
    call, leg = test.call, test.call.caller
    loop = asyncio.get_running_loop()
    body = create_body(leg, test.plan, call_id=call.id, hops=0)
    await call.ari.post("channels/create", body=body)
    silent_until = loop.time() + (test.plan.progress_timeout or RING)
    until = loop.time() + RING
    while not test.answered:
        item = await call.next(until if test.happened("progress") or test.happened("ringing") else silent_until)
        if item is None:
            quiet = not (test.happened("progress") or test.happened("ringing"))
            test.given_up = "silence" if quiet else "unanswered"
            test.step("silence" if quiet else "ended")
            call.hang_up(leg, "NO_USER_RESPONSE" if quiet else "NO_ANSWER", q850=19)
            return
        if isinstance(item, wire.Message):
            _rings(test, item)
    if test.admission is not None:
        call.exchange.meters.started(call, leg, test.admission)
    await _listen(test)


def _rings(test: Test, item: wire.Message) -> None:
    call, leg = test.call, test.call.caller
    if item.type == "StasisStart":
        dialling.dial(call, leg, limit=round(RING) + 15)
        test.step("sent")
    elif item.type == "Dial" and item.dialstatus == "RINGING" and not test.happened("ringing"):
        test.step("ringing", 180)
    elif item.type == "Dial" and item.dialstatus == "PROGRESS" and not test.happened("progress"):
        test.step("progress", 183)
    elif item.type == "ChannelStateChange" and leg.answered:
        test.answered = True
        test.step("answered", 200)


async def _listen(test: Test) -> None:
    """Play a tone and hear whether anything comes back."""
    call, leg = test.call, test.call.caller
    loop = asyncio.get_running_loop()
    call.playing = f"{call.id}.tone"
    await call.ari.post(f"channels/{leg.channel}/play", {"media": TONE, "playbackId": call.playing})
    enough, until = loop.time() + TONE_AT_LEAST, loop.time() + LISTEN
    try:
        while loop.time() < (enough if test.heard else until):
            await call.next(min(enough if test.heard else until, loop.time() + LOOK))
            if not test.heard and await _received(call, leg.channel) >= PACKETS:
                test.heard = True
                test.step("heard")
    finally:
        if not test.heard:
            test.step("not_heard")


async def _received(call: LiveCall, channel: str) -> int:
    """Return how many packets of sound a leg has sent us."""
    try:
        count = await call.ari.variable(channel, "CHANNEL(rtcp,rxcount)")
    except AriError:  # it has hung up: the call's next event says so
        return 0
    return int(count) if count.isdigit() else 0
