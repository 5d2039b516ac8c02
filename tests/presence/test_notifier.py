"""Subscriptions against an edge of the test: what is told when, and what happens when nobody answers."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from qvoice.presence.lamps import Lamps, Watch
from qvoice.presence.message import Message, parse, tag_of, uri_of, user_of
from qvoice.presence.notifier import MOST, Notifier
from qvoice.presence.subscription import restored

pytestmark = pytest.mark.anyio

ACCOUNT, DEVICE = "a" * 32, "d" * 32


class Edge:
    """Takes NOTIFYs and answers them with `statuses`, then 200."""

    local = ("127.0.0.1", 5071)

    def __init__(self) -> None:
        self.sent: list[tuple[dict[str, str], str]] = []
        self.statuses: list[int] = []
        self.open = asyncio.Event()
        self.open.set()

    async def request(self, method: str, uri: str, headers: list[tuple[str, str]], body: str) -> int:
        assert (method, uri) == ("NOTIFY", "sip:me@10.0.0.1:5060")
        self.sent.append((dict(headers), body))
        await self.open.wait()
        return self.statuses.pop(0) if self.statuses else 200

    def states(self) -> list[str]:
        return [body.split("<state>")[1].split("<")[0] for _, body in self.sent]


def subscribe(
    number: int = 1, *, event: str = "dialog", expires: str = "300", to: str = "", id: str = "1001"
) -> Message:
    text = (
        f"SUBSCRIBE sip:{id}@acme.test SIP/2.0\r\nVia: SIP/2.0/UDP e;branch=z9hG4bK{number}\r\n"
        "Record-Route: <sip:e;lr>\r\n"
        f"f: <sip:bob@acme.test>;tag=phone\r\nt: <sip:{id}@acme.test>{to and ';tag=' + to}\r\ni: call-1\r\n"
        f"CSeq: {number} SUBSCRIBE\r\nm: <sip:me@10.0.0.1:5060>\r\no: {event}\r\nExpires: {expires}\r\n"
        f"X-QV-Account: {ACCOUNT}\r\nX-QV-Device: {DEVICE}\r\nX-QV-Realm: acme.test\r\n\r\n"
    )
    found = parse(text.encode())
    assert found
    return found


def answer(packet: bytes | None) -> Message:
    found = parse(packet or b"")
    assert found
    return found


@pytest.fixture
def notifier() -> Notifier:
    made = Notifier(Lamps())
    made.endpoint = Edge()
    made.lamps.watch(Watch(ACCOUNT, "", ""))
    made.lamps.named(ACCOUNT, {"users": [{"id": "u1", "presence_id": "1001"}]})
    return made


def leg(**changes: Any) -> dict[str, Any]:
    return {"account": ACCOUNT, "leg": "l1", "owner": "u1", "direction": "outbound", "answered": False, **changes}


async def settle(times: int = 12) -> None:
    for _ in range(times):
        await asyncio.sleep(0.01)


async def test_D14_only_the_latest_state_is_told_and_never_two_at_once(notifier: Notifier) -> None:
    edge: Any = notifier.endpoint
    edge.open.clear()
    ours = tag_of(answer(notifier.handle(subscribe())).get("to"))
    await settle(2)
    for row in (leg(), leg(answered=True), leg(gone=True), leg(answered=True)):
        notifier.changed(notifier.lamps.leg(row))
    await settle(2)
    assert edge.states() == ["terminated"]
    edge.open.set()
    await settle()
    assert edge.states() == ["terminated", "confirmed"]
    notifier.changed(notifier.lamps.leg(leg(answered=True)))
    await settle()
    assert len(edge.sent) == 2, "nothing new, nothing told"
    headers = [one for one, _ in edge.sent]
    assert [one["CSeq"] for one in headers] == ["2 NOTIFY", "3 NOTIFY"]
    assert headers[0]["Route"] == "<sip:e;lr>"
    assert ours in headers[0]["From"]
    assert 'version="0"' in edge.sent[0][1]


async def test_D14_an_edge_that_is_away_ends_nothing_and_a_phone_that_is_gone_does(notifier: Notifier) -> None:
    edge: Any = notifier.endpoint
    edge.statuses = [0]
    notifier.handle(subscribe())
    while len(edge.sent) < 2:
        await asyncio.sleep(0.05)
    assert len(notifier.subscriptions) == 1
    edge.statuses = [481]
    notifier.changed(notifier.lamps.leg(leg()))
    await settle()
    assert not notifier.subscriptions
    assert notifier.gone


async def test_D14_refreshing_ending_and_what_is_refused(notifier: Notifier) -> None:
    edge: Any = notifier.endpoint
    assert answer(notifier.handle(subscribe(event="reg"))).status == 489
    for wrong in ("10", "-1", "99999999999", "x"):
        assert answer(notifier.handle(subscribe(expires=wrong))).status == 423
    ours = tag_of(answer(notifier.handle(subscribe(event="dialog;sla"))).get("to"))
    await settle()
    assert answer(notifier.handle(subscribe(1, to=ours))).status == 500
    assert answer(notifier.handle(subscribe(2, to="another"))).status == 481
    assert answer(notifier.handle(subscribe(2, to=ours, expires="86400"))).get("expires") == "3600"
    await settle()
    assert len(edge.sent) == 2
    assert answer(notifier.handle(subscribe(3, to=ours, expires="0"))).status == 200
    assert answer(notifier.handle(subscribe(4, to=ours))).status == 481
    await settle()
    assert edge.sent[-1][0]["Subscription-State"].startswith("terminated")
    assert edge.sent[-1][0]["Event"] == "dialog;sla"
    assert not notifier.subscriptions


async def test_D14_one_device_cannot_fill_the_memory(notifier: Notifier) -> None:
    for number in range(MOST):
        assert answer(notifier.handle(subscribe(number + 1, id=str(number)))).status == 200
    assert answer(notifier.handle(subscribe(1, id="one-too-many"))).status == 403
    await asyncio.sleep(0)
    notifier.end_where(lambda _: True)
    await settle(40)
    assert not notifier.subscriptions


async def test_D14_a_restored_subscription_goes_on_with_a_higher_cseq(notifier: Notifier) -> None:
    ours = tag_of(answer(notifier.handle(subscribe())).get("to"))
    await settle()
    row = notifier.subscriptions[ours].row(1000.0)
    again = restored({**row["doc"], "unknown": 1}, 1060.0)
    assert again.sequence >= 60 * 50
    assert (again.key, again.told, again.busy) == (notifier.subscriptions[ours].key, None, False)


def test_odd_messages_are_read_or_refused() -> None:
    assert parse(b"nonsense") is None
    assert parse(b"SIP/2.0 abc OK\r\n\r\n") is None
    found = parse(
        b'OPTIONS sip:a%40b@c SIP/2.0\r\nRecord-Route: <sip:a,b;lr>, "x,y" <sip:c>\r\nfolded: a\r\n b\r\n\r\n'
    )
    assert found
    assert found.all("record-route") == ["<sip:a,b;lr>", '"x,y" <sip:c>']
    assert found.get("folded") == "a b"
    assert (user_of(found.uri), uri_of("sip:a@b;x=y"), tag_of("<sip:a;tag=no>;tag=yes")) == ("a@b", "sip:a@b", "yes")
