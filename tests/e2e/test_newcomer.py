"""A newcomer reaches "calls to my main number are answered by my menu", proved by a call with its sound."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.walks import walk_aside
from tests.fixtures.platform import Platform
from tests.sip.agent import UserAgent, sound
from tests.sip.conftest import carrier  # noqa: F401  # pyright: ignore[reportUnusedImport]
from tests.sip.scenes import call_in, talk

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

TONE = 500
"""Hz of the greeting that is uploaded."""


@pytest.fixture
def company(platform: Platform) -> Iterator[dict[str, Any]]:
    """A new customer of the demo's reseller: an administrator, one spare number, nothing else."""
    rest, mark = platform.master, secrets.token_hex(4)
    reseller = next(row for row in rest.get(f"accounts/{platform.demo['master']['account_id']}/children"))["id"]
    name = f"Newcomer {mark}"
    account = rest.put(
        f"accounts/{reseller}", {"name": name, "realm": f"{mark}.example.test", "timezone": "America/Toronto"}
    )["id"]
    password = secrets.token_urlsafe(12)
    rest.put(
        f"accounts/{account}/users",
        {
            "first_name": "First",
            "last_name": "Administrator",
            "username": "admin",
            "password": password,
            "priv_level": "admin",
        },
    )
    number = f"+1416556{secrets.randbelow(10_000):04d}"
    rest.put(f"accounts/{account}/phone_numbers/{number.replace('+', '%2B')}", {"create_with_state": "in_service"})
    yield {"id": account, "name": name, "realm": f"{mark}.example.test", "password": password, "number": number}
    rest.delete(f"accounts/{account}/phone_numbers/{number.replace('+', '%2B')}")
    rest.delete(f"accounts/{account}")


async def test_G2_D13_a_newcomer_sets_up_a_main_number_that_answers_with_the_uploaded_greeting(
    platform: Platform,
    company: dict[str, Any],
    carrier: UserAgent,  # noqa: F811
    tmp_path: Path,
) -> None:
    greeting = tmp_path / "greeting.wav"
    sound.write_wav(greeting, sound.sine(TONE, start=0, count=sound.RATE * 6))
    given = {
        "account": company["name"],
        "username": "admin",
        "password": company["password"],
        "number": company["number"],
        "greeting": str(greeting),
    }
    seen = await walk_aside("newcomer", given, tmp_path, platform)
    shown = seen["shown"]
    phone = await UserAgent.start(
        proxy=platform.address(),
        user=shown["Device user name"],
        realm=company["realm"],
        password=shown["Device password"],
    )
    async with phone:
        await phone.registered()
        call = await (await call_in(carrier, company["number"])).wait_answered()
        assert call.media
        await call.media.hears(TONE)
        await call.media.press("1")
        incoming = await phone.incoming()
        await incoming.answer()
        await talk(call, incoming)
        await call.hang_up()
        await incoming.wait_over()
        await phone.register(0)
