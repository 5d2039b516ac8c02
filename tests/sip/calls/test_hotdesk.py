"""D9, the specification's chapter: a user logs in at a colleague's phone, takes calls there, and calls as himself."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.fixtures.platform import Platform
from tests.sip.agent import UserAgent
from tests.sip.agent.message import address, display, user_of
from tests.sip.conftest import Phones
from tests.sip.features import Made
from tests.sip.scenes import eventually, talk

pytestmark = [pytest.mark.anyio, pytest.mark.sip]


@pytest.fixture
async def made(anyio_backend: str, platform: Platform) -> AsyncIterator[Made]:
    """User A is 1000 with id 4201 and PIN 4711, user C 1002 with id 4202 and none; phone B is 1001's."""
    made, acme = Made(platform.acme), platform.acme
    made.change("users", acme.user("1000")["id"], hotdesk={"enabled": True, "id": "4201", "pin": "4711"})
    made.change("users", acme.user("1002")["id"], hotdesk={"enabled": True, "id": "4202"})
    made.change("devices", acme.device("1001")["id"], hotdesk=None)
    for code, action in (("11", "login"), ("12", "logout"), ("13", "toggle")):
        made.flow("", "hotdesk", pattern=rf"^\*{code}$", action=action)
    yield made
    made.clear()


async def dial(phone: UserAgent, code: str, *keys: str) -> None:
    """Dial a feature code, type, and stay to the end."""
    call = await (await phone.call(code)).wait_answered()
    assert call.media
    for typed in keys:
        await call.media.press(typed)
    await call.wait_over(within=30)


async def test_D9_a_user_takes_his_calls_at_another_phone_and_calls_as_himself(
    platform: Platform, phone: Phones, made: Made
) -> None:
    acme = platform.acme
    desk_a, desk_b, caller = [await phone(acme, extension) for extension in ("1000", "1001", "1003")]
    host = acme.path("devices", acme.device("1001")["id"], "hotdesks")
    await dial(desk_b, "*11", "4201#", "4711#")
    await eventually(lambda: acme.rest.get(host) == [acme.user("1000")["id"]], what="A is logged in at B")

    call = await caller.call("1000")
    at_home, away = await desk_a.incoming(), await desk_b.incoming()
    at_home.ring()
    away.ring()
    await away.answer()
    await call.wait_answered()
    await talk(call, away)
    await at_home.wait_over()
    await call.hang_up()

    outgoing = await desk_b.call("1003")
    seen = await caller.incoming()
    assert seen.invite
    sender = seen.invite.get("From")
    assert user_of(address(sender)) == "1000", "the phone calls in the name of who logged in"
    assert display(sender) == acme.user("1000")["name"]
    await outgoing.cancel()

    await dial(desk_b, "*11", "4202#")  # C logs in too: the last one counts
    outgoing = await desk_b.call("1003")
    seen = await caller.incoming()
    assert seen.invite
    assert user_of(address(seen.invite.get("From"))) == "1002"
    await outgoing.cancel()
    await dial(desk_b, "*13", "1")  # the first read is the last who came
    await eventually(lambda: acme.rest.get(host) == [acme.user("1000")["id"]], what="C has left B")
    await dial(desk_b, "*12")
    await eventually(lambda: acme.rest.get(host) == [], what="nobody is at B")


async def test_D9_find_me_with_hot_desking_is_reported_when_set(platform: Platform, made: Made) -> None:
    acme = platform.acme
    id = acme.user("1000")["id"]
    made.change("users", id, smartpbx=None)
    answer = acme.rest.patch(acme.path("users", id), {"smartpbx": {"find_me_follow_me": {"enabled": True}}})
    assert [w["code"] for w in answer["_read_only"]["warnings"]] == ["find-me-conflict"]
