"""Phones whose Contact or Via says an address that we cannot reach: NAT, or a port behind a firewall."""

from __future__ import annotations

import pytest

from tests.fixtures.platform import Platform
from tests.sip.agent import UserAgent
from tests.sip.agent.transaction import new_branch
from tests.sip.conftest import Phones
from tests.sip.scenes import connected, talk

pytestmark = [pytest.mark.anyio, pytest.mark.sip]


class Natted(UserAgent):
    """It knows its private address only."""

    said = "10.9.8.7:5099"

    @property
    def contact(self) -> str:
        name = self.transport.name
        return f"sip:{self.user}@{self.said}" + ("" if name == "UDP" else f";transport={name.lower()}")

    def via(self, branch: str = "") -> str:
        return f"SIP/2.0/{self.transport.name} {self.said};rport;branch={branch or new_branch()}"


class Listening(UserAgent):
    """Its Contact names the port where it listens, which our side of its firewall cannot open; its Via is true."""

    @property
    def contact(self) -> str:
        return f"sip:{self.user}@127.0.0.1:5999;transport={self.transport.name.lower()}"


class AtCarrier(UserAgent):
    """Registered, it names a carrier's address: a carrier who trusts ours would take the call, and bill it."""

    said = ""

    @property
    def contact(self) -> str:
        return self.said or super().contact


async def test_C5_a_contact_at_a_carriers_address_is_called_where_the_phone_is(
    platform: Platform, phone: Phones, carrier: UserAgent
) -> None:
    alice = await phone(platform.acme, "1000")
    carol = await phone(platform.acme, "1002", register=False)
    carol.__class__ = AtCarrier
    host, port = platform.carrier
    carol.said = said = f"sip:+19005551234@{host}:{port}"
    await carol.registered()
    carol.said = ""
    call, incoming = await connected(alice, "1002", carol)
    await call.hang_up()
    await incoming.wait_over()
    assert carrier.no_call()
    carol.said = said
    assert (await carol.register(0)).status == 200


@pytest.mark.parametrize(
    ("kind", "transport"), [(Natted, "udp"), (Natted, "tcp"), (Natted, "tls"), (Listening, "tcp"), (Listening, "tls")]
)
async def test_a_phone_behind_nat_is_reached_where_it_comes_from(
    platform: Platform, phone: Phones, kind: type[UserAgent], transport: str
) -> None:
    alice = await phone(platform.acme, "1000")
    carol = await phone(platform.acme, "1002", transport=transport, register=False)
    carol.__class__ = kind
    await carol.registered()
    call, incoming = await connected(alice, "1002", carol)
    await talk(call, incoming)
    assert (await call.reinvite("sendonly")).status == 200
    await call.hang_up()
    await incoming.wait_over()
    outgoing, answered = await connected(carol, "1000", alice)
    assert (await answered.reinvite("sendonly")).status == 200
    await answered.hang_up()
    await outgoing.wait_over()


async def test_C5_who_answers_with_a_contact_elsewhere_is_reached_where_the_phone_is(
    platform: Platform, phone: Phones, carrier: UserAgent
) -> None:
    """ACK and BYE, and what else the call brings, would go to the address that a 2xx names (RFC 3261 12.1.2)."""
    alice, carol = await phone(platform.acme, "1000"), await phone(platform.acme, "1002")
    carol.__class__ = AtCarrier
    host, port = platform.carrier
    call = await alice.call("1002")
    incoming = await carol.incoming()
    carol.said = f"sip:+19005551234@{host}:{port}"
    await incoming.answer()
    await call.wait_answered()
    await talk(call, incoming)
    await call.hang_up()
    await incoming.wait_over()
    carol.said = ""
