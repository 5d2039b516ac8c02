"""Emergency calls: nothing holds them up, they are recorded, and a call-back rings the very phone (B7)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.fixtures.platform import Account, Platform
from tests.sip.agent import UserAgent
from tests.sip.agent.message import address, user_of
from tests.sip.calls.test_carrier_out import lend_number
from tests.sip.conftest import Phones
from tests.sip.scenes import call_in, eventually, talk

SHOWN = "+14165550911"
"""What emergency calls show here: a number of its own, because call-backs to it ring the phone for half an hour."""
pytestmark = [pytest.mark.anyio, pytest.mark.sip]


@pytest.fixture
async def carol(anyio_backend: str, platform: Platform) -> AsyncIterator[dict[str, str]]:
    """Paths of Carol's user and device (1002); what tests set on them is taken back."""
    acme = platform.acme
    paths = {
        "user": acme.path("users", acme.user("1002")["id"]),
        "device": acme.path("devices", acme.device("1002")["id"]),
    }
    lend_number(platform, SHOWN)
    acme.rest.patch(paths["device"], {"caller_id": {"emergency": {"number": SHOWN}}})
    yield paths
    acme.rest.patch(paths["user"], {"do_not_disturb": None, "call_forward": None, "call_restriction": None})
    acme.rest.patch(paths["device"], {"enabled": True, "e911": None, "caller_id": None})


async def emergency(phone: UserAgent, carrier: UserAgent, number: str) -> Any:
    """The phone calls for help and talks; returns the carrier's end."""
    call = await phone.call(number)
    incoming = await carrier.incoming(within=10)
    await incoming.answer()
    await call.wait_answered()
    await talk(call, incoming)
    await call.hang_up()
    await incoming.wait_over()
    return incoming


def recorded(account: Account) -> list[dict[str, Any]]:
    return account.rest.get(account.path("emergency_calls"))


async def test_B7_a_switched_off_phone_with_every_restriction_still_calls_for_help_and_is_recorded(
    platform: Platform, phone: Phones, carrier: UserAgent, carol: dict[str, str]
) -> None:
    acme = platform.acme
    deny = {"emergency": {"action": "deny"}, "did_us": {"action": "deny"}, "closed_groups": {"action": "deny"}}
    acme.rest.patch(carol["user"], {"do_not_disturb": {"enabled": True}, "call_restriction": deny})
    where = {"street_address": "1 King St", "locality": "Toronto", "region": "ON", "floor": "3rd floor"}
    acme.rest.patch(carol["device"], {"enabled": False, "e911": where})
    before = len(recorded(acme))
    desk = await phone(acme, "1002", register=False)
    incoming = await emergency(desk, carrier, "911")
    assert incoming.invite
    assert user_of(incoming.invite.uri) == "911"
    assert user_of(address(incoming.invite.get("From"))) == SHOWN
    rows = await eventually(lambda: (rows := recorded(acme)) and len(rows) > before and rows, what="the record")
    assert rows[0]["location"] == "3rd floor, 1 King St, Toronto, ON"
    assert rows[0]["device_id"] == acme.device("1002")["id"]
    ordinary = await desk.call("4165559998")
    await ordinary.wait_over(within=15)
    assert ordinary.status in (403, 407)


async def test_B7_a_call_back_rings_the_phone_that_called_whatever_the_hours_and_do_not_disturb(
    platform: Platform, phone: Phones, carrier: UserAgent, carol: dict[str, str]
) -> None:
    acme = platform.acme
    desk = await phone(acme, "1002")
    await emergency(desk, carrier, "911")
    acme.rest.patch(carol["user"], {"do_not_disturb": {"enabled": True}})
    back = await call_in(carrier, SHOWN)
    incoming = await desk.incoming(within=15)
    await incoming.answer()
    await back.wait_answered()
    await talk(back, incoming)
    await back.hang_up()
