"""Dial by name: a caller from outside spells a name and reaches the person; spoken texts are heard."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.fixtures.platform import Account, Platform
from tests.sip.agent import UserAgent
from tests.sip.conftest import Phones
from tests.sip.scenes import call_in, talk

pytestmark = [pytest.mark.anyio, pytest.mark.sip]


@pytest.fixture
def directory(platform: Platform) -> Iterator[str]:
    """A directory with Bob and Carol in it, reached by Acme's second number; all is as before at the end."""
    acme = platform.acme
    made = acme.rest.put(acme.path("directories"), {"name": "Staff", "min_dtmf": 3})
    direct = acme.flow(acme.numbers[1])
    users = {who: acme.user(who)["id"] for who in ("1001", "1002")}
    for extension, user_id in users.items():
        flow_id = acme.flow(extension)["id"]
        acme.rest.patch(acme.path("users", user_id), {"directories": {made["id"]: flow_id}})
    spelled = {"module": "directory", "data": {"id": made["id"]}, "children": {}}
    acme.rest.patch(acme.path("callflows", direct["id"]), {"flow": spelled})
    yield made["id"]
    acme.rest.post(acme.path("callflows", direct["id"]), _plain(direct))
    for user_id in users.values():
        acme.rest.patch(acme.path("users", user_id), {"directories": {made["id"]: None}})
    acme.rest.delete(acme.path("directories", made["id"]))


def _plain(document: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key not in ("_read_only", "metadata")}


def members(acme: Account, directory: str) -> set[str]:
    return {one["user_id"] for one in acme.rest.get(acme.path("directories", directory))["users"]}


async def test_D14_a_caller_spells_a_name_hears_it_and_is_put_through(
    platform: Platform, phone: Phones, carrier: UserAgent, directory: str
) -> None:
    assert members(platform.acme, directory) == {platform.acme.user(who)["id"] for who in ("1001", "1002")}
    bob = await phone(platform.acme, "1001")
    call = await (await call_in(carrier, platform.acme.numbers[1])).wait_answered()
    assert call.media
    await call.media.hears_anything()
    await call.media.press("276")  # BRO
    await call.media.press("#")
    await call.media.hears_anything()  # "Bob Brown", spoken: nobody has recorded the name
    await call.media.press("1")
    incoming = await bob.incoming()
    await incoming.answer()
    await talk(call, incoming)
    await call.hang_up()
