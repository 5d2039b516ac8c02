"""Bad days: call control killed and started again in mid-call, Asterisk killed, the database away. With the real
journal.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from qvoice.callcontrol import adoption
from qvoice.callcontrol.exchange import Exchange
from qvoice.callcontrol.journal import Journal
from qvoice.callcontrol.placing import Placing
from qvoice.callcontrol.port import Connection, Door
from qvoice.core.flow import commands as c
from qvoice.core.flow.call import Call as FlowCall
from qvoice.core.flow.modules import park
from qvoice.core.flow.talk import Talk, answer, collect, hangup, play, ring
from qvoice.core.page.plan import PagePlan
from qvoice.db.engine import Database, Scope
from qvoice.features.channels.write import forget, of_node
from qvoice.features.media.files import MediaFiles
from tests.callcontrol.conftest import Office
from tests.callcontrol.node import MediaNode
from tests.callcontrol.test_incall import KEYS, consulting
from tests.callcontrol.test_transfer import rings, talk
from tests.callcontrol.world import ACME, Book, Scripts, leg, plan
from tests.sip.agent import UserAgent, until

pytestmark = [pytest.mark.anyio, pytest.mark.sip, pytest.mark.db]


class Process:
    """Call control as a process would run it, in this loop: it can be killed without a word and started again."""

    def __init__(self, node: MediaNode, db: Database, scripts: Scripts, folder: Path) -> None:
        self.node, self.db, self.scripts, self.folder = node, db, scripts, folder

    async def start(self) -> None:
        self.journal = Journal(
            self.db, node="media1", spool=self.folder / "spool", media=MediaFiles(self.db, self.folder)
        )

        async def ask(call, request):
            return None

        async def no_media(media_id):
            return None

        self.exchange = Exchange(
            journal=self.journal,
            placing=Placing(self.scripts),
            ask=ask,
            media_path=lambda call: no_media,
            recordings=self.node.recordings,
            lists=self.node.lists(),
        )
        self.adopted = False

        async def adopt() -> None:
            if not self.adopted:
                kept = await adoption.adopt(self.exchange, await of_node(self.db, "media1"))
                await forget(self.db, "media1", kept)
                self.adopted = True

        self.exchange.on_link = adopt
        door = Door(
            ari=self.exchange.ari,
            ari_user="asterisk",
            ari_password=self.node.password,
            token="t",
            verbs={},
            health=lambda: {"ok": self.exchange.ready},
        )
        loop = asyncio.get_running_loop()
        self.server = await loop.create_server(lambda: Connection(door), "127.0.0.1", self.node.callcontrol)
        self.task = loop.create_task(self.journal.run())
        await until(lambda: self.exchange.ready, what="Asterisk connects")

    def kill(self) -> None:
        """Be gone: the socket breaks, tasks die, nothing is hung up or written."""
        self.task.cancel()
        self.server.close()
        self.exchange.ari._on_down = lambda: None
        self.exchange.ari.close()
        self.journal._batch.cdrs.clear()
        for call in self.exchange.calls.values():
            call.ari.tell = lambda *_, **__: None
            if call.task:
                call.task.cancel()


@pytest.fixture
async def office(node: MediaNode, db: Database, tmp_path: Path) -> AsyncIterator[Office]:
    scripts = Scripts()
    process = Process(node, db, scripts, tmp_path)
    await process.start()
    edge = await UserAgent.start(proxy=("127.0.0.1", node.sip), user="1000", realm="acme.example.test", port=node.edge)
    office = Office(node, process.exchange, scripts, Book(), edge, [], {})
    office.process = process
    yield office
    await edge.close()
    process.kill()


async def records(db: Database) -> list[dict]:
    async with db.tx(Scope(ACME, ACME)) as s:
        return [row.doc for row in await s.execute(text("select doc from cdrs order by created, id"))]


async def left(db: Database) -> int:
    async with db.tx(Scope(ACME, ACME)) as s:
        return (
            await s.execute(text("select (select count(*) from channels) + (select count(*) from call_journal)"))
        ).scalar()


async def test_a_call_leaves_two_records_and_nothing_else(office: Office, db: Database) -> None:
    office.scripts.on("1001", lambda call: ring(plan(leg("1001"))))
    alice = await office.dial("1001")
    bob = await office.edge.incoming()
    await bob.answer()
    await alice.wait_answered()

    async def both_live() -> bool:
        return await left(db) == 3

    await until(both_live, what="two channels and a journal entry")
    await asyncio.sleep(1.1)
    await bob.hang_up()
    await office.idle()

    async def written() -> bool:
        return len(await records(db)) == 2 and not await left(db)

    await until(written, what="two call records, no channel row")
    first, second = await records(db)
    assert first["interaction_id"] == second["interaction_id"]
    assert first["other_leg_call_id"] == second["call_id"]
    assert (first["call_direction"], second["call_direction"]) == ("inbound", "outbound")
    assert first["disposition"] == "ANSWER"
    assert first["billing_seconds"] >= 1
    assert first["custom_channel_vars"]["account_id"] == ACME
    async with db.tx(Scope("b" * 32, "b" * 32)) as s:
        assert (await s.execute(text("select count(*) from cdrs"))).scalar() == 0


async def test_callcontrol_killed_in_mid_call_is_not_noticed_by_the_talkers(office: Office, db: Database) -> None:
    office.scripts.on("1001", lambda call: ring(plan(leg("1001"))))
    office.scripts.on("1002", lambda call: ring(plan(leg("1002"))))
    alice = await office.dial("1001")
    bob = await office.edge.incoming()
    await bob.answer()
    await alice.wait_answered()
    alice.media.tone(500)
    bob.media.tone(800)
    ringing = await office.dial("1002")
    carol = await office.edge.incoming()
    carol.ring()
    await ringing.wait_status(180)
    await asyncio.sleep(0.3)
    office.process.kill()
    alice.media.forget()
    await alice.media.hears(800)
    await office.process.start()
    office.exchange = office.process.exchange
    alice.media.forget()
    await alice.media.hears(800)
    await bob.media.hears(500)
    await until(lambda: len(office.exchange.calls) >= 1, what="the conversation is adopted")
    await bob.hang_up()
    await alice.wait_over()
    await ringing.cancel() if not ringing.over.is_set() else None
    await ringing.wait_over()
    await carol.wait_over()
    await office.idle()

    async def written() -> bool:
        return len(await records(db)) == 4 and not await left(db)

    await until(written, what="four call records")
    talked = [r for r in await records(db) if r["disposition"] == "ANSWER"]
    assert {r["hangup_cause"] for r in talked} == {"NORMAL_CLEARING"}
    assert len(talked) == 2


async def test_an_ivr_caller_starts_again_at_his_node_after_a_restart(office: Office) -> None:
    runs = []

    def script(call):
        runs.append(1)
        yield from answer()
        yield from play(c.Tone("440"), loop=True)

    office.scripts.on("500", script)

    async def load_flow(account_id, flow_id, **_):
        return await office.scripts.find_flow(ACME, "500")

    office.scripts.load_flow = load_flow
    alice = await office.dial("500")
    await alice.wait_answered()
    await alice.media.hears(440)
    await asyncio.sleep(0.3)
    office.process.kill()
    await office.process.start()
    office.exchange = office.process.exchange
    await until(lambda: len(runs) == 2, what="the node starts again")
    alice.media.forget()
    await alice.media.hears(440)
    await alice.hang_up()
    await office.idle()


async def test_D8_held_three_consulting_paged_and_in_a_menu_all_go_on_after_a_restart(
    office: Office, db: Database
) -> None:
    """One kill for five calls. Afterwards they are heard, obey their keys, and leave nothing behind."""
    chosen = []

    def menu(call: FlowCall) -> Talk[Any]:
        yield from answer()
        got = yield from collect(c.Tone("440"), max_digits=1, timeout_ms=60_000)
        chosen.append(got.digits)
        yield from hangup()

    def pages(call: FlowCall) -> Talk[Any]:
        yield from answer()
        yield c.Page(PagePlan((leg("1003"),), timeout=10))
        yield from hangup()

    office.scripts.accounts[ACME]["metaflows"] = KEYS
    for number in ("1001", "1002"):
        office.scripts.on(number, rings(number))
    office.scripts.on("500", menu)
    office.scripts.on("700", pages)
    menu_flow = await office.scripts.find_flow(ACME, "500")

    async def load_flow(account_id: str, flow_id: str, **_: Any) -> Any:
        return menu_flow

    office.scripts.load_flow = load_flow
    holder, held = await talk(office)
    await holder.media.press("*5")
    one, two = await talk(office)
    three = await consulting(office, one)
    await one.media.press("*3")
    actor, peer = await talk(office)
    target = await consulting(office, actor)
    speaker = await office.dial("700")
    paged = await office.edge.incoming()
    await paged.answer()
    speaker.media.tone(950)
    await paged.media.hears(950)
    caller = await (await office.dial("500")).wait_answered()
    await caller.media.hears(440)

    async def noted() -> bool:
        sql = "select count(*) from call_journal where state ->> 'held_by' <> '' or state ->> 'others' <> '[]'"
        sql += " or state ->> 'consulting' <> '{}' or state ->> 'paging' = 'true'"
        async with db.tx(Scope(ACME, ACME)) as s:
            return (await s.execute(text(sql))).scalar() == 4

    await until(noted, what="all four are noted")
    await asyncio.sleep(0.2)
    office.process.kill()
    everybody = [holder, held, one, two, three, actor, peer, target, speaker, paged, caller]
    await office.process.start()
    office.exchange = office.process.exchange
    assert not any(call.over.is_set() for call in everybody)
    for call in everybody:
        call.media.forget()
    await held.media.hears_anything(seconds=0.5)
    await holder.media.press("5")
    await held.media.hears(500)
    await one.hang_up()
    two.media.forget()
    await two.media.hears(1100)
    await three.media.hears(800)
    await target.media.hears(500)
    await peer.media.hears_anything(seconds=0.5)
    await actor.media.press("*1")
    await target.wait_over()
    await actor.media.hears(800)
    await paged.media.hears(950)
    await speaker.hang_up()
    await paged.wait_over()
    # The menu asks again.
    await caller.media.hears(440)
    await caller.media.press("7")
    await caller.wait_over()
    assert chosen == ["7"]
    for call in (held, two, peer):
        await call.hang_up()
    await office.idle()

    async def written() -> bool:
        return len(await records(db)) == len(everybody) and not await left(db)

    await until(written, what="a record of each leg, and nothing else")


async def test_D8_a_parked_caller_stays_parked_after_a_restart(office: Office, db: Database) -> None:
    def parks(call):
        return (yield from park.run(park.Data(action="park"), call, frozenset()))

    def fetches(call):
        call.capture_group = "101"
        return (yield from park.run(park.Data(action="retrieve"), call, frozenset()))

    office.scripts.on("1001", lambda call: ring(plan(leg("1001"))))
    office.scripts.on("*4", parks)
    office.scripts.on("*5101", fetches)

    async def load_flow(account_id, flow_id, **_):
        return await office.scripts.find_flow(ACME, "*4")

    office.scripts.load_flow = load_flow
    alice = await office.dial("1001")
    bob = await office.edge.incoming()
    await bob.answer()
    await alice.wait_answered()
    alice.media.tone(500)
    await bob.refer("*4")
    await bob.wait_over()

    async def noted() -> bool:
        async with db.tx(Scope(ACME, ACME)) as s:
            sql = "select count(*) from call_journal where state #>> '{checkpoint,call,parked,slot}' = '101'"
            return bool((await s.execute(text(sql))).scalar())

    await until(noted, what="the slot is noted")
    office.process.kill()
    await office.process.start()
    office.exchange = office.process.exchange
    await until(lambda: office.exchange.lots, what="the slot is occupied again")
    alice.media.forget()
    await alice.media.hears_anything(seconds=0.5)
    dave = await office.dial("*5101", device="4" * 32, caller="1003")
    await dave.wait_answered()
    dave.media.tone(1100)
    await alice.media.hears(1100)
    await dave.media.hears(500)
    await dave.hang_up()
    await alice.wait_over()
    await office.idle()


async def test_the_database_is_away_during_calls_and_the_records_come_later(office: Office, db: Database) -> None:
    office.scripts.on("1001", lambda call: ring(plan(leg("1001"))))
    right = office.process.journal._db
    office.process.journal._db = Database("postgresql://qvoice_app:x@127.0.0.1:1/none")
    alice = await office.dial("1001")
    bob = await office.edge.incoming()
    await bob.answer()
    await alice.wait_answered()
    await alice.hang_up()
    await office.idle()
    await until(lambda: office.process.journal.failing and (office.process.folder / "spool").exists())
    office.process.journal._db = right

    async def written() -> bool:
        return len(await records(db)) == 2 and not await left(db)

    await until(written, what="the records after the database is back")
    assert not (office.process.folder / "spool").exists()


async def test_asterisk_is_killed_and_the_next_calls_work(office: Office, db: Database) -> None:
    office.scripts.on("1001", lambda call: ring(plan(leg("1001"))))
    alice = await office.dial("1001")
    bob = await office.edge.incoming()
    await bob.answer()
    await alice.wait_answered()
    office.node.kill()
    alice.vanish()
    bob.vanish()
    office.node.start()

    async def written() -> bool:
        return len(await records(db)) == 2 and not await left(db)

    await until(written, within=20, what="records of the lost call")
    assert {r["hangup_cause"] for r in await records(db)} == {"NETWORK_OUT_OF_ORDER"}
    await until(lambda: office.exchange.ready, what="Asterisk is back")
    again = await office.dial("1001")
    carol = await office.edge.incoming()
    await carol.answer()
    await again.wait_answered()
    carol.media.tone(700)
    await again.media.hears(700)
    await again.hang_up()
    await office.idle()
