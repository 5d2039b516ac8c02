"""A recording becomes exactly one message, whatever dies between any two steps."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import psycopg
import pytest
from sqlalchemy import text
from tests.fixtures.tenants import make_account, tone

from qvoice.db import Database
from qvoice.db.engine import DatabaseAway
from qvoice.features.documents import store
from qvoice.features.media import blobs
from qvoice.features.media.journal import Intent
from qvoice.features.media.wav import read_wav
from qvoice.features.vmboxes import messages
from qvoice.features.vmboxes.recover import recover
from qvoice.features.vmboxes.store_message import Caller, insert, store_message
from qvoice.kit.errors import Invalid, NotFound

pytestmark = [pytest.mark.db, pytest.mark.anyio]

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
CALLER = Caller("+14165550100", "Ann", "1000", "call-1")


def begin(
    media, scope, box, ref="call-1-1", *, started=1_700_000_000.0, call_id="call-1", purpose="message", audio=None
):
    media.journal.begin(
        ref,
        Intent(
            call_id,
            scope.account_id,
            purpose,
            box,
            started,
            caller_number="+14165550100",
            caller_name="Ann",
            dialled="1000",
        ),
    )
    media.journal.audio(ref).write_bytes(tone() if audio is None else audio)
    return ref


async def keep(db, media, scope, box, ref="call-1-1", **more):
    return await store_message(db, scope, media.journal, box_id=box, ref=ref, caller=CALLER, now=NOW, **more)


async def stored(db, scope, box):
    async with db.tx(scope) as session:
        return await messages.listing(session, box, folders=messages.FOLDERS)


def files(media):
    return sorted(path.name for path in media.journal.folder.iterdir())


def blob_count(database):
    with psycopg.connect(database.admin_url) as admin:
        return admin.execute("select count(*) from blobs").fetchone()[0]


async def test_a_recording_becomes_a_message_and_its_files_go(db, media, acme, new_box):
    box = await new_box(acme)
    begin(media, acme, box)
    assert await keep(db, media, acme, box) is True
    [message] = await stored(db, acme, box)
    assert (message.folder, message.caller_number, message.caller_name, message.dialled) == (
        "new",
        "+14165550100",
        "Ann",
        "1000",
    )
    assert message.seconds == pytest.approx(1.0)
    assert message.received == datetime.fromtimestamp(1_700_000_000, UTC)
    assert files(media) == []
    path = await media.recording(acme.account_id, f"blob-{message.blob_id}")
    with open(path + ".wav", "rb") as file:
        assert file.read() == tone()


async def test_storing_the_same_recording_again_or_at_once_makes_one_message(db, media, acme, new_box, database):
    box = await new_box(acme)
    begin(media, acme, box)
    assert await asyncio.gather(*(keep(db, media, acme, box) for _ in range(4))) == [True] * 4
    assert await keep(db, media, acme, box) is True
    assert len(await stored(db, acme, box)) == 1
    assert blob_count(database) == 1


async def test_died_while_recording_the_half_written_file_is_repaired_and_kept(db, media, acme, new_box):
    box = await new_box(acme)
    whole = tone(2.0)
    half = (
        whole[:4] + b"\0\0\0\0" + whole[8:40] + b"\0\0\0\0" + whole[44:20_001]
    )  # header never finished, odd byte at the end
    begin(media, acme, box, audio=half)
    assert (await recover(db, media.journal, alive=(), now=NOW)).stored == ("call-1-1",)
    [message] = await stored(db, acme, box)
    async with db.tx(acme) as session:
        kept = await blobs.read(session, message.blob_id)
    facts = read_wav(kept)
    assert kept[facts.start :] == whole[44:20_000]
    assert facts.seconds == pytest.approx((20_000 - 44) / 16_000)
    assert files(media) == []


async def test_died_before_the_transaction_recovery_stores_it(db, media, acme, new_box):
    box = await new_box(acme)
    begin(media, acme, box)
    assert (await recover(db, media.journal, alive={"call-1"}, now=NOW)).stored == ()
    assert (await recover(db, media.journal, alive=(), now=NOW)).stored == ("call-1-1",)
    assert (await recover(db, media.journal, alive=(), now=NOW)).stored == ()
    [message] = await stored(db, acme, box)
    assert (message.caller_name, message.call_id) == ("Ann", "call-1")


async def test_died_inside_the_transaction_nothing_is_half_stored(db, media, acme, new_box, database):
    box = await new_box(acme)
    begin(media, acme, box)

    async def die_before_the_commit():
        async with db.tx(acme) as session:
            await insert(session, box_id=box, ref="call-1-1", audio=tone(), caller=CALLER, received=NOW)
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        await die_before_the_commit()
    assert blob_count(database) == 0
    assert await stored(db, acme, box) == []
    assert (await recover(db, media.journal, alive=(), now=NOW)).stored == ("call-1-1",)
    assert len(await stored(db, acme, box)) == 1


async def test_died_after_the_commit_recovery_only_removes_the_files(db, media, acme, new_box, database):
    box = await new_box(acme)
    begin(media, acme, box)
    async with db.tx(acme) as session:
        await insert(session, box_id=box, ref="call-1-1", audio=tone(), caller=CALLER, received=NOW)
    await recover(db, media.journal, alive=(), now=NOW)
    assert len(await stored(db, acme, box)) == 1
    assert blob_count(database) == 1
    assert files(media) == []


async def test_died_between_removing_audio_and_note_recovery_removes_the_note(db, media, acme, new_box):
    box = await new_box(acme)
    begin(media, acme, box)
    async with db.tx(acme) as session:
        await insert(session, box_id=box, ref="call-1-1", audio=tone(), caller=CALLER, received=NOW)
    media.journal.audio("call-1-1").unlink()
    await recover(db, media.journal, alive=(), now=NOW)
    assert len(await stored(db, acme, box)) == 1
    assert files(media) == []


async def test_database_away_keeps_the_recording_for_later_even_while_the_call_lives(db, media, acme, new_box):
    box = await new_box(acme)
    begin(media, acme, box)
    away = Database("postgresql://qvoice_app:x@127.0.0.1:1/qvoice")
    with pytest.raises(DatabaseAway):
        await keep(away, media, acme, box)
    assert (await recover(away, media.journal, alive={"call-1"}, now=NOW)).waiting == ("call-1-1",)
    await away.close()
    assert files(media) == ["call-1-1.json", "call-1-1.wav"]
    assert (await recover(db, media.journal, alive={"call-1"}, now=NOW)).stored == ("call-1-1",)
    assert len(await stored(db, acme, box)) == 1


async def test_recording_again_replaces_the_first_take_also_after_a_crash(db, media, acme, new_box):
    box = await new_box(acme)
    begin(media, acme, box, "call-1-1", started=100.0)
    begin(media, acme, box, "call-1-2", started=200.0, audio=tone(2.0))
    result = await recover(db, media.journal, alive=(), now=NOW)
    assert (result.stored, result.dropped) == (("call-1-2",), ("call-1-1",))
    begin(media, acme, box, "call-1-3", started=300.0)
    begin(media, acme, box, "call-1-4", started=400.0)
    assert await keep(db, media, acme, box, "call-1-4") is True
    assert files(media) == []
    assert sorted(message.seconds for message in await stored(db, acme, box)) == pytest.approx([1.0, 2.0])


async def test_greetings_and_clicks_left_behind_are_dropped(db, media, acme, new_box):
    box = await new_box(acme)
    begin(media, acme, box, "call-1-1", purpose="greeting")
    begin(media, acme, box, "call-1-2", audio=tone(0.3))
    begin(media, acme, "0" * 32, "call-1-3")
    assert (await recover(db, media.journal, alive=(), now=NOW)).stored == ()
    assert files(media) == []
    assert await stored(db, acme, box) == []


async def test_a_full_box_says_so_and_recovery_stores_all_the_same(db, media, acme, new_box, database):
    box = await new_box(acme, max_message_count=1)
    begin(media, acme, box, "call-1-1")
    begin(media, acme, box, "call-2-1", call_id="call-2")
    assert await keep(db, media, acme, box, "call-1-1") is True
    assert await keep(db, media, acme, box, "call-2-1") is False
    assert files(media) == []
    assert blob_count(database) == 1
    begin(media, acme, box, "call-3-1", call_id="call-3")
    assert (await recover(db, media.journal, alive=(), now=NOW)).stored == ("call-3-1",)
    assert len(await stored(db, acme, box)) == 2


async def test_many_callers_at_once_never_overfill_a_box(db, media, acme, new_box):
    box = await new_box(acme, max_message_count=3)
    refs = [begin(media, acme, box, f"call-{n}-1", call_id=f"call-{n}") for n in range(8)]
    results = await asyncio.gather(*(keep(db, media, acme, box, ref) for ref in refs))
    assert sum(results) == 3
    assert len(await stored(db, acme, box)) == 3


@pytest.mark.parametrize(
    "ref", ["../../etc/passwd", "a/b", "", ".hidden", "blob-" + "0" * 32, "x" * 200, "a\x00b", "a..b"]
)
async def test_a_reference_is_never_a_path(db, media, acme, new_box, ref):
    box = await new_box(acme)
    with pytest.raises(Invalid):
        await keep(db, media, acme, box, ref)


async def test_hostile_caller_text_is_cleaned(db, media, acme, new_box):
    box = await new_box(acme)
    begin(media, acme, box)
    caller = Caller("<sip:evil>\r\nX: y", "A\x00\u202eB\n" + "c" * 500, "10\x0000", "call\x07")
    await store_message(db, acme, media.journal, box_id=box, ref="call-1-1", caller=caller, now=NOW)
    [message] = await stored(db, acme, box)
    assert message.caller_number == "<sip:evil> X: y"
    assert message.caller_name == "A B " + "c" * 124
    assert (message.dialled, message.call_id) == ("10 00", "call")


async def test_A1_another_account_cannot_store_into_read_or_play_a_box(db, media, acme, globex, new_box):
    box = await new_box(acme)
    begin(media, acme, box)
    with pytest.raises(NotFound):
        await keep(db, media, globex, box)
    assert files(media) == ["call-1-1.json", "call-1-1.wav"]
    assert await keep(db, media, acme, box) is True
    [message] = await stored(db, acme, box)
    assert await stored(db, globex, box) == []
    async with db.tx(globex) as session:
        assert await messages.move(session, box, [message.id], "deleted") == []
        with pytest.raises(NotFound):
            await messages.get(session, box, message.id)
        with pytest.raises(NotFound):
            await blobs.read(session, message.blob_id)
    await media.recording(acme.account_id, f"blob-{message.blob_id}")
    with pytest.raises(NotFound):
        await media.recording(globex.account_id, f"blob-{message.blob_id}")
    assert (await stored(db, acme, box))[0].folder == "new"


async def test_every_change_of_messages_sends_notices_for_lamps_and_portals(db, media, acme, new_box, database):
    box = await new_box(acme)
    async with await psycopg.AsyncConnection.connect(database.app_url, autocommit=True) as listener:
        await listener.execute("listen qvoice_doc")
        await listener.execute("listen qvoice_event")
        begin(media, acme, box)
        await keep(db, media, acme, box)
        heard = [notice.payload async for notice in listener.notifies(timeout=5, stop_after=2)]
    assert any('"type":"vmboxes"' in text and '"action":"messages"' in text for text in heard)
    assert any('"name":"voicemail"' in text and '"new":1,"saved":0' in text for text in heard)


async def test_mailbox_state_for_the_edge_counts_each_box_and_leaves_deleted_ones_out(
    db, media, acme, globex, new_box, database
):
    mine, other, gone = await new_box(acme), await new_box(globex), await new_box(acme, "1001")
    begin(media, acme, mine)
    await keep(db, media, acme, mine)
    async with db.tx(acme) as session:
        await store.remove(session, "vmboxes", gone)
    with psycopg.connect(database.edge_url) as edge:
        rows = edge.execute("select account_id, box_id, mailbox, new, saved from mailbox_state(null)").fetchall()
        own = edge.execute("select box_id from mailbox_state(%s)", [globex.account_id]).fetchall()
    state = {row[1].hex: (row[0].hex, row[2], row[3], row[4]) for row in rows}
    assert state == {mine: (acme.account_id, "1000", 1, 0), other: (globex.account_id, "1000", 0, 0)}
    assert [row[0].hex for row in own] == [other]


async def test_a_tenant_table_row_cannot_be_written_for_another_account(db, acme, globex, new_box):
    box = await new_box(acme)
    with pytest.raises(Exception, match="row-level security"):
        async with db.tx(globex) as session:
            await session.execute(
                text("insert into vmbox_pins (box_id, account_id, hash) values (:box, :account, 'x')"),
                {"box": box, "account": acme.account_id},
            )


def test_make_account_helper_gives_ltree_paths(database):
    top = make_account(database, None, "Top")
    assert make_account(database, top, "Below").path.startswith(top.account_id + ".")


@pytest.mark.parametrize("note", ["", "{", "[]", '{"call_id": 1}', '{"unknown": true}'])
async def test_one_unreadable_note_does_not_stop_the_recovery_of_others(db, media, acme, new_box, note):
    box = await new_box(acme)
    begin(media, acme, box, "call-1-1")
    begin(media, acme, box, "call-2-1", call_id="call-2")
    (media.journal.folder / "call-1-1.json").write_text(note)
    begin(media, acme, "not-an-id", "call-3-1", call_id="call-3")
    assert (await recover(db, media.journal, alive=(), now=NOW)).stored == ("call-2-1",)
    assert (media.journal.folder / "call-1-1.wav").exists()  # kept for a person to look at
    assert (media.journal.folder / "call-3-1.wav").exists()
