"""Every question a flow may ask has an answer, given in the call's own account."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest
from tests.fixtures.tenants import tone

from qvoice.core.flow import requests
from qvoice.core.flow.call import Call
from qvoice.core.ring.plan import CallerId
from qvoice.features.callflows.context import AnswerContext, collect_answers
from qvoice.features.documents import store
from qvoice.features.media.files import MediaFiles
from qvoice.features.media.journal import Intent

pytestmark = [pytest.mark.db, pytest.mark.anyio]
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def test_each_request_has_exactly_one_answer():
    answered = set(collect_answers())
    assert set(get_args(requests.Request)) - answered <= {requests.Registered}
    assert answered <= set(get_args(requests.Request))


@pytest.fixture
def media(db, tmp_path):
    (tmp_path / "asterisk" / "recordings").mkdir(parents=True)
    return MediaFiles(db, tmp_path)


@pytest.fixture
def ask(db, snapshots, media, accounts):
    answers = collect_answers()

    async def ask(request, *, account="acme", device_id=None, owner_id=None):
        scope = accounts[account]
        call = Call(
            "call-1",
            scope.account_id,
            "r",
            "device",
            "1000",
            "1000",
            CallerId(),
            NOW,
            None,
            device_id=device_id,
            owner_id=owner_id,
        )
        return await answers[type(request)](AnswerContext(db, scope, call, snapshots, media), request)

    return ask


@pytest.fixture
def record(media, accounts):
    def record(ref, purpose, owner, seconds=1.0):
        media.journal.begin(ref, Intent("call-1", accounts["acme"].account_id, purpose, owner, NOW.timestamp()))
        media.journal.audio(ref).write_bytes(tone(seconds))
        return ref

    return record


async def test_D13_a_mailbox_from_first_login_to_an_empty_box(ask, put, accounts, record, media):
    box = await put(accounts["acme"], "vmboxes", mailbox="1000", name="Box")
    other = await put(accounts["acme"], "vmboxes", mailbox="1001", name="Other")
    opened = await ask(requests.OpenMailbox(mailbox="1000"))
    assert (opened.box_id, opened.has_pin, opened.new, opened.saved, opened.unavailable_ref) == (box, False, 0, 0, None)
    assert await ask(requests.SetPin(box, "1000")) is False
    assert await ask(requests.SetPin(box, "4821")) is True
    assert await ask(requests.CheckPin(box, "4821")) == "ok"
    assert await ask(requests.CheckPin(box, "4822")) == "wrong"
    await ask(requests.SaveGreeting(box, "unavailable", record("call-1-1", "greeting", box, 2.0)))
    await ask(requests.UpdateMailbox(box, (("is_setup", True),)))
    message = requests.StoreMessage(box, record("call-1-2", "message", box), 1.0, "+14165550100", "Ann", "1000")
    assert await ask(message) is True
    assert await ask(message) is True
    opened = await ask(requests.OpenMailbox(box_id=box))
    assert (opened.has_pin, opened.new, opened.document["is_setup"]) == (True, 1, True)
    assert "pin" not in opened.document
    path = await media.path(accounts["acme"].account_id, opened.unavailable_ref)
    assert await asyncio.to_thread(Path(path + ".wav").read_bytes) == tone(2.0)
    [listed] = await ask(requests.ListMessages(box, "new"))
    assert (listed.caller_number, listed.caller_name, listed.seconds) == ("+14165550100", "Ann", pytest.approx(1.0))
    assert listed.unix == NOW.timestamp()
    assert (await media.path(accounts["acme"].account_id, listed.ref)).endswith(listed.ref.removeprefix("blob-"))
    introduction = record("call-1-3", "name", box, 0.5)
    assert await ask(requests.ForwardMessage(box, listed.message_id, ("1001", "9999"), introduction)) == ("9999",)
    [copy] = await ask(requests.ListMessages(other, "new"))
    assert copy.seconds == pytest.approx(2.0)
    await ask(requests.SetFolder(box, listed.message_id, "saved"))
    assert await ask(requests.ListMessages(box, "new")) == ()
    assert len(await ask(requests.ListMessages(box, "saved"))) == 1
    await ask(requests.SetFolder(box, listed.message_id, "deleted"))
    await ask(requests.SaveGreeting(box, "unavailable", None))
    opened = await ask(requests.OpenMailbox(mailbox="1000"))
    assert (opened.new, opened.saved, opened.unavailable_ref) == (0, 0, None)
    assert list(media.journal.folder.iterdir()) == []


async def test_A1_no_answer_crosses_into_another_account(ask, put, accounts, record):
    box = await put(accounts["acme"], "vmboxes", mailbox="1000", name="Box", pin="4821")
    rule = await put(accounts["acme"], "temporal_rules", name="R", cycle="daily")
    menu = await put(accounts["acme"], "menus", name="M")
    record("call-1-1", "message", box)
    await ask(requests.StoreMessage(box, "call-1-1", 1.0, "1", "n", "1000"))
    [message] = await ask(requests.ListMessages(box, "new"))
    assert await ask(requests.OpenMailbox(box_id=box), account="globex") is None
    assert await ask(requests.OpenMailbox(mailbox="1000"), account="globex") is None
    assert await ask(requests.CheckPin(box, "4821"), account="globex") == "wrong"
    await ask(requests.SetFolder(box, message.message_id, "deleted"), account="globex")
    await ask(requests.SetRules((rule,), False), account="globex")
    record("call-1-2", "greeting", menu)
    for request in (
        requests.ListMessages(box, "new"),
        requests.SetPin(box, "9035"),
        requests.UpdateMailbox(box, (("name", "X"),)),
        requests.SaveGreeting(box, "name", "call-1-2"),
        requests.SaveMenuGreeting(menu, "call-1-2"),
        requests.ForwardMessage(box, message.message_id, ("1000",)),
        requests.StoreMessage(box, "call-1-2", 1.0, "1", "n", "1000"),
    ):
        with pytest.raises(Exception, match=r"[Tt]here is no"):
            await ask(request, account="globex")
    assert len(await ask(requests.ListMessages(box, "new"))) == 1
    assert await ask(requests.CheckPin(box, "4821")) == "ok"


async def test_D13_hours_are_forced_and_given_back_to_the_clock(ask, put, accounts, db):
    rule = await put(accounts["acme"], "temporal_rules", name="R", cycle="daily")

    async def enabled():
        async with db.tx(accounts["acme"]) as session:
            return (await store.load(session, "temporal_rules", rule)).doc.get("enabled")

    for value in (True, False, None):
        await ask(requests.SetRules((rule, "0" * 32), value))
        assert await enabled() is value


async def test_D13_a_menus_greeting_is_recorded_by_phone_twice_into_one_media(ask, put, accounts, db, record, media):
    menu = await put(accounts["acme"], "menus", name="Main")
    found = []
    for number, seconds in ((1, 1.0), (2, 2.0)):
        await ask(requests.SaveMenuGreeting(menu, record(f"call-1-{number}", "media", menu, seconds)))
        async with db.tx(accounts["acme"]) as session:
            found.append((await store.load(session, "menus", menu)).doc["media"]["greeting"])
        media.forget({"account": accounts["acme"].account_id, "type": "media", "id": found[-1]})
        path = await media.path(accounts["acme"].account_id, found[-1])
        assert await asyncio.to_thread(Path(path + ".wav").read_bytes) == tone(seconds)
    assert found[0] == found[1]


async def test_a_wrong_pin_from_outside_locks_the_outside_only(ask, put, accounts, db):
    async with db.tx(accounts["acme"]) as session:
        user = (await store.create(session, "users", {"first_name": "A", "last_name": "B"})).id
    box = await put(accounts["acme"], "vmboxes", mailbox="1000", name="Box", pin="4821", owner_id=user)
    for _ in range(6):
        verdict = await ask(requests.CheckPin(box, "0000"))
    assert verdict == "locked"
    assert await ask(requests.CheckPin(box, "4821"), device_id="d" * 32, owner_id=user) == "ok"


async def test_flows_and_numbers_are_answered_from_the_snapshot(ask, put, accounts):
    id = await put(
        accounts["acme"], "callflows", numbers=["1000"], flow={"module": "hangup", "data": {}, "children": {}}
    )
    assert (await ask(requests.FindFlow("1000"))).flow.flow_id == id
    assert (await ask(requests.LoadFlow(id))).flow.flow_id == id
    assert await ask(requests.LoadFlow(id), account="globex") is None
    assert await ask(requests.FindNumber("+14165550100")) is None
