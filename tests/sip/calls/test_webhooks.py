"""A real call is told to the web servers that want to know of it."""

from __future__ import annotations

import pytest

from tests.fixtures.platform import Platform
from tests.sip.agent import UserAgent
from tests.sip.conftest import Phones
from tests.sip.scenes import call_in, eventually

pytestmark = [pytest.mark.anyio, pytest.mark.sip]


async def test_H4_a_calls_beginning_answer_and_end_are_each_delivered(
    platform: Platform, phone: Phones, carrier: UserAgent
) -> None:
    acme = platform.acme
    # Nothing listens there, and it is our own machine: what is delivered is seen by its attempts, which are refused.
    hook = acme.rest.put(
        acme.path("webhooks"), {"name": "calls", "hook": "all", "uri": "http://127.0.0.1:9/", "retries": 0}
    )
    try:
        alice = await phone(acme, "1000")
        call = await call_in(carrier, acme.numbers[1])
        incoming = await alice.incoming()
        await incoming.answer()
        await call.wait_answered()
        await call.hang_up()
        await incoming.wait_over()
        wanted = {"channel_create", "channel_answer", "channel_destroy"}

        def told() -> list[dict[str, str]] | None:
            rows = acme.rest.get(acme.path("webhooks", hook["id"], "attempts"))
            return rows if wanted <= {row["hook_event"] for row in rows} else None

        rows = await eventually(told, what="the attempts of the call's events")
        assert {row["reason"] for row in rows} == {"127.0.0.1 is not a public address"}
    finally:
        acme.rest.delete(acme.path("webhooks", hook["id"]))
