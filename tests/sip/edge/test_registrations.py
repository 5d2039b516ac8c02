"""Who is registered, and for how long: what the API changes is true at the edge at once."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.fixtures.platform import Account, Platform
from tests.sip.agent import UserAgent, until
from tests.sip.conftest import Phones
from tests.sip.machine import kill
from tests.sip.scenes import connected, eventually, talk

pytestmark = [pytest.mark.anyio, pytest.mark.sip]

PASSWORD = "edge-t3st-passw0rd"


ADDRESSES = itertools.count(100)


class Spare:
    """A device made for one test, and phones that use it."""

    def __init__(self, platform: Platform, account: Account) -> None:
        self.platform, self.account = platform, account
        self.agents: list[UserAgent] = []

    def make(self, **changes: Any) -> dict[str, Any]:
        """Create the device."""
        document = {
            "name": "spare",
            "device_type": "softphone",
            "sip": {"username": "spare-phone", "password": PASSWORD},
            **changes,
        }
        self.document = self.account.rest.put(self.account.path("devices"), document)
        return self.document

    @property
    def path(self) -> str:
        """The device's URL."""
        return self.account.path("devices", self.document["id"])

    async def phone(self, *, host: str = "", transport: str = "udp") -> UserAgent:
        """A phone with the device's credentials, not registered, at an address of its own.

        What a test does wrong on purpose counts as guessing at its address for a minute.
        """
        agent = await UserAgent.start(
            proxy=self.platform.address(transport),
            transport=transport,
            user="spare-phone",
            realm=self.account.realm,
            password=PASSWORD,
            host=host or f"127.0.0.{next(ADDRESSES)}",
        )
        self.agents.append(agent)
        return agent

    def registrations(self) -> list[dict[str, Any]]:
        """The device's contacts, seen by REST."""
        rows = self.account.rest.get(self.account.path("registrations"))
        return [row for row in rows if row["username"] == "spare-phone"]


@pytest.fixture
async def spare(anyio_backend: str, platform: Platform) -> AsyncIterator[Spare]:
    """A device of Acme that is gone afterwards."""
    made = Spare(platform, platform.acme)
    yield made
    for agent in made.agents:
        await agent.close()
    made.account.rest.delete(made.path)


async def accepted(agent: UserAgent) -> None:
    """REGISTER until it is accepted."""

    async def try_once() -> bool:
        return (await agent.register()).status == 200

    await until(try_once, within=5, every=0.2, what="the phone is accepted")


async def refused(agent: UserAgent) -> None:
    """REGISTER until it is refused."""

    async def try_once() -> bool:
        return (await agent.register()).status in (401, 403)

    await until(try_once, within=5, every=0.2, what="the phone is refused")


async def test_a_new_device_registers_and_is_listed(spare: Spare) -> None:
    device = spare.make()
    agent = await spare.phone()
    await accepted(agent)
    (row,) = await eventually(spare.registrations, what="the registration in the list")
    assert row["authorizing_id"] == device["id"]
    assert (row["network_ip"], row["network_port"]) == agent.transport.local
    one = spare.account.rest.get(spare.account.path("registrations", "spare-phone"))
    assert [each["contact"] for each in one] == [row["contact"]]
    await agent.register(0)
    await eventually(lambda: not spare.registrations(), what="the registration gone from the list")


async def test_a_registration_deleted_by_rest_is_gone_and_the_phone_may_come_back(spare: Spare) -> None:
    spare.make()
    agent = await spare.phone()
    await accepted(agent)
    await eventually(spare.registrations)
    spare.account.rest.delete(spare.account.path("registrations", "spare-phone"))
    await eventually(lambda: not spare.registrations(), what="the registration gone")
    await accepted(agent)
    await eventually(spare.registrations, what="the registration back")


async def test_A3_another_account_sees_none_of_it(platform: Platform, spare: Spare) -> None:
    spare.make()
    await accepted(await spare.phone())
    await eventually(spare.registrations)
    globex = platform.globex
    assert not [row for row in globex.rest.get(globex.path("registrations")) if row["realm"] == platform.acme.realm]


async def test_a_disabled_device_is_thrown_out_and_refused(spare: Spare) -> None:
    spare.make()
    agent = await spare.phone()
    await accepted(agent)
    await eventually(spare.registrations)
    spare.account.rest.patch(spare.path, {"enabled": False})
    await eventually(lambda: not spare.registrations(), what="the disabled device thrown out")
    await refused(agent)
    spare.account.rest.patch(spare.path, {"enabled": True})
    await accepted(agent)


async def test_A10_a_phone_comes_from_its_networks_only_and_calls_for_help_from_everywhere(
    platform: Platform, spare: Spare, carrier: UserAgent
) -> None:
    device = spare.make()
    place, own = spare.account.path("access_lists", "devices"), spare.account.path("devices", device["id"])
    inside, outside = f"127.0.0.{next(ADDRESSES)}", f"127.0.0.{next(ADDRESSES)}"
    office, home = await spare.phone(host=inside), await spare.phone(host=outside)
    for agent in (office, home):
        await accepted(agent)
    await eventually(lambda: len(spare.registrations()) == 2)
    try:
        # The account's list: who is registered from elsewhere goes, nobody else.
        spare.account.rest.post(place, {"cidrs": ["127.0.0.0/26", f"{inside}/32", "2001:db8::/32"]})
        await eventually(lambda: [row["network_ip"] for row in spare.registrations()] == [inside], what="home is out")
        wrong = await spare.phone(host=outside)
        wrong.password = "not-the-passw0rd"
        known, unknown = await home.register(), await wrong.register()
        assert (known.status, unknown.status) == (401, 401)
        assert _shape(known) == _shape(unknown), "the phone learns nothing"
        ordinary = await home.call("1001")
        await ordinary.wait_over()
        assert ordinary.status == 407
        over_tcp = await spare.phone(host=outside, transport="tcp")
        assert (await over_tcp.register()).status == 401
        assert (await office.register()).status == 200
        told = spare.account.rest.get(own + "/access_lists")["last_refused"]
        assert told["address"] == outside
        # Twelve refusals with the right password are no guessing: the call for help still goes.
        for _ in range(12):
            assert (await home.register()).status == 401
        call = await home.call("911")
        incoming = await carrier.incoming(within=10)
        await incoming.answer()
        await call.wait_answered()
        await call.hang_up()
        await incoming.wait_over()
        # The device's own list takes the place of the account's.
        spare.account.rest.post(own + "/access_lists", {"order": "deny,allow", "cidrs": [inside]})
        await accepted(home)
        await refused(office)
        spare.account.rest.delete(own + "/access_lists")
        await refused(home)
    finally:
        spare.account.rest.delete(place)
    await accepted(home)


def _shape(answer: Any) -> list[str]:
    """An answer without what differs from one message to the next."""
    return sorted(name for name, _ in answer.headers if name.lower() not in ("via", "from", "to", "call-id", "cseq"))


async def test_a_changed_password_counts_at_once(spare: Spare) -> None:
    spare.make()
    agent = await spare.phone()
    await accepted(agent)
    spare.account.rest.patch(spare.path, {"sip": {"username": "spare-phone", "password": "another-passw0rd"}})
    await refused(agent)
    agent.password = "another-passw0rd"
    await accepted(agent)


async def test_a_device_whose_owner_was_deleted_is_off(spare: Spare) -> None:
    acme = spare.account
    owner = acme.rest.put(acme.path("users"), {"first_name": "Former", "last_name": "Colleague"})
    spare.make(owner_id=owner["id"])
    agent = await spare.phone()
    await accepted(agent)
    acme.rest.delete(acme.path("users", owner["id"]))
    await refused(agent)
    await eventually(lambda: not spare.registrations(), what="a deleted owner's phone thrown out")


async def test_a_device_known_by_its_address_calls_without_a_password(
    platform: Platform, phone: Phones, spare: Spare
) -> None:
    bob = await phone(platform.acme, "1001")
    spare.make(sip={"username": "spare-phone", "method": "ip", "ip": "127.0.0.21"})
    agent = await spare.phone(host="127.0.0.21")
    agent.password = ""

    async def rings() -> bool:
        call = await agent.call("1001", caller="sip:pbx@127.0.0.21")
        await until(lambda: call.over.is_set() or not bob.no_call(), within=10)
        if bob.no_call():
            return False
        incoming = await bob.incoming()
        await incoming.answer()
        await call.wait_answered()
        await talk(call, incoming)
        await call.hang_up()
        return True

    await until(rings, within=15, every=0.5, what="a call of the device known by its address")
    # Phones behind that address that have a name of ours prove it all the same.
    stranger = await agent.call("1001", caller=f"sip:{platform.acme.device('1000')['username']}@{platform.acme.realm}")
    await stranger.wait_over()
    assert stranger.status == 407
    spare.account.rest.patch(spare.path, {"sip": {"username": "spare-phone", "method": "ip", "ip": "127.0.0.22"}})

    async def stopped() -> bool:
        call = await agent.call("1001", caller="sip:pbx@127.0.0.21")
        await until(lambda: call.over.is_set() or not bob.no_call(), within=10)
        if not bob.no_call():
            await call.hang_up()
            await bob.incoming()
            return False
        return call.status in (401, 403, 407)

    await until(stopped, within=10, every=0.5, what="the old address is a stranger's")


async def test_two_phones_of_one_device_ring_and_the_slower_one_stops(platform: Platform, phone: Phones) -> None:
    alice = await phone(platform.acme, "1000")
    desk, mobile = await phone(platform.acme, "1001"), await phone(platform.acme, "1001", transport="tcp")
    call = await alice.call("1001")
    at_desk, at_mobile = await desk.incoming(), await mobile.incoming()
    at_desk.ring()
    at_mobile.ring()
    await at_mobile.answer()
    await call.wait_answered()
    await at_desk.wait_over()
    assert at_desk.received[-1].method == "CANCEL"
    await talk(call, at_mobile)
    await at_mobile.hang_up()
    await call.wait_over()
    again, incoming = await connected(alice, "1001", desk)
    await talk(again, incoming)
    await again.hang_up()


@pytest.mark.limit(240)
async def test_registrations_and_lamps_survive_a_killed_edge(platform: Platform, spare: Spare) -> None:
    spare.make()
    agent = await spare.phone()
    await accepted(agent)
    await accepted(await spare.phone(transport="tcp"))
    await eventually(lambda: len(spare.registrations()) == 2)
    await kill(platform, "kamailio")
    # Nobody is reached by a connection of before.
    assert [row["network_port"] for row in spare.registrations()] == [agent.transport.local[1]]
    await accepted(agent)
    # The worker is heard again: what changes now reaches the new Kamailio.
    spare.account.rest.patch(spare.path, {"enabled": False})
    await refused(agent)
