"""What a number says of its calls, on the wire: prefix, failover, the name it shows, the way round by the carrier."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from qvoice.cli import demo_documents
from tests.fixtures.platform import Platform
from tests.sip.agent import UserAgent
from tests.sip.agent.message import address, display, user_of
from tests.sip.conftest import Phones
from tests.sip.features import Made
from tests.sip.scenes import call_in, nobody_registered, talk

pytestmark = [pytest.mark.anyio, pytest.mark.sip]

SPARE, ELSEWHERE = "+14165550371", "+14165550372"


class Numbers:
    """Acme's numbers: settings are put on them, and taken away at the end."""

    def __init__(self, platform: Platform) -> None:
        self.platform, self.added, self.changed = platform, list[str](), list[tuple[str, dict[str, Any]]]()

    def path(self, number: str) -> str:
        return self.platform.acme.path("phone_numbers", quote(number, safe=""))

    def add(self, number: str, **document: Any) -> str:
        self.platform.master.put(self.path(number), {"create_with_state": "in_service", **document})
        self.added.append(number)
        return number

    def set(self, number: str, **settings: Any) -> None:
        self.platform.acme.rest.patch(self.path(number), settings)
        self.changed.append((number, dict.fromkeys(settings)))

    def clear(self) -> None:
        for number, nothing in self.changed:
            self.platform.acme.rest.patch(self.path(number), nothing)
        for number in self.added:
            self.platform.master.delete(self.path(number))


@pytest.fixture
def numbers(platform: Platform) -> Iterator[Numbers]:
    """Numbers and their settings, as they were before when the test is over."""
    found = Numbers(platform)
    yield found
    found.clear()


@pytest.fixture
def made(platform: Platform) -> Iterator[Made]:
    """Documents of Acme, gone at the end."""
    documents = Made(platform.acme)
    yield documents
    documents.clear()


def shown(call: Any) -> tuple[str, str]:
    """Name and number of an INVITE's From."""
    header = call.invite.get("From")
    return display(header), user_of(address(header))


async def test_B2_prepend_marks_the_callers_name_and_a_nameless_caller_gets_the_name_his_number_shows(
    platform: Platform, phone: Phones, carrier: UserAgent, numbers: Numbers
) -> None:
    did, other = platform.acme.numbers[1], platform.globex.numbers[1]
    alice = await phone(platform.acme, "1000")
    numbers.set(did, prepend={"enabled": True, "name": "Sales"}, cnam={"inbound_lookup": True})
    call = await call_in(carrier, did, name="Customer")
    incoming = await alice.incoming()
    assert shown(incoming)[0] == "Sales Customer"
    await call.hang_up()
    await incoming.wait_over()
    path = platform.globex.path("phone_numbers", quote(other, safe=""))
    platform.globex.rest.patch(path, {"cnam": {"display_name": "GLOBEX CORP"}})
    try:
        call = await call_in(carrier, did, caller=other)
        incoming = await alice.incoming()
        assert shown(incoming) == ("Sales GLOBEX CORP", other)
        await call.hang_up()
        await incoming.wait_over()
    finally:
        platform.globex.rest.patch(path, {"cnam": None})


async def test_B2_a_number_without_a_flow_fails_over_to_another_number_by_the_carrier(
    platform: Platform, carrier: UserAgent, numbers: Numbers
) -> None:
    numbers.add(SPARE, failover={"e164": "+14165559998"})
    call = await call_in(carrier, SPARE, name="Customer")
    forwarded = await carrier.incoming()
    assert user_of(forwarded.invite.uri) == "+14165559998"
    assert shown(forwarded)[1] == "+14165559999"
    await forwarded.answer()
    await call.wait_answered()
    await talk(call, forwarded)
    await call.hang_up()
    await forwarded.wait_over()


def own_address() -> str:
    """An address of this machine that is not loopback: failover to loopback is refused, it is the platform's own."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("198.51.100.1", 9))
        except OSError:
            pytest.skip("this machine has no address but loopback")
        return probe.getsockname()[0]


async def test_B2_when_no_phone_of_the_flow_is_there_the_call_fails_over_to_a_sip_uri(
    platform: Platform, carrier: UserAgent, numbers: Numbers, made: Made
) -> None:
    await nobody_registered(platform.acme)
    host = own_address()
    async with await UserAgent.start(user="desk", realm=host, proxy=platform.address(), host=host) as elsewhere:
        numbers.add(SPARE, failover={"sip": f"sip:desk@{host}:{elsewhere.transport.local[1]}"})
        made.flow(SPARE, "user", id=platform.acme.user("1000")["id"])
        call = await call_in(carrier, SPARE)
        incoming = await elsewhere.incoming()
        await incoming.answer()
        await call.wait_answered()
        await talk(call, incoming)
        await incoming.hang_up()
        await call.wait_over()


async def test_C5_a_sip_uri_does_not_lead_to_a_carrier(
    platform: Platform, carrier: UserAgent, numbers: Numbers, made: Made
) -> None:
    await nobody_registered(platform.acme)
    host = own_address()
    async with await UserAgent.start(user="trunk", realm=host, proxy=platform.address(), host=host) as elsewhere:
        port = elsewhere.transport.local[1]
        # Somebody's carrier, at whatever port: it would take the call for the platform's own.
        trunk = demo_documents.trunk("somebody's", host=host, port=port + 1, emergency=False)
        row = platform.globex.rest.put(platform.globex.path("resources"), trunk)
        try:
            numbers.add(SPARE, failover={"sip": f"sip:+19005551234@{host}:{port}"})
            made.flow(SPARE, "user", id=platform.acme.user("1000")["id"])
            for _ in range(20):  # until the edge knows the carrier
                call = await call_in(carrier, SPARE)
                try:
                    (await elsewhere.incoming(3)).reject()
                except AssertionError:
                    break
                await call.wait_over()
            await call.wait_over()
            assert elsewhere.no_call()
            assert call.status >= 400
        finally:
            platform.globex.rest.delete(platform.globex.path("resources", row["id"]))


async def test_B2_a_busy_person_is_no_reason_to_fail_over(
    platform: Platform, phone: Phones, carrier: UserAgent, numbers: Numbers, made: Made
) -> None:
    alice = await phone(platform.acme, "1000")
    numbers.add(SPARE, failover={"e164": "+14165559998"})
    made.flow(SPARE, "user", id=platform.acme.user("1000")["id"])
    call = await call_in(carrier, SPARE)
    (await alice.incoming()).reject(486)
    await call.wait_over()
    assert call.status == 486
    assert carrier.no_call()


async def test_B8_the_carrier_gets_the_name_that_the_number_shows(
    platform: Platform, phone: Phones, carrier: UserAgent, numbers: Numbers
) -> None:
    alice = await phone(platform.acme, "1000")
    call = await alice.call("+14165559998")
    number = shown(await carrier.incoming())[1]
    await call.hang_up()
    numbers.set(number, cnam={"display_name": "ACME INC"})
    call = await alice.call("+14165559998")
    incoming = await carrier.incoming()
    assert shown(incoming) == ("ACME INC", number)
    await call.hang_up()
    await incoming.wait_over()


async def test_B1_force_outbound_sends_a_call_to_our_own_number_round_by_the_carrier(
    platform: Platform, phone: Phones, carrier: UserAgent
) -> None:
    alice, grace = await phone(platform.acme, "1000"), await phone(platform.globex, "1000")
    did = platform.globex.numbers[1]
    path = platform.globex.path("phone_numbers", quote(did, safe=""))
    platform.globex.rest.patch(path, {"force_outbound": True})
    try:
        call = await alice.call(did)
        incoming = await carrier.incoming()
        assert user_of(incoming.invite.uri) == did
        assert grace.no_call()
        await call.hang_up()
        await incoming.wait_over()
    finally:
        platform.globex.rest.patch(path, {"force_outbound": None})
