"""REGISTER at its edges: odd expiry times, odd contacts, many phones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.fixtures.platform import Platform
from tests.sip.agent import UserAgent
from tests.sip.agent.message import Message
from tests.sip.conftest import Phones

pytestmark = [pytest.mark.anyio, pytest.mark.sip]


async def send(agent: UserAgent, *contacts: str, expires: str | None = None) -> Message:
    """REGISTER with Contact and Expires as given, digest included."""
    call_id, tag, sequence = agent._registration
    message = agent._plain("REGISTER", f"sip:{agent.realm}", agent.aor, call_id=call_id, sequence=sequence + 1, tag=tag)
    message.headers = [(name, value) for name, value in message.headers if name != "Contact"]
    for contact in contacts:
        message.add("Contact", contact)
    if expires is not None:
        message.add("Expires", expires)
    agent._registration = (call_id, tag, sequence + 2)
    return await agent.exchange(message, agent.proxy)


@pytest.fixture
async def lonely(platform: Platform, phone: Phones) -> AsyncIterator[UserAgent]:
    """Acme's 1003, with no contact registered."""
    agent = await phone(platform.acme, "1003", register=False)
    assert (await send(agent, "*", expires="0")).status == 200
    yield agent
    assert (await send(agent, "*", expires="0")).status == 200


@pytest.mark.parametrize(
    "expires",
    ["-1", "abc", "", "4294967296", "99999999999999999999"],
    ids=["negative", "word", "empty", "2^32", "huge"],
)
async def test_an_expiry_that_is_no_number_of_seconds_is_refused_and_changes_nothing(
    lonely: UserAgent, expires: str
) -> None:
    assert (await lonely.register()).status == 200
    assert (await send(lonely, f"<{lonely.contact}>", expires=expires)).status == 400
    assert (await send(lonely, f"<{lonely.contact}>;expires=4294967296")).status == 400
    assert lonely.contact in (await send(lonely)).get("Contact")


async def test_expiry_is_bounded_and_zero_and_the_star_take_away(lonely: UserAgent) -> None:
    contact = f"<{lonely.contact}>"
    assert (await send(lonely, contact, expires="1")).get("Contact").endswith(";expires=60")
    assert (await send(lonely, contact, expires="86400")).get("Contact").endswith(";expires=3600")
    assert (await send(lonely, "*", expires="300")).status == 400
    other = "<sip:other@127.0.0.1:20001>"
    assert len((await send(lonely, other, expires="300")).all("Contact")) == 2
    assert [lonely.contact in one for one in (await send(lonely, other, expires="0")).all("Contact")] == [True]
    assert (await send(lonely, "*", expires="0")).all("Contact") == []


async def test_only_a_phones_sip_address_is_a_contact(platform: Platform, lonely: UserAgent) -> None:
    settings = platform.settings
    for wrong in (
        "<tel:+14165550100>",
        "<mailto:a@b.example>",
        "<sip:>",
        f"<sip:x@{settings.network.private}:{settings.ports.media_sip}>",
        f"<sip:x@{settings.network.private}:{settings.ports.edge_private};transport=tcp>",
        "<sip:x@{}:{}>".format(*platform.address()),
    ):
        assert (await send(lonely, wrong, expires="300")).status == 400, wrong
    instance = f'"Bob: at home" <{lonely.contact}>;+sip.instance="<urn:uuid:00000000-0000-1000-8000-00A95A0E128>"'
    assert (await send(lonely, instance, expires="300")).status == 200


async def test_a_phone_that_moves_often_is_not_locked_out_by_its_old_contacts(lonely: UserAgent) -> None:
    for number in range(12):
        answer = await send(lonely, f"<sip:gone@127.0.0.1:{21000 + number}>", expires="300")
        assert answer.status == 200
    kept = " ".join(answer.all("Contact"))
    assert len(answer.all("Contact")) == 10
    assert "127.0.0.1:21011" in kept
    # A refresh makes no room: nobody else is thrown out.
    again = await send(lonely, "<sip:gone@127.0.0.1:21011>", expires="300")
    assert sorted(again.all("Contact")) == sorted(answer.all("Contact"))


async def test_phones_of_one_device_that_come_in_the_same_moment_leave_ten(platform: Platform, phone: Phones) -> None:
    crowd = [await phone(platform.acme, "1003", register=False) for _ in range(14)]
    assert (await send(crowd[0], "*", expires="0")).status == 200
    answers = await asyncio.gather(*(send(one, f"<{one.contact}>", expires="300") for one in crowd))
    assert {answer.status for answer in answers} == {200}
    assert len((await send(crowd[0])).all("Contact")) == 10
    assert (await send(crowd[0], "*", expires="0")).status == 200


async def test_fifty_phones_of_an_office_come_back_at_once_beside_a_guesser(platform: Platform) -> None:
    """After a power cut: one address, every phone at the same moment, one of them with an old password."""
    devices = [
        account.device(f"100{n}") | {"realm": account.realm}
        for account in (platform.acme, platform.globex)
        for n in range(4)
    ]
    office = [
        await UserAgent.start(
            proxy=platform.address(),
            user=device["username"] if number != 25 else "replaced-last-week",
            realm=device["realm"],
            password=device["password"],
            host="127.0.0.41",
        )
        for number, device in enumerate((devices * 7)[:50])
    ]
    try:
        for _ in range(3):
            answers = await asyncio.gather(*(one.register(60) for one in office))
            assert [number for number, answer in enumerate(answers) if answer.status != 200] == [25]
    finally:
        await asyncio.gather(*(one.register(0) for one in office))
        for one in office:
            await one.close()
