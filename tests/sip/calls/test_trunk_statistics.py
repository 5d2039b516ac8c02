"""B6: what a carrier did with our calls is written down for each attempt; a test call says what a carrier does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from qvoice.cli.rest import Refused
from tests.fixtures.platform import Platform
from tests.sip.agent import UserAgent, until
from tests.sip.calls.test_carrier_out import gateway, local_trunks
from tests.sip.conftest import Phones
from tests.sip.scenes import cdrs, eventually, talk

pytestmark = [pytest.mark.anyio, pytest.mark.sip]
__all__ = ["local_trunks"]


@pytest.fixture
async def refusing(anyio_backend: str, platform: Platform) -> AsyncIterator[UserAgent]:
    """A second carrier, on an address of its own, that takes no call."""
    async with await UserAgent.start(user="bad", realm="127.0.0.3", proxy=platform.address(), host="127.0.0.3") as bad:
        bad.on_invite = lambda call: call.reject(503, "Service Unavailable")
        yield bad


async def test_D20_what_the_network_loses_is_in_the_records_and_in_the_trunks_figures(
    platform: Platform, phone: Phones, carrier: UserAgent, local_trunks: Any
) -> None:
    acme = platform.acme
    trunk = await local_trunks(weight=10, gateways=[gateway(*platform.carrier)])
    alice = await phone(acme, "1000")
    call = await alice.call("+14165559998")
    incoming = await carrier.incoming(within=20)
    await incoming.answer()
    await call.wait_answered()
    assert incoming.media
    assert call.media
    incoming.media.loses = 10
    # Losses are counted with each report, which come every two seconds.
    await until(lambda: min(call.media.sent, incoming.media.sent) >= 230, within=30, what="five seconds of sound")
    await call.hang_up()
    await incoming.wait_over()
    legs = {leg["call_direction"]: leg["quality"] for leg in await cdrs(acme, call=call, count=2)}
    lossy, clean = legs["outbound"]["received"], legs["inbound"]["received"]
    assert 3 <= lossy["loss_percent"] <= 12, lossy
    assert lossy["mos"] < 4.1
    assert clean["loss_percent"] < 1, clean
    assert clean["mos"] > 4
    assert clean["packets"] > 200
    figures = await eventually(
        lambda: acme.rest.get(acme.path("resources", trunk["id"]) + "/statistics").get("outbound"), what="the figures"
    )
    assert figures["loss_percent"] == pytest.approx(lossy["loss_percent"], abs=0.01)
    assert figures["mos"] == lossy["mos"]


async def test_B6_two_gateways_fail_and_a_third_answers_and_each_has_its_figures(
    platform: Platform, phone: Phones, carrier: UserAgent, refusing: UserAgent, local_trunks: Any
) -> None:
    acme = platform.acme
    host, port = platform.carrier
    async with await UserAgent.start(
        user="deaf", realm="127.0.0.4", proxy=platform.address(), host="127.0.0.4"
    ) as deaf:
        # Answers the edge's OPTIONS, so that it is not known to be dead, and has nothing to say to calls.
        deaf.on_invite = lambda call: None
        silent = gateway(*deaf.transport.local) | {"progress_timeout": 1}
        trunk = await local_trunks(
            weight=10, gateways=[gateway(*refusing.transport.local), silent, gateway(host, port)]
        )
        path = acme.path("resources", trunk["id"])
        alice = await phone(acme, "1000")
        call = await alice.call("+14165559998")
        incoming = await carrier.incoming(within=20)
        incoming.ring()
        await incoming.answer()
        await call.wait_answered()
        await talk(call, incoming)
        await call.hang_up()
        await incoming.wait_over()
        seen = await eventually(
            lambda: (found := acme.rest.get(f"{path}/statistics")).get("outbound", {}).get("attempts") == 3 and found,
            what="three attempts in the trunk's statistics",
        )
        assert seen["outbound"]["answered"] == 1
        assert seen["outbound"]["pdd_median_ms"] is not None
        figures = {one["gateway"]: (one["attempts"], one["answered"], one["pdd_median_ms"] is None)
                   for one in seen["gateways"]}  # fmt: skip
        assert figures == {0: (1, 0, True), 1: (1, 0, True), 2: (1, 1, False)}
        codes = {one["gateway"]: one["code"] for one in seen["codes"]}
        assert (codes[0], codes[2]) == (503, 200)
        silence = next(one for one in seen["codes"] if one["gateway"] == 1)
        assert silence["cause"] in ("NO_ANSWER", "NO_USER_RESPONSE", "PROGRESS_TIMEOUT", "LOSE_RACE")
        # One call in the report, however many carriers it tried.
        status = acme.rest.get(f"{path}/status")
        assert [one["server"] for one in status["gateways"]] == ["127.0.0.3", "127.0.0.4", host]


async def test_B6_a_test_call_goes_by_the_gateway_named_and_tells_each_step(
    platform: Platform, carrier: UserAgent, refusing: UserAgent, local_trunks: Any
) -> None:
    acme = platform.acme
    host, port = platform.carrier
    trunk = await local_trunks(
        rules=[r"^\+(1\d{6,})$"], gateways=[gateway(*refusing.transport.local), gateway(host, port)]
    )
    path = acme.path("resources", trunk["id"], "test_call")
    refused = await asyncio.to_thread(acme.rest.put, path, {"number": "+14165559998"})
    assert (refused["verdict"], refused["code"]) == ("refused", 503)
    assert [step["event"] for step in refused["steps"]] == ["sent", "refused", "ended"]

    test = asyncio.create_task(asyncio.to_thread(acme.rest.put, path, {"number": "+14165559998", "gateway": 1}))
    incoming = await carrier.incoming()
    incoming.ring()
    await asyncio.sleep(0.3)  # sent at once, an answer may overtake the ringing
    await incoming.answer()
    assert incoming.media
    incoming.media.tone(620)
    await incoming.media.hears(1000)
    await incoming.wait_over()
    report = await test
    assert (report["verdict"], report["code"]) == ("works", 200)
    assert [step["event"] for step in report["steps"]] == ["sent", "ringing", "answered", "heard", "ended"]
    assert report["sent_to"].startswith("sip:14165559998@")
    assert report["shown_as"] == acme.numbers[0]
    assert 0 <= report["pdd_ms"] <= report["steps"][-1]["ms"]
    seen = await eventually(
        lambda: (
            (found := acme.rest.get(acme.path("resources", trunk["id"], "statistics")))
            .get("outbound", {})
            .get("attempts")
            == 2
            and found
        ),
        what="both test calls in the trunk's statistics",
    )
    assert seen["outbound"]["answered"] == 1
    with pytest.raises(Refused, match="rules"):
        acme.rest.put(path, {"number": "+99912345678"})
