"""Calls to the carrier: which trunk, which number is sent, whose number is shown."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from qvoice.cli import demo_documents
from tests.fixtures.platform import Account, Platform
from tests.sip.agent import UserAgent
from tests.sip.agent.message import address, display, user_of
from tests.sip.conftest import Phones
from tests.sip.scenes import talk

pytestmark = [pytest.mark.anyio, pytest.mark.sip]

Trunks = Callable[..., Awaitable[dict[str, Any]]]


def caller_number(agent_call: Any) -> str:
    """The number in the From of an INVITE that a carrier got."""
    assert agent_call.invite
    return user_of(address(agent_call.invite.get("From")))


@pytest.fixture
async def local_trunks(anyio_backend: str, platform: Platform) -> AsyncIterator[Trunks]:
    """`await local_trunks(gateways=[…], formatters=…)`: Acme gets a trunk of its own and uses it (B6 Local)."""
    acme = platform.acme
    no_match = acme.flow("no_match")
    made: list[str] = []

    async def make(*, weight: int = 50, **changes: Any) -> dict[str, Any]:
        host, port = platform.carrier
        document = demo_documents.trunk(f"local {len(made)}", host=host, port=port, emergency=False)
        document |= {"weight_cost": weight, **changes}
        row = acme.rest.put(acme.path("resources"), document)
        made.append(row["id"])
        acme.rest.patch(
            acme.path("callflows", no_match["id"]),
            {"flow": {"module": "resources", "data": {"use_local_resources": True}}},
        )
        return row

    yield make
    acme.rest.patch(
        acme.path("callflows", no_match["id"]), {"flow": {"module": "offnet", "data": {"use_local_resources": None}}}
    )
    for trunk in made:
        acme.rest.delete(acme.path("resources", trunk))


def gateway(host: str, port: int, **more: Any) -> dict[str, Any]:
    """A gateway of a trunk."""
    return {"server": host, "port": port, "enabled": True, "progress_timeout": 3, "invite_format": "route", **more}


async def test_B6_parent_a_call_elsewhere_goes_to_the_platforms_carrier_as_e164(
    platform: Platform, phone: Phones, carrier: UserAgent
) -> None:
    alice = await phone(platform.acme, "1000")
    call = await alice.call("4165559998")
    incoming = await carrier.incoming()
    assert incoming.invite
    assert user_of(incoming.invite.uri) == "+14165559998"
    await incoming.answer()
    await call.wait_answered()
    await talk(call, incoming)
    await call.hang_up()
    await incoming.wait_over()


async def test_D3_out_the_accounts_number_is_shown_whatever_the_phone_claims(
    platform: Platform, phone: Phones, carrier: UserAgent
) -> None:
    alice = await phone(platform.acme, "1000")
    claimed = ("P-Asserted-Identity", '"Bank" <sip:+18005550000@acme.example.test>')
    call = await alice.call("+14165559998", claimed, name="Bank")
    incoming = await carrier.incoming()
    assert caller_number(incoming) == platform.acme.numbers[0]
    assert incoming.invite
    told = str(incoming.invite)
    assert "Bank" not in told
    assert "X-QV-" not in told
    await call.cancel()
    await incoming.wait_over()


async def test_D3_out_a_device_overrides_the_account(platform: Platform, phone: Phones, carrier: UserAgent) -> None:
    acme = platform.acme
    device = acme.path("devices", acme.device("1000")["id"])
    acme.rest.patch(device, {"caller_id": {"external": {"name": "Alice", "number": acme.numbers[1]}}})
    try:
        alice = await phone(acme, "1000")
        call = await alice.call("+14165559998")
        incoming = await carrier.incoming()
        assert caller_number(incoming) == acme.numbers[1]
        assert display(incoming.remote) == "Alice"
        await call.cancel()
        await incoming.wait_over()
    finally:
        acme.rest.patch(device, {"caller_id": None})


async def test_B5_the_specifications_first_example_66_becomes_a_national_number(
    platform: Platform, phone: Phones, carrier: UserAgent, local_trunks: Trunks
) -> None:
    await local_trunks(formatters={"outbound_caller_id_number": {"prefix": "0", "regex": r"^\+?66(\d{5,})$"}})
    number = "+661234567"
    own = lend_number(platform, number)
    device = own.path("devices", own.device("1000")["id"])
    own.rest.patch(device, {"caller_id": {"external": {"number": number}}})
    try:
        alice = await phone(own, "1000")
        call = await alice.call("+14165559998")
        incoming = await carrier.incoming()
        assert caller_number(incoming) == "01234567"
        await call.cancel()
        await incoming.wait_over()
    finally:
        own.rest.patch(device, {"caller_id": None})


def lend_number(platform: Platform, number: str) -> Account:
    """Give Acme a number that it may show, once."""
    acme = platform.acme
    if number not in acme.rest.get(acme.path("phone_numbers"))["numbers"]:
        path = acme.path("phone_numbers", number.replace("+", "%2B"))
        platform.master.put(path, {"create_with_state": "in_service"})
    return acme


async def test_B5_the_specifications_second_example_forces_a_value(
    platform: Platform, phone: Phones, carrier: UserAgent, local_trunks: Trunks
) -> None:
    await local_trunks(formatters={"outbound_caller_id_number": {"value": "14165554444"}})
    alice = await phone(platform.acme, "1000")
    call = await alice.call("+14165559998")
    incoming = await carrier.incoming()
    assert caller_number(incoming) == "14165554444"
    await call.cancel()
    await incoming.wait_over()


async def test_B5_rules_prefix_and_the_capture_group_decide_what_is_sent(
    platform: Platform, phone: Phones, carrier: UserAgent, local_trunks: Trunks
) -> None:
    host, port = platform.carrier
    await local_trunks(rules=[r"^\+(1\d{6,})$"], gateways=[gateway(host, port, prefix="99")])
    alice = await phone(platform.acme, "1000")
    call = await alice.call("+14165559998")
    incoming = await carrier.incoming()
    assert incoming.invite
    assert user_of(incoming.invite.uri) == "9914165559998"
    await call.cancel()
    await incoming.wait_over()


@pytest.mark.parametrize("first", ["dead", "busy-server", "rejecting", "busy", "refusing-tcp", "unresolvable"])
async def test_B6_the_next_gateway_is_tried_when_the_first_is(
    first: str, platform: Platform, phone: Phones, carrier: UserAgent, local_trunks: Trunks
) -> None:
    host, port = platform.carrier
    async with await UserAgent.start(user="bad", realm=host, proxy=platform.address(), host="127.0.0.3") as bad:
        bad.deaf = first == "dead"
        status = {"busy-server": 503, "busy": 486}.get(first, 500)
        bad.on_invite = lambda call: call.reject(status, "No")
        one = gateway(*bad.transport.local)
        if first == "refusing-tcp":
            one = gateway("127.0.0.3", 1, invite_parameters={"static": ["transport=tcp"]})
        elif first == "unresolvable":
            one = gateway("no-such-carrier.invalid", 5060)
        await local_trunks(weight=10, gateways=[one, gateway(host, port)])
        alice = await phone(platform.acme, "1000")
        call = await alice.call("+14165559998")
        incoming = await carrier.incoming(within=20)
        await incoming.answer()
        await call.wait_answered()
        await talk(call, incoming)
        await call.hang_up()


async def test_B6_a_busy_callee_is_busy_and_not_tried_elsewhere(
    platform: Platform, phone: Phones, carrier: UserAgent
) -> None:
    alice = await phone(platform.acme, "1000")
    carrier.on_invite = lambda call: call.reject(486, "Busy Here")
    call = await alice.call("+14165559998")
    await call.wait_over(within=20)
    assert call.status == 486


async def test_B6_a_carriers_challenge_is_answered_with_the_gateways_credentials(
    platform: Platform, phone: Phones, carrier: UserAgent, local_trunks: Trunks
) -> None:
    host, port = platform.carrier
    await local_trunks(gateways=[gateway(host, port, username="acme-trunk", password="s3cret-trunk", realm=host)])
    challenge = (("Proxy-Authenticate", f'Digest realm="{host}", nonce="abc123", algorithm=MD5, qop="auth"'),)

    def ask(call: Any) -> None:
        if not call.invite.get("Proxy-Authorization"):
            call._respond(407, "Proxy Authentication Required", extra=challenge)

    carrier.on_invite = ask
    alice = await phone(platform.acme, "1000")
    call = await alice.call("+14165559998")
    assert (await carrier.incoming()).over.is_set()
    second = await carrier.incoming()
    assert second.invite
    assert 'username="acme-trunk"' in second.invite.get("Proxy-Authorization")
    await second.answer()
    await call.wait_answered()
    await talk(call, second)
    await call.hang_up()


async def test_B7_emergency_numbers_take_the_emergency_trunk(
    platform: Platform, phone: Phones, carrier: UserAgent
) -> None:
    alice = await phone(platform.acme, "1000")
    call = await alice.call("933")
    incoming = await carrier.incoming()
    assert incoming.invite
    assert user_of(incoming.invite.uri) == "933"
    await incoming.answer()
    await call.wait_answered()
    await talk(call, incoming)
    await call.hang_up()


async def test_B7_nine_one_one_works_while_the_normal_trunk_is_off(
    platform: Platform, phone: Phones, carrier: UserAgent
) -> None:
    device = platform.acme.path("devices", platform.acme.device("1000")["id"])
    normal = next(row for row in platform.master.get("resources") if row["name"] == "Demo carrier")
    platform.master.patch(f"resources/{normal['id']}", {"enabled": False})
    try:
        alice = await phone(platform.acme, "1000")
        refused = await alice.call("+14165559998")
        await refused.wait_over(within=20)
        assert refused.status >= 400
        # Shown as a number of its own: call-backs to it ring this phone for half an hour.
        lend_number(platform, "+14165550911")
        platform.acme.rest.patch(device, {"caller_id": {"emergency": {"number": "+14165550911"}}})
        call = await alice.call("911")
        incoming = await carrier.incoming()
        assert incoming.invite
        assert user_of(incoming.invite.uri) == "911"
        await incoming.answer()
        await call.wait_answered()
        await call.hang_up()
    finally:
        platform.acme.rest.patch(device, {"caller_id": None})
        platform.master.patch(f"resources/{normal['id']}", {"enabled": True})
