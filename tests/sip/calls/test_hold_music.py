"""D16: whose music the held party hears, measured by tones: the group's, the holder's own, the account's."""

from __future__ import annotations

import pytest

from tests.fixtures.platform import Platform
from tests.sip.agent import Call
from tests.sip.conftest import Phones
from tests.sip.features import Made
from tests.sip.scenes import connected, talk

pytestmark = [pytest.mark.anyio, pytest.mark.sip]


async def held_hears(holder: Call, held: Call, frequency: float) -> None:
    """`holder` puts the other on hold by his phone; afterwards they talk again."""
    holder.media.tone(None)
    assert (await holder.reinvite("sendonly")).status == 200
    held.media.forget()
    await held.media.hears(frequency)
    assert (await holder.reinvite("sendrecv")).status == 200
    holder.media.tone(540)
    held.media.forget()
    await held.media.hears(540)


async def test_D16_the_groups_music_then_the_holders_own_then_the_accounts(platform: Platform, phone: Phones) -> None:
    acme, made = platform.acme, Made(platform.acme)
    bob = acme.user("1001")["id"]
    before = acme.rest.get(acme.path()).get("music_on_hold")
    try:
        music = {name: {"media_id": made.tone(hz)} for name, hz in (("group", 1300), ("own", 1700), ("all", 1900))}
        made.change("users", bob, music_on_hold=music["own"])
        group = made.add("groups", name="Sales", endpoints={bob: {"type": "user"}}, music_on_hold=music["group"])
        ring = {"module": "ring_group", "data": {"endpoints": [{"id": bob, "endpoint_type": "user"}]}, "children": {}}
        made.add("callflows", name="Sales Ring Group", group_id=group["id"], numbers=["2610"], flow=ring)
        acme.rest.patch(acme.path(), {"music_on_hold": music["all"]})
        caller, callee = await phone(acme, "1000"), await phone(acme, "1001")
        call, incoming = await connected(caller, "2610", callee)
        await talk(call, incoming)
        await held_hears(incoming, call, 1300)
        await held_hears(call, incoming, 1900)
        await call.hang_up()
        await incoming.wait_over()
        call, incoming = await connected(caller, "1001", callee)
        await talk(call, incoming)
        await held_hears(incoming, call, 1700)
        await call.hang_up()
    finally:
        acme.rest.patch(acme.path(), {"music_on_hold": before})
        made.clear()
