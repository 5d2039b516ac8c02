"""What two people do on the phone, in words: calls that the tests of features and of bad days share."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from qvoice.cli.rest import Refused
from tests.fixtures.platform import Account
from tests.sip.agent import Call, UserAgent, until


async def call_in(
    carrier: UserAgent,
    did: str,
    *,
    caller: str = "+14165559999",
    name: str = "",
    headers: tuple[tuple[str, str], ...] = (),
) -> Call:
    """The carrier calls the DID `did`."""
    host, port = carrier.proxy
    return await carrier.call(f"sip:{did}@{host}:{port}", *headers, caller=f"sip:{caller}@{carrier.realm}", name=name)


async def talk(caller: Call, callee: Call) -> None:
    """Measure sound in both directions, each with its own tone."""
    assert caller.media
    assert callee.media
    caller.media.tone(440)
    callee.media.tone(620)
    await callee.media.hears(440)
    await caller.media.hears(620)


async def connected(caller: UserAgent, to: str, callee: UserAgent, **how: Any) -> tuple[Call, Call]:
    """`caller` dials `to`, `callee` answers; both ends are up."""
    call = await caller.call(to, **how)
    incoming = await callee.incoming()
    incoming.ring()
    await incoming.answer()
    await call.wait_answered()
    return call, incoming


async def eventually(look: Callable[[], Any], *, within: float = 15, what: str = "") -> Any:
    """Wait until `look()` (a REST look-up, say) gives something; return it."""
    return await until(look, within=within, every=0.3, what=what)


async def cdrs(
    account: Account, *, call: Call | None = None, count: int = 1, within: float = 15
) -> list[dict[str, Any]]:
    """The account's CDRs of `call` (by its SIP Call-ID), at least `count` of its legs."""

    def look() -> list[dict[str, Any]] | None:
        mine = [row for row in account.rest.get(account.path("cdrs")) if row["sip_call_id"] == call.call_id]
        legs = account.rest.get(account.path("cdrs", "legs", mine[0]["interaction_id"])) if mine else []
        return legs if len(legs) >= count else None

    return await eventually(look, within=within, what=f"{count} CDR(s) of {call}")


async def nobody_registered(account: Account) -> None:
    """Throw out what earlier tests left registered in the account: phones that vanished stay until they expire."""
    account.rest.delete(account.path("registrations"))
    await eventually(lambda: not account.rest.get(account.path("registrations")), what="no phone registered")


async def no_calls(account: Account) -> None:
    """Hang up what a test that failed has left, so that the next one finds a quiet account."""
    for channel in account.rest.get(account.path("channels")):
        with contextlib.suppress(Refused):  # it ended meanwhile
            account.rest.post(account.path("channels", channel["uuid"]), {"action": "hangup"})
    await eventually(lambda: not account.rest.get(account.path("channels")), what="no call left")
