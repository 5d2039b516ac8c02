"""PINs: never readable, hard to guess, and nobody's guesses lock another's phone out."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from qvoice.features.documents import store
from qvoice.features.vmboxes import pin
from qvoice.features.vmboxes.pin_rules import FREE_FAILURES, acceptable, locked_until, origin

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("given", ["4821", "48213", "482130", "9035"])
def test_good_pins_are_taken(given):
    assert acceptable(given, mailbox="1000")


@pytest.mark.parametrize(
    "given", ["1000", "1111", "1234", "4321", "9876", "890123", "123", "1234567", "12a4", "", "١٢٣٥", "0000"]
)
def test_simple_or_malformed_pins_are_refused(given):
    assert not acceptable(given, mailbox="1000")


def test_the_lock_grows_with_every_further_failure_and_ends():
    locks = [locked_until(FREE_FAILURES + n, last_failure=NOW) - NOW for n in range(12)]
    assert locks == sorted(locks)
    assert locks[0] == timedelta(minutes=5)
    assert locks[-1] == timedelta(hours=6)
    assert locked_until(FREE_FAILURES - 1, last_failure=NOW) is None


def test_origins_keep_the_owner_the_colleague_and_the_world_apart():
    assert origin(caller_device="d", caller_owner="u", box_owner="u") == "owner"
    assert origin(caller_device="d", caller_owner="x", box_owner="u") == "device:d"
    assert origin(caller_device=None, caller_owner=None, box_owner="u") == "outside"
    assert origin(caller_device=None, caller_owner=None, box_owner=None) == "outside"


@pytest.mark.db
@pytest.mark.anyio
class TestStored:
    async def check(self, db, scope, box, given, *, where="outside", now=NOW):
        return await pin.check(db, scope, box_id=box, pin=given, origin=where, now=now)

    async def test_the_pin_is_hashed_and_in_no_document(self, db, acme, new_box, database):
        box = await new_box(acme, pin="4821")
        async with db.tx(acme) as session:
            assert "pin" not in (await store.load(session, "vmboxes", box)).doc
            assert await pin.is_set(session, box)
        with psycopg.connect(database.admin_url) as admin:
            assert admin.execute("select hash from vmbox_pins").fetchone()[0].startswith("$argon2id$")
            assert admin.execute("select count(*) from vmboxes where doc::text like '%4821%'").fetchone() == (0,)
        assert await self.check(db, acme, box, "4821") == "ok"
        assert await self.check(db, acme, box, "4822") == "wrong"

    async def test_saving_what_was_read_keeps_the_pin(self, db, acme, new_box):
        box = await new_box(acme, pin="4821")
        for change in ({}, {"pin": ""}):
            async with db.tx(acme) as session:
                read = (await store.load(session, "vmboxes", box)).doc
                await store.replace(session, "vmboxes", box, read | change)
        assert await self.check(db, acme, box, "4821") == "ok"
        async with db.tx(acme) as session:
            await store.merge(session, "vmboxes", box, {"pin": "7316"})
        assert await self.check(db, acme, box, "4821") == "wrong"
        assert await self.check(db, acme, box, "7316") == "ok"

    async def test_guessing_is_locked_per_origin_and_the_owner_still_gets_in(self, db, acme, new_box):
        box = await new_box(acme, pin="4821")
        verdicts = [await self.check(db, acme, box, "0001") for _ in range(FREE_FAILURES + 2)]
        assert verdicts == ["wrong"] * FREE_FAILURES + ["locked"] * 2
        assert await self.check(db, acme, box, "4821") == "locked"
        assert await self.check(db, acme, box, "4821", where="owner") == "ok"
        assert await self.check(db, acme, box, "4821", where="device:x") == "ok"
        assert await self.check(db, acme, box, "4821", now=NOW + timedelta(minutes=6)) == "ok"

    async def test_parallel_guesses_get_no_more_tries_than_serial_ones(self, db, acme, new_box):
        box = await new_box(acme, pin="4821")
        verdicts = await asyncio.gather(*(self.check(db, acme, box, f"{n:04}") for n in range(20)))
        assert verdicts.count("wrong") == FREE_FAILURES
        assert verdicts.count("locked") == 20 - FREE_FAILURES

    async def test_A1_another_accounts_box_answers_wrong_and_counts_nothing(self, db, acme, globex, new_box, database):
        box = await new_box(acme, pin="4821")
        assert await self.check(db, globex, box, "4821") == "wrong"
        with psycopg.connect(database.admin_url) as admin:
            assert admin.execute("select count(*) from vmbox_pin_failures").fetchone() == (0,)

    async def test_a_box_without_pin_lets_no_pin_in(self, db, acme, new_box):
        assert await self.check(db, acme, await new_box(acme), "") == "wrong"
