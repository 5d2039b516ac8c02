"""Folders, forwarding, greetings, purge: what people do with messages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from tests.fixtures.tenants import tone

from qvoice.features.documents import store
from qvoice.features.media import blobs
from qvoice.features.media.wav import read_wav
from qvoice.features.vmboxes import greetings, messages
from qvoice.features.vmboxes.archive import archive, file_name
from qvoice.features.vmboxes.forward import forward
from qvoice.features.vmboxes.jobs import purge
from qvoice.features.vmboxes.query import read_query
from qvoice.features.vmboxes.store_message import Caller, insert
from qvoice.kit.errors import Invalid, NotFound

pytestmark = [pytest.mark.db, pytest.mark.anyio]
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


async def leave(db, scope, box, ref="r1", *, received=NOW, seconds=1.0, caller=None):
    caller = caller or Caller("+14165550100", "Ann", "1000", "c")
    async with db.tx(scope) as session:
        assert await insert(session, box_id=box, ref=ref, audio=tone(seconds), caller=caller, received=received)
        return next(m.id for m in await messages.listing(session, box) if m.received == received)


async def listed(db, scope, box, **how):
    async with db.tx(scope) as session:
        return await messages.listing(session, box, **how)


async def test_folders_counts_and_order(db, acme, new_box):
    box = await new_box(acme)
    old, new = await leave(db, acme, box, "a", received=NOW - timedelta(days=1)), await leave(db, acme, box, "b")
    assert [m.id for m in await listed(db, acme, box)] == [new, old]
    assert [m.id for m in await listed(db, acme, box, oldest_first=True)] == [old, new]
    assert [m.id for m in await listed(db, acme, box, received_to=NOW - timedelta(hours=1))] == [old]
    async with db.tx(acme) as session:
        assert await messages.move(session, box, [old, "nonsense", "0" * 32], "saved") == [old]
        assert await messages.counts(session, box) == (1, 1)
        await messages.move(session, box, [new], "deleted")
        assert await messages.counts(session, box) == (0, 1)
        assert (await messages.get(session, box, new)).folder == "deleted"
        assert await messages.counts_by_box(session) == {box: 1}
        with pytest.raises(Invalid):
            await messages.move(session, box, [new], "trash")


async def test_a_message_is_only_found_in_its_own_box(db, acme, new_box):
    box, other = await new_box(acme), await new_box(acme, "1001")
    id = await leave(db, acme, box)
    async with db.tx(acme) as session:
        for wrong in (id.upper(), "x", "../" + id, "0" * 32):
            with pytest.raises(NotFound):
                await messages.get(session, box, wrong)
        with pytest.raises(NotFound):
            await messages.get(session, other, id)
        assert await messages.move(session, other, [id], "deleted") == []


async def test_forward_copies_with_the_introduction_first_and_names_who_could_not_take_it(db, acme, globex, new_box):
    box, target = await new_box(acme), await new_box(acme, "1001")
    await new_box(acme, "1002", max_message_count=1)
    await new_box(globex, "1003")
    full = (await listed_boxes(db, acme))["1002"]
    await leave(db, acme, full, "x")
    id = await leave(db, acme, box)
    for _ in range(2):
        async with db.tx(acme) as session:
            missing = await forward(
                session, box, id, to_mailboxes=["1001", "1002", "1003"], now=NOW, introduction=tone(0.5), ref="intro"
            )
        assert missing == ("1002", "1003")
    [copy] = await listed(db, acme, target)
    assert copy.caller_number == "+14165550100"
    assert copy.seconds == pytest.approx(2.0)
    assert len(await listed(db, acme, box)) == 1


async def listed_boxes(db, scope):
    async with db.tx(scope) as session:
        return {box.doc["mailbox"]: box.id for box in await store.find(session, "vmboxes")}


async def test_deleted_messages_and_their_audio_are_purged_after_93_days_in_every_account(
    db, acme, globex, new_box, database
):
    box, other, kept = await new_box(acme), await new_box(globex), await new_box(acme, "1001", retention_days=30)
    mine, theirs = await leave(db, acme, box), await leave(db, globex, other)
    await leave(db, acme, box, "stays", received=NOW - timedelta(days=400))
    await leave(db, acme, kept, "old", received=NOW - timedelta(days=31))
    await leave(db, acme, kept, "young", received=NOW - timedelta(days=29))
    for scope, in_box, id in ((acme, box, mine), (globex, other, theirs)):
        async with db.tx(scope) as session:
            await messages.move(session, in_box, [id], "deleted")
    with psycopg.connect(database.admin_url) as admin:
        admin.execute("update voicemail_messages set moved = %s where folder = 'deleted'", [NOW - timedelta(days=92)])
    assert await purge(db, now=NOW) == 0
    assert [m.caller_name for m in await listed(db, acme, kept)] == ["Ann"]
    with psycopg.connect(database.admin_url) as admin:
        admin.execute("update voicemail_messages set moved = %s where folder = 'deleted'", [NOW - timedelta(days=94)])
    assert await purge(db, now=NOW) == 3
    assert len(await listed(db, acme, box, folders=messages.FOLDERS)) == 1
    assert await listed(db, globex, other, folders=messages.FOLDERS) == []
    with psycopg.connect(database.admin_url) as admin:
        assert admin.execute("select count(*) from blobs").fetchone() == (2,)


async def test_greetings_are_media_replaced_in_place_and_removed_with_their_audio(db, acme, new_box, media, database):
    box = await new_box(acme)
    async with db.tx(acme) as session:
        first = await greetings.save(session, box, "unavailable", tone(1))
        assert await greetings.save(session, box, "unavailable", tone(2)) == first
        await greetings.save(session, box, "temporary", tone(3))
        document = (await store.load(session, "vmboxes", box)).doc
        refs = await greetings.refs(session, document)
        assert refs["name"] is None
        kept = await blobs.read(session, refs["unavailable"].removeprefix("blob-"))
        assert read_wav(kept).seconds == pytest.approx(2.0)
        with pytest.raises(Invalid):
            await greetings.save(session, box, "birthday", tone())
    assert (await media.path(acme.account_id, refs["temporary"])).endswith(refs["temporary"].removeprefix("blob-"))
    async with db.tx(acme) as session:
        await greetings.remove(session, box, "temporary")
        await greetings.remove(session, box, "temporary")
        assert "temporary_unavailable" not in (await store.load(session, "vmboxes", box)).doc["media"]
    with psycopg.connect(database.admin_url) as admin:
        assert admin.execute("select count(*) from blobs").fetchone() == (1,)


async def test_recording_a_greeting_leaves_library_media_alone(db, acme, new_box):
    async with db.tx(acme) as session:
        library = (await store.create(session, "media", {"name": "Company greeting"})).id
    box = await new_box(acme, media={"unavailable": library})
    async with db.tx(acme) as session:
        assert await greetings.save(session, box, "unavailable", tone()) != library
        assert (await store.load(session, "media", library)).doc["name"] == "Company greeting"


async def test_a_deleted_boxs_messages_become_deleted_and_its_number_is_free(db, acme, new_box):
    box = await new_box(acme)
    await leave(db, acme, box)
    async with db.tx(acme) as session:
        await store.remove(session, "vmboxes", box)
    assert [m.folder for m in await listed(db, acme, box, folders=messages.FOLDERS)] == ["deleted"]
    await new_box(acme)
    with pytest.raises(Invalid) as refused:
        await new_box(acme)
    assert "unique" in refused.value.fields["mailbox"]


async def test_the_zip_has_safe_unique_names(db, acme, new_box):
    box = await new_box(acme)
    await leave(db, acme, box, caller=Caller("../../<sip:x>\x00", "n", "1000"))
    [message] = await listed(db, acme, box)
    assert file_name(message) == "20261124-120000-sip-x"
    import io
    import zipfile

    packed = zipfile.ZipFile(io.BytesIO(await archive([("a", b"1"), ("a", b"2")])))
    assert packed.namelist() == ["a.wav", "a-2.wav"]


@pytest.mark.parametrize(
    "parameters",
    [
        ("folder", "trash"),
        ("page_size", "0"),
        ("page_size", "x"),
        ("start_key", "x"),
        ("created_from", "x"),
        ("created_to", "9" * 12),
    ],
)
async def test_bad_list_parameters_are_named(parameters):
    with pytest.raises(Invalid) as refused:
        read_query([parameters])
    assert list(refused.value.fields) == [parameters[0]]


async def test_pages_of_messages_follow_each_other_to_the_end(db, acme, new_box):
    box = await new_box(acme)
    ids = [await leave(db, acme, box, f"r{n}", received=NOW - timedelta(minutes=n)) for n in range(5)]
    found = await listed(db, acme, box)
    page, following = read_query([("page_size", "2")]).page(found)
    seen = [m.id for m in page]
    while following:
        page, following = read_query([("page_size", "2"), ("start_key", following)]).page(found)
        seen += [m.id for m in page]
    assert seen == ids
