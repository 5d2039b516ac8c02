"""Logging in at phones: ids unique in the account, one phone at a time unless allowed, guessing slowed."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from tests.fixtures.tenants import make_account

from qvoice.core.dialing.hotdesk import guests
from qvoice.core.flow.requests import CheckDeskPin, Desk, DeskLogin, DeskLogout, FindDesk
from qvoice.features.callflows.context import collect_answers
from qvoice.features.documents import store
from qvoice.features.hotdesks.log_in import devices_of, log_in, used_desks
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
def user(db):
    async def make(scope, id="4201", **hotdesk):
        async with db.tx(scope) as s:
            document = {"first_name": "A", "last_name": "B", "hotdesk": {"enabled": True, "id": id, **hotdesk}}
            return (await store.create(s, "users", document)).id

    return make


@pytest.fixture
def device(db):
    async def make(scope, **more):
        async with db.tx(scope) as s:
            return (await store.create(s, "devices", {"name": "Phone", **more})).id

    return make


@pytest.fixture
def ask(db):
    answers = collect_answers()

    async def asked(scope, request, phone):
        call = SimpleNamespace(device_id=phone)
        return await answers[type(request)](SimpleNamespace(db=db, scope=scope, call=call), request)

    return asked


async def here(db, scope, device_id):
    async with db.tx(scope) as s:
        return guests((await store.load(s, "devices", device_id)).doc)


async def test_D9_hot_desk_ids_are_unique_in_their_account(db, acme, globex, user):
    first = await user(acme, "4201")
    with pytest.raises(Invalid) as refused:
        await user(acme, "4201")
    assert "hotdesk.id" in refused.value.fields
    await user(globex, "4201")
    await user(acme, "")
    await user(acme, "")
    async with db.tx(acme) as s:
        await store.remove(s, "users", first)
    await user(acme, "4201")


async def test_D9_a_user_is_found_by_id_only_where_hot_desking_is_on(db, acme, globex, user, ask):
    open_, pinned = await user(acme, "1"), await user(acme, "2", pin="4711")
    await user(acme, "3", enabled=False)
    assert await ask(acme, FindDesk(hotdesk_id="1"), "d") == Desk(open_, needs_pin=False)
    assert await ask(acme, FindDesk(hotdesk_id="2"), "d") == Desk(pinned, needs_pin=True)
    assert await ask(acme, FindDesk(user_id=pinned), "d") == Desk(pinned, needs_pin=True)
    for request in (FindDesk(hotdesk_id="3"), FindDesk(hotdesk_id="9"), FindDesk()):
        assert await ask(acme, request, "d") is None
    assert await ask(globex, FindDesk(hotdesk_id="1"), "d") is None


async def test_D9_guessing_pins_locks_the_phone_that_guesses(acme, user, ask):
    id = await user(acme, "1", pin="4711")
    one, two = "1" * 32, "2" * 32
    for _ in range(FREE_FAILURES):
        assert await ask(acme, CheckDeskPin(id, "0000"), one) == "wrong"
    assert await ask(acme, CheckDeskPin(id, "4711"), one) == "locked"
    assert await ask(acme, CheckDeskPin(id, "4711"), two) == "ok"
    for _ in range(FREE_FAILURES):
        assert await ask(acme, CheckDeskPin(None, "1"), two) == "wrong"
    assert await ask(acme, CheckDeskPin(None, "1"), two) == "locked", "looking for ids is slowed as well"


async def test_D9_a_login_moves_unless_the_user_may_be_at_several_phones(db, acme, user, device, ask):
    one, two = await device(acme), await device(acme)
    mover, many = await user(acme, "1"), await user(acme, "2", keep_logged_in_elsewhere=True)
    for phone in (one, two):
        await ask(acme, DeskLogin(mover), phone)
        await ask(acme, DeskLogin(many), phone)
    assert await here(db, acme, one) == [many]
    assert await here(db, acme, two) == [mover, many], "the last to log in is last"
    async with db.tx(acme) as s:
        assert await devices_of(s, many) == sorted([one, two])
        assert dict(await used_desks(s)) == {one: [many], two: sorted([mover, many])}
    await ask(acme, DeskLogout((mover, many)), two)
    assert await here(db, acme, two) == []
    assert await here(db, acme, one) == [many]


async def test_D9_at_his_own_phone_nobody_is_a_guest(db, acme, user, device):
    id = await user(acme, "1")
    own, other = await device(acme, owner_id=id), await device(acme)
    async with db.tx(acme) as s:
        await log_in(s, device_id=other, user_id=id, now=NOW)
    async with db.tx(acme) as s:
        await log_in(s, device_id=own, user_id=id, now=NOW + timedelta(seconds=1))
    assert await here(db, acme, own) == []
    assert await here(db, acme, other) == [], "going home logs out elsewhere"


async def test_D9_two_phones_at_once_leave_the_user_at_one(db, acme, user, device):
    id = await user(acme, "1")
    phones = [await device(acme) for _ in range(4)]

    async def at(phone):
        async with db.tx(acme) as s:
            await log_in(s, device_id=phone, user_id=id, now=NOW)

    for _ in range(3):
        await asyncio.gather(*(at(phone) for phone in phones))
        async with db.tx(acme) as s:
            assert len(await devices_of(s, id)) == 1
