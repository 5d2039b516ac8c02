"""Stored audio as files: right account, whole or not at all, served while the database is away, evicted when old."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import psycopg
import pytest
from tests.fixtures.tenants import tone

from qvoice.db import Database
from qvoice.db.engine import DatabaseAway
from qvoice.features.documents import store
from qvoice.features.media import audio
from qvoice.features.media.files import MediaFiles, evict
from qvoice.features.media.sniff import WAV
from qvoice.kit.errors import Invalid, NotFound

pytestmark = [pytest.mark.db, pytest.mark.anyio]


async def upload(db, scope, sound, name="Hello"):
    async with db.tx(scope) as session:
        document = await store.create(session, "media", {"name": name})
        await audio.attach(session, document.id, original=sound, kind=WAV, playable=sound)
    return document.id


def file_of(stem):
    return next(path for path in (Path(stem + ".wav"), Path(stem + ".wav16")) if path.exists())


async def test_D16_media_becomes_a_file_that_asterisk_finds_by_its_rate(db, media, acme):
    narrow, wide = await upload(db, acme, tone()), await upload(db, acme, tone(rate=16_000))
    assert file_of(await media.path(acme.account_id, narrow)).suffix == ".wav"
    path = file_of(await media.path(acme.account_id, wide))
    assert path.suffix == ".wav16"
    assert path.read_bytes() == tone(rate=16_000)
    assert path.parent.name == acme.account_id


async def test_A1_the_same_id_asked_by_another_account_is_not_found(db, media, acme, globex):
    id = await upload(db, acme, tone())
    await media.path(acme.account_id, id)
    with pytest.raises(NotFound):
        await media.path(globex.account_id, id)


async def test_many_calls_at_once_load_a_file_once(db, media, acme):
    id = await upload(db, acme, tone())
    paths = await asyncio.gather(*(media.path(acme.account_id, id) for _ in range(20)))
    assert len(set(paths)) == 1
    assert [file.name for file in file_of(paths[0]).parent.iterdir()] == [file_of(paths[0]).name]


async def test_new_audio_is_played_after_the_notice_under_a_new_name(db, media, acme):
    id = await upload(db, acme, tone())
    before = await media.path(acme.account_id, id)
    async with db.tx(acme) as session:
        await audio.attach(session, id, original=tone(2), kind=WAV, playable=tone(2))
    media.forget({"account": acme.account_id, "type": "media", "id": id})
    after = await media.path(acme.account_id, id)
    assert after != before
    assert file_of(after).read_bytes() == tone(2)
    assert file_of(before).read_bytes() == tone()  # whoever plays it now plays it to its end


async def test_cached_audio_is_given_while_the_database_is_away(db, acme, database, tmp_path):
    id = await upload(db, acme, tone())
    other = Database(database.app_url)
    media = MediaFiles(other, tmp_path)
    path = await media.path(acme.account_id, id)
    with psycopg.connect(database.server.admin_url, autocommit=True) as admin:
        admin.execute(f"alter database {database.name} allow_connections false")
        admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [database.name])
        try:
            assert await media.path(acme.account_id, id) == path
            with pytest.raises(DatabaseAway):
                await media.path(acme.account_id, "0" * 32)
        finally:
            admin.execute(f"alter database {database.name} allow_connections true")
    await other.close()


async def test_an_evicted_file_comes_back(db, media, acme):
    id = await upload(db, acme, tone())
    file_of(await media.path(acme.account_id, id)).unlink()
    assert file_of(await media.path(acme.account_id, id)).read_bytes() == tone()


@pytest.mark.parametrize("id", ["../../../etc/passwd", "", "x", "0" * 31, "ABCDEF" + "0" * 26])
async def test_ids_that_are_no_ids_never_reach_the_disk(media, acme, id):
    with pytest.raises(Invalid):
        await media.path(acme.account_id, id)


async def test_D16_system_media_gives_the_core_sound_and_no_path(media, acme):
    assert await media.path(acme.account_id, "system_media/vm-not_available_no_voicemail") == "vm-nobodyavail"
    assert await media.path(acme.account_id, "system_media/en-us/vm-goodbye") == "vm-goodbye"
    for name in ("../../etc/passwd", "/etc/passwd", "a/b/c", ""):
        with pytest.raises(NotFound):
            await media.path(acme.account_id, "system_media/" + name)


def test_eviction_takes_the_longest_unused_and_spares_what_may_be_playing(tmp_path):
    for number, age in enumerate((100_000, 50_000, 10)):
        file = tmp_path / "account" / f"{number}.wav"
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(b"x" * 1000)
        os.utime(file, (1_000_000 - age, 1_000_000 - age))
    assert evict(tmp_path, 3000, now=1_000_000) == 0
    assert evict(tmp_path, 2500, now=1_000_000) == 1
    assert evict(tmp_path, 0, now=1_000_000) == 1
    assert [file.name for file in (tmp_path / "account").iterdir()] == ["2.wav"]


async def test_clients_cannot_change_what_the_server_knows_of_the_audio(db, acme):
    async with db.tx(acme) as session:
        session.info["media_upload"] = True
        document = await store.create(
            session, "media", {"name": "A", "content_type": "audio/mpeg", "content_length": 5}
        )
    async with db.tx(acme) as session:
        changed = await store.merge(session, "media", document.id, {"content_type": "text/html", "content_length": 7})
    assert (changed.doc["content_type"], changed.doc["content_length"]) == ("audio/mpeg", 5)


async def test_deleting_media_deletes_its_audio(db, acme, database):
    id = await upload(db, acme, tone())
    async with db.tx(acme) as session:
        await store.remove(session, "media", id)
    with psycopg.connect(database.admin_url) as admin:
        assert admin.execute("select (select count(*) from blobs), (select count(*) from media_audio)").fetchone() == (
            0,
            0,
        )
