"""Recordings over REST: list, audio, whose they are."""

from __future__ import annotations

import time

import pytest
from tests.fixtures.tenants import tone

from qvoice.features.media.convert import Converter
from qvoice.features.media.journal import Intent, Journal
from qvoice.features.recordings.store import keep_all

pytestmark = [pytest.mark.db, pytest.mark.anyio]


@pytest.fixture
def record(app, tmp_path):
    async def record(scope, ref, *owners):
        folder = tmp_path / "recordings"
        folder.mkdir(exist_ok=True)
        journal = Journal(folder)
        details = {"tape": {"format": "wav"}, "call_id": ref, "interaction_id": f"i-{ref}", "owner_ids": list(owners)}
        journal.begin(ref, Intent("c", scope.account_id, "call", "c", time.time(), "1000", due=True, details=details))
        journal.audio(ref).write_bytes(tone())
        assert await keep_all(app.state.db, journal, Converter(tmp_path, tmp_path)) == [ref]

    return record


async def test_D8_recordings_are_listed_heard_and_deleted(acme, globex, scopes, record) -> None:
    await record(scopes["acme"], "call-a")
    await record(scopes["acme"], "call-b")
    assert [row["call_id"] for row in await acme.data("GET", "recordings")] == ["call-b", "call-a"]
    [row] = await acme.data("GET", "recordings?interaction_id=i-call-a")
    page = (await acme.ask("GET", "recordings?page_size=1")).json()
    assert page["next_start_key"]
    audio = await acme.ask("GET", f"recordings/{row['id']}/raw")
    assert (audio.status_code, audio.headers["content-type"], audio.content) == (200, "audio/wav", tone())
    by_accept = await acme.ask("GET", f"recordings/{row['id']}?accept=audio/wav")
    assert by_accept.content == tone()
    assert (await acme.data("GET", f"recordings/{row['id']}"))["media_type"] == "wav"
    for refused in ("recordings/" + row["id"], f"recordings/{row['id']}/raw"):
        assert (await globex.ask("GET", refused)).status_code == 404
    assert await globex.data("GET", "recordings") == []
    await acme.data("DELETE", f"recordings/{row['id']}")
    assert (await acme.ask("GET", f"recordings/{row['id']}/raw")).status_code == 404
    assert len(await acme.data("GET", "recordings")) == 1


async def test_wrong_questions_are_explained(acme) -> None:
    for query in ("page_size=x", "created_from=yesterday"):
        assert (await acme.ask("GET", f"recordings?{query}")).status_code == 400
    assert (await acme.ask("GET", "recordings/nothing")).status_code == 404
