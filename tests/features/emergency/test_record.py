"""The record of emergency calls: written once, unchangeable, with the place it came from; people are told (B7)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from tests.fixtures.tenants import make_account

from qvoice.core.dialing.emergency import Callbacks
from qvoice.core.flow.call import Call
from qvoice.core.flow.requests import RecordEmergency
from qvoice.core.ring.plan import CallerId
from qvoice.features.callflows.context import AnswerContext
from qvoice.features.documents import store
from qvoice.features.emergency import recent
from qvoice.features.emergency.answers import record
from qvoice.features.emergency.location import contacts_of, location_of, one_line

pytestmark = [pytest.mark.db, pytest.mark.anyio]
NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
HERE = {"street_address": "1 King St", "locality": "Toronto", "region": "ON", "floor": "3rd floor"}


@pytest.fixture
def acme(database):
    return make_account(database, None, "Acme")


@pytest.fixture
def make(db, acme):
    async def make(kind: str, **document: Any) -> str:
        async with db.tx(acme) as session:
            return (await store.create(session, kind, document)).id

    return make


@pytest.fixture
def happen(db, acme):
    """An emergency call from a device, as the flow tells it."""

    async def happen(number: str = "911", device: str | None = None, user: str | None = None, call: str = "c1") -> None:
        facts = Call(call, acme.account_id, "r", "device", number, number, CallerId(), NOW, None, device_id=device)
        context = AnswerContext(db, acme, facts, None, None)  # type: ignore[arg-type]
        await record(context, RecordEmergency(number, "+14165550100", device, user, NOW.timestamp()))

    return happen


async def rows(db, scope, table: str) -> list[Any]:
    async with db.tx(scope) as session:
        return list(await session.execute(text(f"select * from {table}")))


async def test_B7_a_call_is_recorded_once_with_its_location_and_the_list_is_told(db, acme, make, happen):
    async with db.tx(acme) as session:
        await store.merge(session, "accounts", acme.account_id, {"emergency": {"notify": ["desk@acme.example"]}})
    user = await make("users", first_name="Bob", last_name="B", e911={"street_address": "home"})
    device = await make(
        "devices", name="Lobby", owner_id=user, sip={"username": "bob1", "password": "x" * 12}, e911=HERE
    )
    await happen(device=device, user=user)
    await happen(device=device, user=user)
    [row] = await rows(db, acme, "emergency_calls")
    assert row.facts["location"] == "3rd floor, 1 King St, Toronto, ON"
    assert (row.facts["location_of"], row.facts["name"], row.shown) == ("device", "Bob B", "+14165550100")
    [mail] = await rows(db, acme, "mails")
    assert mail.recipient == "desk@acme.example"
    assert "911" in mail.subject
    assert "1 King St" in mail.body


async def test_B7_without_a_list_the_administrators_are_told_and_a_test_call_alarms_nobody(db, acme, make, happen):
    await make("users", first_name="A", last_name="B", priv_level="admin", email="admin@acme.example")
    await happen("933", call="c0")
    assert await rows(db, acme, "mails") == []
    await happen("911")
    assert [mail.recipient for mail in await rows(db, acme, "mails")] == ["admin@acme.example"]
    assert len(await rows(db, acme, "emergency_calls")) == 2


@pytest.mark.parametrize("change", ["update emergency_calls set number = '1'", "delete from emergency_calls"])
async def test_B7_nobody_can_change_the_record(db, acme, happen, change):
    await happen()
    with pytest.raises(ProgrammingError):
        async with db.tx(acme) as session:
            await session.execute(text(change))
    assert len(await rows(db, acme, "emergency_calls")) == 1


async def test_B7_a_starting_process_knows_which_phone_a_call_back_must_reach(db, acme, make, happen):
    device = await make("devices", name="Lobby", sip={"username": "bob1", "password": "x" * 12})
    await happen(device=device)
    callbacks, at = Callbacks(), NOW.timestamp()
    assert await recent.load(db, callbacks, now=NOW) == 1
    assert callbacks.device_for(acme.account_id, "+14165550100", now=at + 60) == device
    assert callbacks.device_for(acme.account_id, "+14165550100", now=at + 1801) is None
    callbacks.done(acme.account_id, "+14165550100")
    assert callbacks.device_for(acme.account_id, "+14165550100", now=at) is None
    assert callbacks.device_for("b" * 32, "+14165550100", now=at) is None


def test_B7_the_most_exact_address_counts_and_contacts_add_up():
    known = [("device", {}), ("number", {"e911": HERE}), ("account", {"e911": {"street_address": "HQ"}})]
    assert location_of(known) == ("3rd floor, 1 King St, Toronto, ON", "number")
    assert location_of([("device", {"e911": "x"})]) == ("", "")
    assert one_line({"locality": "Toronto"}) == ""
    number = {"e911": {"notification_contact_emails": ["a@b.example", 5]}}
    assert contacts_of([number, {"emergency": {"notify": ["u" * 32]}}]) == ("a@b.example", "u" * 32)
