"""Webhooks: told once each, signed, tried again, switched off when nobody listens; never inside the network (H4)."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from urllib.parse import parse_qs

import pytest
from sqlalchemy import text
from tests.features.notices.test_notices import Web

from qvoice.db.notices import notify_event
from qvoice.db.queue import run_worker, worker_app
from qvoice.features.channels.write import Batch, write
from qvoice.features.webhooks import deliver
from qvoice.features.webhooks.jobs import TASKS
from qvoice.kit.settings import Network, Settings

pytestmark = [pytest.mark.db, pytest.mark.anyio]


@pytest.fixture
async def web():
    server = Web()
    async with await asyncio.start_server(server.serve, "127.0.0.1", 0) as listening:
        server.url = f"http://localhost:{listening.sockets[0].getsockname()[1]}/hook"
        yield server


@pytest.fixture
async def worker(world, database, monkeypatch):
    """A worker of the queue `web` that may call private addresses, without pauses."""
    monkeypatch.setattr(deliver, "PAUSES", (0, 0, 0))
    settings = Settings(data=world.app.state.settings.data, network=Network(webhooks_private=1))
    task = asyncio.create_task(run_worker(worker_app(database.app_url, TASKS, world.db, settings), queue="web"))
    yield settings
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def hook(client, web, **document):
    return await client.put(
        "accounts/{A}/webhooks",
        {"name": "mine", "hook": "object", "uri": web.url, "format": "json", **document},
    )


async def until(look, what: str):
    for _ in range(200):
        found = await look()
        if found:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(what)


async def settled(world, client, made, count: int = 1):
    """Wait for so many attempts of a hook."""
    await deliver.take_up(world.db)

    async def look():
        rows = await client.get(f"accounts/{{A}}/webhooks/{made['id']}/attempts")
        return rows if len(rows) >= count else None

    return await until(look, f"{count} attempts")


def body_of(request: str) -> dict:
    return json.loads(request.partition("\r\n\r\n")[2])


async def test_H4_a_change_is_told_signed_to_those_who_want_it(world, web, worker):
    made = await hook(world.customer, web, custom_data={"type": "menus", "mine": "x"})
    await hook(world.stranger, web)
    menu = await world.customer.put("accounts/{A}/menus", {"name": "Main"})
    [attempt] = await settled(world, world.customer, made)
    assert (attempt["result"], attempt["response_code"], attempt["hook_event"]) == ("success", 200, "object")
    [request] = web.got
    told = body_of(request)
    assert (told["type"], told["action"], told["id"], told["mine"]) == ("menus", "doc_created", menu["id"], "x")
    assert (told["account_id"], told["event_id"]) == (world.customer.account_id, attempt["event_id"])
    signed = next(line for line in request.splitlines() if line.lower().startswith("x-qvoice-signature:"))
    at, _, mac = signed.partition(":")[2].strip().removeprefix("t=").partition(",v1=")
    raw = request.partition("\r\n\r\n")[2].encode()
    assert mac == hmac.new(made["secret"].encode(), f"{at}.".encode() + raw, hashlib.sha256).hexdigest()


async def test_H4_events_of_calls_reach_the_reseller_who_asked_for_those_below_once(world, web, worker):
    made = await hook(world.reseller, web, hook="channel_destroy", include_subaccounts=True, format="form-data")
    event = {"account": world.customer.account_id, "name": "CHANNEL_DESTROY", "data": {"call_id": "c1", "n": {"a": 1}}}
    batch = Batch("node", events=[event])
    for _ in range(2):  # the journal may repeat a batch
        await write(world.db, batch.encode())
    await settled(world, world.reseller, made)
    [request] = web.got
    told = parse_qs(request.partition("\r\n\r\n")[2])
    assert (told["call_id"], told["n[a]"], told["account_id"]) == (["c1"], ["1"], [world.customer.account_id])


async def test_H4_what_did_not_happen_is_not_told(world, web, worker):
    made = await hook(world.customer, web, hook="voicemail")
    scope = deliver.Scope(world.customer.account_id, "")

    async def fails() -> None:
        async with world.db.tx(scope) as s:
            await notify_event(s, account_id=scope.account_id, name="voicemail", data={"new": 1})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fails()
    async with world.db.tx(scope) as s:
        await notify_event(s, account_id=scope.account_id, name="voicemail", data={"new": 2})
    await settled(world, world.customer, made)
    assert [body_of(request)["new"] for request in web.got] == [2]


async def test_H4_a_failed_delivery_is_tried_again_and_each_try_is_seen(world, web, worker):
    web.statuses = [500, 503]
    made = await hook(world.customer, web, retries=2)
    await world.customer.put("accounts/{A}/menus", {"name": "Main"})
    rows = await settled(world, world.customer, made, 3)
    assert [row["response_code"] for row in reversed(rows)] == [500, 503, 200]
    assert {row["event_id"] for row in rows} == {rows[0]["event_id"]}


async def test_H4_a_hook_that_nobody_hears_is_switched_off_and_its_administrators_are_told(
    world, web, worker, monkeypatch
):
    monkeypatch.setattr(deliver, "MAX_FAILED", 2)
    web.statuses = [500] * 2
    made = await hook(world.customer, web, retries=0, custom_data={"type": "menus"})
    path = f"accounts/{{A}}/webhooks/{made['id']}"
    me = await world.customer.get(f"accounts/{{A}}/users/{world.customer.user_id}")
    await world.customer.patch(f"accounts/{{A}}/users/{me['id']}", {"email": "boss@acme.example"})
    for name in ("One", "Two"):
        await world.customer.put("accounts/{A}/menus", {"name": name})
    await settled(world, world.customer, made, 2)

    async def off():
        now = await world.customer.get(path)
        return now if now["enabled"] is False else None

    assert "answered 500" in (await until(off, "switched off"))["disable_reason"]
    async with world.db.tx(deliver.Scope(world.customer.account_id, "")) as s:
        mails = (await s.execute(text("select kind, recipient from mails"))).all()
    assert [tuple(mail) for mail in mails] == [("webhook_disabled", "boss@acme.example")]
    assert await world.customer.patch("accounts/{A}/webhooks", {}) == {made["id"]: "enabled"}
    assert "disable_reason" not in await world.customer.get(path)


async def test_H4_a_delivery_that_failed_is_sent_again_by_hand_with_what_it_told(world, web, worker):
    web.statuses = [500]
    made = await hook(world.customer, web, retries=0, custom_data={"type": "menus"})
    menu = await world.customer.put("accounts/{A}/menus", {"name": "Main"})
    [failed] = await settled(world, world.customer, made)
    assert (failed["result"], failed["state"], failed["data"]["id"]) == ("failure", "failed", menu["id"])
    path = f"accounts/{{A}}/webhooks/{made['id']}"
    await world.customer.put(f"{path}/attempts/{failed['event_id']}/retry", {})
    again, _ = await settled(world, world.customer, made, 2)
    assert (again["result"], again["event_id"]) == ("success", failed["event_id"])
    for unknown in ("0" * 32, "x"):
        assert (await world.customer.call("PUT", f"{path}/attempts/{unknown}/retry", {})).status_code == 404
    await world.customer.patch(path, {"enabled": False})
    assert (await world.customer.call("PUT", f"{path}/attempts/{failed['event_id']}/retry", {})).status_code == 409


async def test_H4_the_test_button_sends_a_sample_once_even_when_the_hook_is_off(world, web, worker):
    made = await hook(world.customer, web, hook="channel_answer", enabled=False)
    sent = await world.customer.put(f"accounts/{{A}}/webhooks/{made['id']}/test", {})
    [attempt] = await settled(world, world.customer, made)
    assert (attempt["event_id"], attempt["hook_event"]) == (sent["event_id"], "test")
    assert body_of(web.got[0])["caller_id_number"] == "+14165550199"


@pytest.mark.parametrize("uri", ["http://localhost:9/x", "http://127.0.0.1/", "http://[::1]/", "http://10.0.0.1/"])
async def test_H4_private_addresses_are_never_called(world, worker, uri, web):
    made = await world.customer.put("accounts/{A}/webhooks", {"name": "in", "hook": "all", "uri": uri, "retries": 0})
    async with world.db.tx(deliver.Scope(world.customer.account_id, "")) as s:
        id = await s.scalar(
            text(
                "insert into webhook_deliveries (account_id, webhook_id, about, name, data, key, state)"
                " values (cast(:a as uuid), cast(:w as uuid), cast(:a as uuid), 'voicemail', '{}', 'k', 'queued')"
                " returning id"
            ),
            {"a": world.customer.account_id, "w": made["id"]},
        )
    public_only = world.app.state.settings
    await deliver.deliver(
        world.db, public_only, account_id=world.customer.account_id, path="", delivery_id=id.hex
    )
    [row, *_] = await world.customer.get(f"accounts/{{A}}/webhooks/{made['id']}/attempts")
    assert "is not a public address" in row["reason"]
    assert row["response_code"] is None


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"hook": "nothing"}, "hook"),
        ({"uri": "ftp://x"}, "uri"),
        ({"uri": "http://user:pw@x/"}, "uri"),
        ({"retries": 99}, "retries"),
        ({"http_verb": "delete"}, "http_verb"),
    ],
)
async def test_H4_a_bad_hook_is_told_at_its_field(world, document, field):
    base = {"name": "x", "hook": "all", "uri": "https://x.example/"}
    answer = await world.customer.call("PUT", "accounts/{A}/webhooks", base | document)
    assert (answer.status_code, list(answer.json()["data"])) == (400, [field])


async def test_H4_which_hooks_there_are_is_told_with_samples(world):
    names = [row["id"] for row in await world.customer.get("webhooks")]
    assert {"channel_create", "channel_answer", "channel_destroy", "object", "all"} <= set(names)
    assert (await world.customer.get("webhooks/samples/channel_answer"))["hook_event"] == "channel_answer"
