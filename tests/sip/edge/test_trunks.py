"""Carriers: the edge registers with those that want it, asks all whether they are there, and answers their
challenges.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from qvoice.db import Database
from tests.fixtures.platform import Platform
from tests.sip.agent import UserAgent, until
from tests.sip.agent.message import Message, address, user_of
from tests.sip.agent.transaction import ServerTransaction
from tests.sip.conftest import Phones
from tests.sip.machine import kill
from tests.sip.scenes import talk

pytestmark = [pytest.mark.anyio, pytest.mark.sip, pytest.mark.limit(240)]

Trunk = Callable[..., Awaitable[dict[str, Any]]]


class Registrar(UserAgent):
    """A carrier that trunks register with: it challenges once."""

    def _request(self, message: Message, transaction: ServerTransaction) -> None:
        if message.method != "REGISTER":
            super()._request(message, transaction)
        elif message.get("Authorization"):
            expires = (("Contact", f"{message.get('Contact')};expires=600"), ("Expires", "600"))
            transaction.respond(200, "OK", tag="registrar", headers=expires)
        else:
            asked = (("WWW-Authenticate", 'Digest realm="carrier.test", nonce="n0nce", algorithm=MD5'),)
            transaction.respond(401, "Unauthorized", tag="registrar", headers=asked)


@pytest.fixture
async def trunk(anyio_backend: str, platform: Platform) -> AsyncIterator[Trunk]:
    """`await trunk(gateways=[…])`: a trunk of Acme's, which its calls use."""
    acme = platform.acme
    no_match = acme.path("callflows", acme.flow("no_match")["id"])
    made: list[str] = []

    async def make(*, gateways: list[dict[str, Any]]) -> dict[str, Any]:
        document = {
            "name": f"trunk {len(made)}",
            "enabled": True,
            "weight_cost": 10,
            "rules": [r"^(\+?\d{7,})$"],
            "gateways": gateways,
        }
        row = acme.rest.put(acme.path("resources"), document)
        made.append(row["id"])
        acme.rest.patch(no_match, {"flow": {"module": "resources", "data": {"use_local_resources": True}}})
        return row

    yield make
    acme.rest.patch(no_match, {"flow": {"module": "offnet", "data": {"use_local_resources": None}}})
    for id in made:
        acme.rest.delete(acme.path("resources", id))


async def test_a_trunk_registers_and_its_carrier_calls_the_contact(
    platform: Platform, phone: Phones, trunk: Trunk
) -> None:
    alice = await phone(platform.acme, "1000")
    async with await Registrar.start(
        user="carrier", realm="127.0.0.4", proxy=platform.address(), host="127.0.0.4"
    ) as carrier:
        host, port = carrier.transport.local
        gateway = {"server": host, "port": port, "enabled": True, "register": True, "realm": "carrier.test"}
        await trunk(gateways=[gateway | {"username": "acme-trunk", "password": "s3cret"}])

        def registered() -> Message | None:
            return next((m for m in carrier.requests if m.method == "REGISTER" and m.get("Authorization")), None)

        register = await until(registered, within=60, what="the trunk's REGISTER with credentials")
        assert register
        assert 'username="acme-trunk"' in register.get("Authorization")
        assert "s3cret" not in str(register)
        contact = address(register.get("Contact"))
        # A carrier that knows its customers by their contact puts the number called into To.
        call = await carrier.call(contact, caller="sip:+14165557777@carrier.test")
        # … the agent's To is the contact itself, whose user is no number: refused, and nobody rings.
        await call.wait_over(within=15)
        assert alice.no_call()
        assert 400 <= call.status < 500
        call = await called_by_contact(carrier, contact, platform.acme.numbers[1])
        incoming = await alice.incoming()
        await incoming.answer()
        await call.wait_answered()
        await talk(call, incoming)
        await call.hang_up()


async def called_by_contact(carrier: UserAgent, contact: str, did: str) -> Any:
    """INVITE the registered contact with `did` in To."""
    send = carrier.transport.send

    def renamed(message: Message | bytes, to: tuple[str, int]) -> None:
        if isinstance(message, Message) and message.method == "INVITE":
            message.headers = [(k, f"<sip:{did}@carrier.test>" if k == "To" else v) for k, v in message.headers]
        send(message, to)

    carrier.transport.send = renamed  # type: ignore[method-assign]
    call = await carrier.call(contact, caller="sip:+14165557777@carrier.test")
    carrier.transport.send = send  # type: ignore[method-assign]
    return call


async def gateway_states(platform: Platform, resource: str) -> dict[int, bool]:
    """What is written down about a trunk's gateways."""
    db = Database(platform.settings.dsn())
    try:
        rows = await db.fetch(
            "select gateway, alive from edge.gateway_state where resource_id = cast(:id as uuid)", {"id": resource}
        )
        return {row.gateway: row.alive for row in rows}
    finally:
        await db.close()


async def test_B6_a_dead_gateway_is_noticed_and_tried_last(platform: Platform, phone: Phones, trunk: Trunk) -> None:
    alice = await phone(platform.acme, "1000")
    start = {"user": "carrier", "proxy": platform.address()}
    async with (
        await UserAgent.start(realm="127.0.0.5", host="127.0.0.5", **start) as dead,
        await UserAgent.start(realm="127.0.0.6", host="127.0.0.6", **start) as good,
    ):
        dead.deaf = True
        gateways = [
            {"server": host, "port": port, "enabled": True, "progress_timeout": 4}
            for host, port in (dead.transport.local, good.transport.local)
        ]
        row = await trunk(gateways=gateways)

        async def known(expected: dict[int, bool]) -> bool:
            return await gateway_states(platform, row["id"]) == expected

        await until(lambda: known({0: False, 1: True}), within=40, every=1.0, what="the dead gateway written down")
        dead.deaf = False
        dead.on_invite = lambda call: call.reject(500, "No")
        call = await alice.call("+14165559998")
        incoming = await good.incoming()
        assert not [m for m in dead.requests if m.method == "INVITE"], "the dead gateway was tried first"
        assert incoming.invite
        assert user_of(incoming.invite.uri) == "+14165559998"
        await call.cancel()
        await incoming.wait_over()
        await until(lambda: known({0: True, 1: True}), within=40, every=1.0, what="the gateway is back")


async def test_B6_after_a_challenge_the_dialog_goes_on(platform: Platform, phone: Phones, trunk: Trunk) -> None:
    """The edge answered with credentials, so CSeq is one ahead on the carrier's side: BYE and re-INVITE must fit."""
    alice = await phone(platform.acme, "1000")
    async with await UserAgent.start(
        user="carrier", realm="127.0.0.7", proxy=platform.address(), host="127.0.0.7"
    ) as carrier:
        host, port = carrier.transport.local
        gateway = {"server": host, "port": port, "enabled": True, "username": "acme-trunk", "password": "s3cret"}
        await trunk(gateways=[gateway])
        challenge = (("WWW-Authenticate", 'Digest realm="carrier.test", nonce="n1", algorithm=MD5, qop="auth"'),)

        def ask(call: Any) -> None:
            if not call.invite.get("Authorization"):
                call._respond(401, "Unauthorized", extra=challenge)

        carrier.on_invite = ask
        call = await alice.call("+14165559998")
        first, second = await carrier.incoming(), await carrier.incoming()
        assert second.invite
        assert second.invite.cseq[0] == first.invite.cseq[0] + 1  # type: ignore[union-attr]
        await second.answer()
        await call.wait_answered()
        await talk(call, second)
        assert (await second.reinvite("sendonly")).status == 200
        assert (await second.reinvite("sendrecv")).status == 200
        await talk(call, second)
        # … and still after the edge was killed.
        await kill(platform, "kamailio")
        assert (await call.reinvite("sendonly")).status == 200
        await call.hang_up()
        await second.wait_over()
        numbers = [m.cseq[0] for m in second.received if m.method in ("INVITE", "BYE")]
        assert numbers == sorted(set(numbers)), "CSeq must rise"
        assert numbers[0] > second.invite.cseq[0]
