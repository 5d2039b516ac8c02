"""Rooms found by number, whose PIN it is, and how guessing is slowed; numbers are unique in the account."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from tests.fixtures.tenants import make_account

from qvoice.core.flow.requests import CheckRoomPin, FindRoom
from qvoice.core.ring.plan import CallerId
from qvoice.features.callflows.context import collect_answers
from qvoice.features.documents import store
from qvoice.features.pin_attempts import count
from qvoice.features.vmboxes.pin_rules import FREE_FAILURES
from qvoice.kit.errors import Invalid

pytestmark = [pytest.mark.db, pytest.mark.anyio]
NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)


@pytest.fixture
def master(database):
    return make_account(database, None, "Master")


@pytest.fixture
def acme(database, master):
    return make_account(database, master, "Acme")


@pytest.fixture
def globex(database, master):
    return make_account(database, master, "Globex")


@pytest.fixture
def ask(db):
    answers = collect_answers()

    async def asked(scope, request, *, device="d" * 32, number="1000"):
        call = SimpleNamespace(device_id=device, caller=CallerId("", number))
        return await answers[type(request)](SimpleNamespace(db=db, scope=scope, call=call), request)

    return asked


async def put(db, scope, **document):
    async with db.tx(scope) as s:
        return (await store.create(s, "conferences", {"name": "Room", **document})).id


async def test_D15_a_room_is_found_by_its_numbers_in_its_own_account_only(db, acme, globex, ask):
    id = await put(
        db,
        acme,
        conference_numbers=["70"],
        member={"numbers": ["71"], "pins": ["1"]},
        moderator={"numbers": ["72"], "pins": ["", "9"]},
    )
    room = await ask(acme, FindRoom(number="70"))
    assert (room.conference_id, room.member_pins, room.moderator_pins, room.as_moderator) == (id, True, True, False)
    assert "pins" not in room.document["member"]
    assert "pins" not in room.document["moderator"]
    assert not (await ask(acme, FindRoom(number="71"))).as_moderator
    assert (await ask(acme, FindRoom(number="72"))).as_moderator
    assert (await ask(acme, FindRoom(conference_id=id))).conference_id == id
    for request in (FindRoom(number="70"), FindRoom(conference_id=id)):
        assert await ask(globex, request) is None
    for request in (FindRoom(number="99"), FindRoom(conference_id="nonsense"), FindRoom()):
        assert await ask(acme, request) is None


async def test_D15_room_numbers_are_unique_in_the_account_and_free_again_when_deleted(db, acme, globex, ask):
    first = await put(db, acme, conference_numbers=["70", "70"], member={"numbers": ["70"]})
    with pytest.raises(Invalid) as refused:
        await put(db, acme, moderator={"numbers": ["70"]})
    assert "conference_numbers" in refused.value.fields
    await put(db, globex, conference_numbers=["70"])
    async with db.tx(acme) as s:
        await store.merge(s, "conferences", first, {"conference_numbers": ["75"], "member": {"numbers": []}})
    second = await put(db, acme, conference_numbers=["70"])
    async with db.tx(acme) as s:
        await store.remove(s, "conferences", second)
    assert await ask(acme, FindRoom(number="70")) is None
    assert (await ask(acme, FindRoom(number="75"))).conference_id == first


async def test_D15_a_pin_says_whose_it_is_and_guessing_locks_only_the_guesser(db, acme, ask):
    id = await put(db, acme, member={"pins": ["1111", "2222"]}, moderator={"pins": ["9999"]})
    assert await ask(acme, CheckRoomPin(id, "2222")) == "member"
    assert await ask(acme, CheckRoomPin(id, "9999")) == "moderator"
    for _ in range(FREE_FAILURES):
        assert await ask(acme, CheckRoomPin(id, "0000")) == "wrong"
    assert await ask(acme, CheckRoomPin(id, "1111")) == "locked"
    assert await ask(acme, CheckRoomPin(id, "1111"), device="e" * 32) == "member"
    assert await ask(acme, CheckRoomPin("f" * 32, "1111")) == "wrong"


async def test_D15_outside_callers_share_a_budget_besides_their_own(db, acme):
    places = count.origins(caller_device=None, caller_number="+14165550199")
    assert [origin for origin, _ in places] == ["number:+14165550199", "outside"]
    subject = "1" * 32

    async def guess(number, now=NOW):
        places = count.origins(caller_device=None, caller_number=number)
        return await count.begin(db, acme, subject=subject, places=places, now=now)

    for _ in range(FREE_FAILURES):
        assert await guess("+1")
    assert not await guess("+1")
    for forged in range(count.FREE_OUTSIDE - FREE_FAILURES):
        assert await guess(f"+2{forged}")
    assert not await guess("+3"), "a new number for each guess does not help"
    assert await guess("+3", NOW + timedelta(minutes=6))


async def test_D15_a_right_pin_forgets_the_callers_own_mistakes(db, acme):
    places = count.origins(caller_device="d1", caller_number="1000")
    for _ in range(3):
        for _ in range(FREE_FAILURES - 1):
            assert await count.begin(db, acme, subject="2" * 32, places=places, now=NOW)
        await count.right(db, acme, subject="2" * 32, places=places)
