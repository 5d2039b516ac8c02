"""Boxes and messages over REST."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

import pytest
from tests.fixtures.tenants import tone

from qvoice.features.vmboxes import messages
from qvoice.features.vmboxes.store_message import Caller, insert

pytestmark = [pytest.mark.db, pytest.mark.anyio]


@pytest.fixture
def leave(app):
    async def leave(scope, box, ref="r", hour=12):
        async with app.state.db.tx(scope) as session:
            received = datetime(2026, 11, 24, hour, tzinfo=UTC)
            caller = Caller("+14165550100", "Ann", "1000", "call-id")
            await insert(session, box_id=box, ref=ref, audio=tone(), caller=caller, received=received)
            return next(m.id for m in await messages.listing(session, box) if m.received == received)

    return leave


async def test_D13_a_box_takes_a_pin_and_never_shows_it(acme):
    box = await acme.create("vmboxes", mailbox="1000", name="Box", pin="4821", custom={"kept": 1})
    for shown in (box, await acme.data("GET", f"vmboxes/{box['id']}")):
        assert "pin" not in shown
        assert shown["_read_only"]["pin_set"] is True
        assert shown["custom"] == {"kept": 1}
        assert (shown["require_pin"], shown["check_if_owner"], shown["media_extension"]) == (False, True, "mp3")
    changed = await acme.data("PATCH", f"vmboxes/{box['id']}", {"name": "Other"})
    assert changed["_read_only"]["pin_set"] is True
    assert await acme.data("DELETE", f"vmboxes/{box['id']}/pin") == {"pin_set": False}
    for pin in ("12", "12345678", "12a4"):
        refused = await acme.ask("PATCH", f"vmboxes/{box['id']}", {"pin": pin})
        assert "pattern" in refused.json()["data"]["pin"]


async def test_rows_count_messages_and_the_number_is_unique(acme, scopes, leave):
    box = await acme.create("vmboxes", mailbox="1000", name="Box", type="mainVMBox")
    await leave(scopes["acme"], box["id"])
    [row] = await acme.data("GET", "vmboxes?filter_type=mainVMBox")
    assert row == {"id": box["id"], "name": "Box", "mailbox": "1000", "owner_id": None, "messages": 1, "flags": []}
    refused = await acme.ask("PUT", "vmboxes", {"mailbox": "1000", "name": "Twice"})
    assert refused.status_code == 400
    assert "unique" in refused.json()["data"]["mailbox"]


async def test_messages_are_listed_moved_and_deleted(acme, scopes, leave):
    box = await acme.create("vmboxes", mailbox="1000", name="Box")
    first, second = await leave(scopes["acme"], box["id"], "a", 11), await leave(scopes["acme"], box["id"], "b", 12)
    base = f"vmboxes/{box['id']}/messages"
    rows = await acme.data("GET", base)
    assert [row["media_id"] for row in rows] == [second, first]
    assert {key: rows[0][key] for key in ("folder", "length", "caller_id_number", "from", "to", "transcribed")} == {
        "folder": "new", "length": 1000, "caller_id_number": "+14165550100", "from": "+14165550100@acme.example.test",
        "to": "1000@acme.example.test", "transcribed": False,
    }  # fmt: skip
    assert rows[0]["timestamp"] == int(datetime(2026, 11, 24, 12, tzinfo=UTC).timestamp()) + 62167219200
    moved = await acme.data("POST", base, {"messages": [first, "f" * 32], "folder": "saved"})
    assert moved == {"succeeded": [first], "failed": [{"f" * 32: "not_found"}]}
    assert (await acme.data("GET", f"{base}/{first}"))["folder"] == "saved"
    assert (await acme.data("POST", f"{base}/{first}", {"folder": "new"}))["folder"] == "new"
    assert (await acme.data("DELETE", f"{base}/{first}"))["folder"] == "deleted"
    assert (await acme.data("DELETE", base, {"messages": [second]}))["succeeded"] == [second]
    assert await acme.data("GET", base) == []
    assert len(await acme.data("GET", f"{base}?folder=deleted")) == 2
    for bad in ({"folder": "trash"}, {}, {"folder": 5}):
        assert (await acme.ask("POST", f"{base}/{first}", bad)).status_code == 400


async def test_pages_of_messages(acme, scopes, leave):
    box = await acme.create("vmboxes", mailbox="1000", name="Box")
    ids = [await leave(scopes["acme"], box["id"], f"r{n}", n) for n in range(3)]
    first = (await acme.ask("GET", f"vmboxes/{box['id']}/messages?page_size=2")).json()
    second = (
        await acme.ask("GET", f"vmboxes/{box['id']}/messages?page_size=2&start_key={first['next_start_key']}")
    ).json()
    assert [row["media_id"] for row in first["data"] + second["data"]] == ids[::-1]
    assert "next_start_key" not in second


async def test_audio_as_wav_mp3_and_zip(acme, scopes, leave, http):
    box = await acme.create("vmboxes", mailbox="1000", name="Box")
    id = await leave(scopes["acme"], box["id"])
    raw = f"vmboxes/{box['id']}/messages/{id}/raw"
    wav = await http.get(acme.url(raw) + f"?auth_token={acme.token}")
    assert wav.content == tone()
    assert wav.headers["content-type"] == "audio/wav"
    assert 'filename="20261124-120000-+14165550100.wav"' in wav.headers["content-disposition"]
    assert (await acme.ask("GET", raw, headers={"Range": "bytes=0-9"})).content == tone()[:10]
    mp3 = await acme.ask("GET", raw, headers={"Accept": "audio/mpeg"})
    assert mp3.headers["content-type"] == "audio/mpeg"
    assert mp3.content[:3] == b"ID3" or mp3.content[0] == 0xFF
    packed = await acme.ask("POST", f"vmboxes/{box['id']}/messages/raw", {"messages": [id]})
    assert packed.headers["content-type"] == "application/zip"
    assert zipfile.ZipFile(io.BytesIO(packed.content)).read("20261124-120000-+14165550100.wav") == tone()


async def test_A1_another_accounts_messages_cannot_be_reached_in_any_way(acme, globex, scopes, leave):
    mine = await acme.create("vmboxes", mailbox="1000", name="Mine")
    theirs = await globex.create("vmboxes", mailbox="1000", name="Theirs")
    id = await leave(scopes["acme"], mine["id"])
    for path in (f"vmboxes/{mine['id']}/messages/{id}", f"vmboxes/{theirs['id']}/messages/{id}"):
        for method, data in (("GET", None), ("POST", {"folder": "saved"}), ("DELETE", None)):
            assert (await globex.ask(method, path, data)).status_code == 404
        assert (await globex.ask("GET", path + "/raw")).status_code == 404
    assert (await globex.ask("POST", f"vmboxes/{theirs['id']}/messages/raw", {"messages": [id]})).status_code == 404
    assert (await globex.ask("DELETE", f"vmboxes/{mine['id']}/pin")).status_code == 404
    moved = await globex.data("POST", f"vmboxes/{theirs['id']}/messages", {"messages": [id], "folder": "deleted"})
    assert moved["succeeded"] == []
    copied = await acme.ask("POST", f"vmboxes/{mine['id']}/messages", {"messages": [id], "source_id": theirs["id"]})
    assert copied.status_code == 404
    assert (await acme.data("GET", f"vmboxes/{mine['id']}/messages/{id}"))["folder"] == "new"


async def test_A6_a_plain_user_reaches_only_the_own_box(acme, ann, scopes, leave):
    own = await acme.create("vmboxes", mailbox="1000", name="Own", owner_id=ann.user_id)
    other = await acme.create("vmboxes", mailbox="1001", name="Other")
    mine, theirs = await leave(scopes["acme"], own["id"]), await leave(scopes["acme"], other["id"])
    assert [row["id"] for row in await ann.data("GET", "vmboxes")] == [own["id"]]
    assert (await ann.ask("GET", f"vmboxes/{own['id']}/messages/{mine}/raw")).content == tone()
    assert (await ann.data("POST", f"vmboxes/{own['id']}/messages/{mine}", {"folder": "saved"}))["folder"] == "saved"
    assert (await ann.ask("PATCH", f"vmboxes/{own['id']}", {"pin": "4821"})).status_code == 200
    for path in ("", f"/messages/{theirs}", f"/messages/{theirs}/raw", "/messages"):
        assert (await ann.ask("GET", f"vmboxes/{other['id']}{path}")).status_code in (403, 404)
    copied = await ann.ask("POST", f"vmboxes/{own['id']}/messages", {"messages": [mine], "source_id": other["id"]})
    assert copied.status_code == 404
    assert (await ann.ask("PATCH", f"vmboxes/{own['id']}", {"mailbox": "1"})).status_code == 403
    assert list(await ann.data("GET", "vmboxes/messages")) == [
        {own["id"]: await ann.data("GET", f"vmboxes/{own['id']}/messages")}
    ]
    assert (await ann.ask("DELETE", f"vmboxes/{other['id']}/pin")).status_code in (403, 404)


async def test_copying_to_another_own_box(acme, scopes, leave):
    one, two = await acme.create("vmboxes", mailbox="1", name="A"), await acme.create("vmboxes", mailbox="2", name="B")
    id = await leave(scopes["acme"], one["id"])
    done = await acme.data("POST", f"vmboxes/{one['id']}/messages", {"messages": [id], "source_id": [two["id"]]})
    assert done["succeeded"] == [id]
    assert len(await acme.data("GET", f"vmboxes/{two['id']}/messages")) == 1
