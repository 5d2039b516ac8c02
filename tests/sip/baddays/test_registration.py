"""Who may not register: and what they can learn from the answer."""

from __future__ import annotations

import pytest

from tests.fixtures.platform import Platform
from tests.sip.agent import UserAgent, until
from tests.sip.conftest import Phones
from tests.sip.scenes import eventually

pytestmark = [pytest.mark.anyio, pytest.mark.sip]


async def attempt(platform: Platform, *, user: str, realm: str, password: str, host: str) -> tuple[int, str]:
    """Register from an address of its own, so that one test's failures do not count against another."""
    agent = await UserAgent.start(proxy=platform.address(), user=user, realm=realm, password=password, host=host)
    async with agent:
        response = await agent.register()
        return response.status, response.reason


async def test_a_wrong_password_and_an_unknown_user_get_the_same_answer(platform: Platform) -> None:
    acme = platform.acme
    known = await attempt(
        platform, user=acme.device("1000")["username"], realm=acme.realm, password="wrong", host="127.0.0.11"
    )
    unknown = await attempt(platform, user="nobody-here", realm=acme.realm, password="wrong", host="127.0.0.12")
    assert known == unknown
    assert known[0] in (401, 403)


async def test_another_accounts_credentials_do_not_open_this_realm(platform: Platform) -> None:
    device = platform.globex.device("1000")
    status, _ = await attempt(
        platform, user=device["username"], realm=platform.acme.realm, password=device["password"], host="127.0.0.13"
    )
    assert status in (401, 403)


async def test_A3_a_realm_means_the_same_in_any_case(platform: Platform) -> None:
    """A telephone's keyboard begins with a capital."""
    device = platform.acme.device("1003")
    status, _ = await attempt(
        platform,
        user=device["username"],
        realm=platform.acme.realm.capitalize(),
        password=device["password"],
        host="127.0.0.15",
    )
    assert status == 200


async def test_an_unknown_realm_is_refused(platform: Platform) -> None:
    device = platform.acme.device("1000")
    status, _ = await attempt(
        platform, user=device["username"], realm="nowhere.example.test", password=device["password"], host="127.0.0.14"
    )
    assert 400 <= status < 500


async def test_a_disabled_accounts_phone_can_neither_register_nor_be_called(platform: Platform, phone: Phones) -> None:
    globex = platform.globex
    device = globex.device("1003")
    path = f"accounts/{globex.id}"
    jack = await phone(globex, "1003")
    platform.master.patch(path, {"enabled": False})
    try:

        async def refused() -> bool:
            status, _ = await attempt(
                platform, user=device["username"], realm=globex.realm, password=device["password"], host="127.0.0.15"
            )
            return 400 <= status < 500

        await until(refused, within=15, every=1.0, what="a disabled account's phone is refused")
        call = await jack.call("1000")
        await call.wait_over(within=15)
        assert call.status >= 400
    finally:
        platform.master.patch(path, {"enabled": True})
    await eventually(lambda: platform.master.get(path)["enabled"])

    async def accepted() -> bool:
        return (await jack.register()).status == 200

    await until(accepted, within=20, every=1.0, what="the account's phone registers again")


async def test_a_disabled_device_is_refused(platform: Platform) -> None:
    acme = platform.acme
    device = acme.device("1003")
    path = acme.path("devices", device["id"])
    acme.rest.patch(path, {"enabled": False})
    try:

        async def refused() -> bool:
            status, _ = await attempt(
                platform, user=device["username"], realm=acme.realm, password=device["password"], host="127.0.0.16"
            )
            return 400 <= status < 500

        await until(refused, within=15, every=1.0, what="a disabled device is refused")
    finally:
        acme.rest.patch(path, {"enabled": True})


async def test_an_honest_phone_behind_the_same_address_as_a_guesser_still_works(
    platform: Platform, phone: Phones
) -> None:
    """Ten wrong guesses for one user from an office must not lock out the office's other phones."""
    acme = platform.acme
    for _ in range(10):
        await attempt(
            platform, user=acme.device("1002")["username"], realm=acme.realm, password="guess", host="127.0.0.17"
        )
    device = acme.device("1001")
    status, _ = await attempt(
        platform, user=device["username"], realm=acme.realm, password=device["password"], host="127.0.0.17"
    )
    assert status == 200
