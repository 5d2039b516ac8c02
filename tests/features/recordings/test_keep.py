"""A call's recording leaves the node's disk exactly once, whatever dies between; copies reach the customer's server."""

from __future__ import annotations

import asyncio
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from sqlalchemy import text
from tests.fixtures.tenants import make_account, tone

from qvoice.core.recording.rules import Tape
from qvoice.db import Database
from qvoice.db.engine import DatabaseAway
from qvoice.features.media.convert import Converter
from qvoice.features.media.files import MediaFiles
from qvoice.features.media.journal import Intent
from qvoice.features.recordings import queries, upload
from qvoice.features.recordings.jobs import send_due
from qvoice.features.recordings.recover import release
from qvoice.features.recordings.store import keep_all
from qvoice.features.vmboxes.recover import recover
from qvoice.kit.clock import utcnow

pytestmark = [pytest.mark.db, pytest.mark.anyio]


@pytest.fixture
def acme(database):
    return make_account(database, make_account(database, None, "Master"), "Acme")


@pytest.fixture
def media(db, tmp_path):
    (tmp_path / "asterisk" / "recordings").mkdir(parents=True)
    return MediaFiles(db, tmp_path)


@pytest.fixture
def converter(tmp_path):
    """One that finds no tools: then the sound is kept as it is."""
    return Converter(tmp_path / "no-image", tmp_path / "scratch")


def begin(media, scope, ref="call-1", *, started=None, due=True, audio=None, suffix=".wav", **tape):
    wanted = Tape(**{"format": "wav", **tape})
    details = {
        "tape": wanted.to_json(),
        "call_id": "leg-1",
        "interaction_id": "63-abc",
        "direction": "inbound",
        "from": "+14165550100",
        "to": "1000",
        "owner_ids": ["e" * 32],
    }
    intent = Intent("live-1", scope.account_id, "call", "live-1", started or time.time(), due=due, details=details)
    media.journal.begin(ref, intent)
    media.journal.audio(ref).with_suffix(suffix).write_bytes(tone() if audio is None else audio)
    return ref


async def rows(db, scope):
    async with db.tx(scope) as session:
        return await queries.listing(session)


def files(media):
    return sorted(path.name for path in media.journal.folder.iterdir())


@pytest.mark.parametrize("suffix", [".wav", ".wav16"])
async def test_D8_a_finished_recording_is_kept_once_and_leaves_the_disk(db, acme, media, converter, suffix) -> None:
    begin(media, acme, suffix=suffix)
    assert await keep_all(db, media.journal, converter) == ["call-1"]
    [kept] = await rows(db, acme)
    assert kept.document["from"] == "+14165550100"
    assert (kept.document["media_type"], kept.document["cdr_id"][7:]) == ("wav", "leg-1")
    assert kept.owner_ids == ("e" * 32,)
    assert files(media) == []


async def test_D8_one_that_died_after_the_commit_is_not_kept_twice(db, acme, media, converter) -> None:
    begin(media, acme)
    await keep_all(db, media.journal, converter)
    begin(media, acme)
    assert await keep_all(db, media.journal, converter) == ["call-1"]
    assert len(await rows(db, acme)) == 1
    assert files(media) == []


async def test_D8_what_is_still_being_recorded_is_left_alone_and_voicemails_recovery_too(
    db, acme, media, converter
) -> None:
    begin(media, acme, due=False)
    assert await keep_all(db, media.journal, converter) == []
    await recover(db, media.journal, alive=(), now=utcnow())
    assert release(media.journal, alive={"call-1"}) == []
    assert len(files(media)) == 2


async def test_D8_after_a_crash_half_way_what_was_said_is_kept(db, acme, media, converter) -> None:
    # The header says nothing of the audio: Asterisk died.
    torn = bytearray(tone())
    torn[40:44] = b"\0\0\0\0"
    begin(media, acme, due=False, started=time.time() - 60, audio=bytes(torn))
    assert release(media.journal, alive=()) == ["call-1"]
    assert await keep_all(db, media.journal, converter) == ["call-1"]
    assert (await rows(db, acme))[0].document["duration_ms"] > 500


async def test_D8_while_the_database_is_away_it_waits_on_the_disk(db, acme, media, converter) -> None:
    begin(media, acme)
    away = Database("postgresql://qvoice_app:x@127.0.0.1:1/none")
    with pytest.raises(DatabaseAway):
        await keep_all(away, media.journal, converter)
    assert len(files(media)) == 2
    assert await keep_all(db, media.journal, converter) == ["call-1"]


async def test_D8_sound_that_cannot_be_converted_is_kept_as_it_is_and_a_short_one_is_dropped(
    db, acme, media, converter
) -> None:
    begin(media, acme, "call-1", format="mp3")
    begin(media, acme, "call-2", min_seconds=3600)
    assert await keep_all(db, media.journal, converter) == ["call-1"]
    assert [kept.document["media_type"] for kept in await rows(db, acme)] == ["wav"]
    assert files(media) == []


class Server:
    """A customer's web server; `status` is what it answers."""

    def __init__(self) -> None:
        self.status = 200
        self.got: list[tuple[str, str, int]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                outer.got.append((self.command, self.path, len(body)))
                self.send_response(outer.status)
                self.end_headers()

            do_POST = do_PUT

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def server():
    server = Server()
    yield server
    server.server.shutdown()
    server.server.server_close()


async def due_again(db, scope) -> None:
    async with db.tx(scope) as session:
        await session.execute(text("update recordings set upload_next = now() where upload_next is not null"))


async def test_D8_a_copy_is_sent_and_tried_again_until_it_arrives(db, acme, media, converter, server) -> None:
    begin(media, acme, url=server.url + "/in", method="post")
    await keep_all(db, media.journal, converter)
    server.status = 503
    assert await send_due(db, allow_private=True) == 0
    assert await send_due(db, allow_private=True) == 0, "not before the pause is over"
    [kept] = await rows(db, acme)
    assert kept.document["upload"] == {"state": "waiting", "attempts": 1, "problem": "the server answered 503"}
    server.status = 201
    await due_again(db, acme)
    assert await send_due(db, allow_private=True) == 1
    [kept] = await rows(db, acme)
    assert kept.document["upload"]["state"] == "sent"
    assert server.got[-1] == ("POST", f"/in/{kept.id}.wav", len(tone()))


async def test_D8_a_copy_never_goes_into_a_private_network_and_a_refusal_is_final(
    db, acme, media, converter, server
) -> None:
    begin(media, acme, url=server.url)
    await keep_all(db, media.journal, converter)
    assert await send_due(db, allow_private=False) == 0
    [kept] = await rows(db, acme)
    assert kept.document["upload"]["state"] == "failed"
    assert "private network" in kept.document["upload"]["problem"]
    assert server.got == []


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/", "http://[::1]/", "http://10.1.2.3/", "http://[::ffff:192.168.0.1]/", "http://169.254.169.254/",
     "http://0.0.0.0/", "http://localhost/", "ftp://example.com/", "http://user@example.com/"],
)  # fmt: skip
async def test_private_and_odd_addresses_are_refused(url: str) -> None:
    with pytest.raises(upload.NotSent) as refused:
        await asyncio.to_thread(upload.send, upload.Copy(url, "put", "x.wav", "audio/wav", b""))
    assert refused.value.final
