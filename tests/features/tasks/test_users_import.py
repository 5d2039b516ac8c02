"""A8: users from a file: judged first, then made in the background, resumed after a crash, with a result file."""

from __future__ import annotations

import asyncio
import csv
import io

import pytest
from tests.features.invitations.test_invitations import fate, link_in, scope_of

from qvoice.features.tasks import jobs, sheet, store
from qvoice.features.users.bulk import ALIASES, COLUMNS
from qvoice.kit.errors import Invalid

IMPORT = "accounts/{A}/tasks?category=users&action=import"
db_test = [pytest.mark.db, pytest.mark.anyio]


@pytest.fixture
def with_secrets(mail_settings):
    mail_settings.secrets.mkdir(exist_ok=True)
    (mail_settings.secrets / "token-key").write_text("0123456789abcdef0123456789abcdef")
    return mail_settings


async def hand_in(client, raw: bytes | str, **options):
    """Hand a file in; return the task with its bad rows."""
    content = raw.encode() if isinstance(raw, str) else raw
    answer = await client.call("PUT", IMPORT, content=content, headers={"content-type": "text/csv"}, **options)
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]


async def ended(client, task_id: str) -> dict:
    """Wait until a task has ended."""
    for _ in range(300):
        task = await client.get(f"accounts/{{A}}/tasks/{task_id}")
        if task["status"] not in ("pending", "executing"):
            return task
        await asyncio.sleep(0.1)
    raise AssertionError(task)


def read(raw: bytes) -> sheet.Sheet:
    return sheet.read(raw, known=COLUMNS, required=("first_name", "last_name"), aliases=ALIASES)


@pytest.mark.parametrize(
    "raw",
    [
        "first_name,last_name,extension\nZoé,Lêé,1001\n".encode(),
        "\ufefffirst_name,last_name,extension\r\nZoé,Lêé,1001\r\n".encode(),
        "First Name;Last-Name;Ext\nZoé;Lêé;1001".encode("cp1252"),
        "FIRST_NAME\tlast name\tPoste\nZoé\tLêé\t1001".encode("utf-16"),
        '"first_name","last_name","extension"\n"Zoé","Lêé","1001"\n\n,,\n'.encode(),
        "prénom,nom,poste\rZoé,Lêé,1001\r".encode(),
    ],
)
def test_A8_a_file_is_read_as_spreadsheets_write_it(raw):
    assert read(raw).rows == [{"first_name": "Zoé", "last_name": "Lêé", "extension": "1001"}]


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"first_name,last_name\n", "no rows"),
        (b"first_name\nAnn\n", "last_name is missing"),
        (b"first_name,last_name,FIRST-NAME\nA,B,C\n", "there twice"),
        (b"PK\x03\x04\x00\x00first_name,last_name", "NUL"),
        (b"\xff\xfea", "UTF-16"),
        (b"first_name,last_name\n" + b"A,B\n" * (sheet.MOST_ROWS + 1), "more than"),
        (b'first_name,last_name\n"' + b"x" * 200_000, "line"),
    ],
)
def test_A8_a_file_of_no_use_is_refused_with_a_reason(raw, word):
    with pytest.raises(Invalid) as refused:
        read(raw)
    assert word in refused.value.fields["csv"]["format"]["message"]


def test_A8_a_missing_quote_spoils_its_rows_and_says_where():
    found = read(b'first_name,last_name,email\nAnn,Lee,a@x.example,extra\n"Bob,Brown\nCid,Dee,c@x.example\n')
    assert "more cells" in found.crooked[0].message
    assert len(found.rows) == 2
    long = read(b'first_name,last_name\nAnn,"' + b"y" * 3000 + b'"\nBob,Brown\n')
    assert "is a quote missing" in long.crooked[0].message
    assert len(long.rows[0]["last_name"]) == 50


class TestImport:
    """With the database."""

    pytestmark = db_test

    async def test_A8_every_row_is_judged_and_nothing_is_written(self, world):
        await world.customer.put("accounts/{A}/users", {"first_name": "Old", "last_name": "One", "username": "taken"})
        await world.customer.put(
            "accounts/{A}/callflows", {"name": "x", "numbers": ["1000"], "flow": {"module": "hangup"}}
        )
        before = await world.customer.get("accounts/{A}/users?paginate=false")
        rows = [
            ("Ann", "Lee", "ann@x.example", "", "1001", "", ""),
            ("", "Nobody", "", "", "", "", "first_name"),
            ("Bob", "Brown", "not mail", "", "", "", "email"),
            ("Cid", "Taken", "", "TAKEN", "", "", "username"),
            ("Dan", "Twice", "ann@x.example", "", "", "", "username"),
            ("Eve", "Ext", "", "eve", "1000", "", "extension"),
            ("Fay", "Ext", "", "fay", "1001", "", "extension"),
            ("Gus", "Ext", "", "gus", "10x", "", "extension"),
            ("Hal", "Boss", "", "hal", "", "emperor", "role"),
        ]
        text = "first_name,last_name,email,username,extension,role\n" + "\n".join(",".join(row[:6]) for row in rows)
        task = await hand_in(world.customer, text)
        assert (task["status"], task["total_count"], task["bad_count"]) == ("pending", 9, 8)
        told = {row["row"]: {problem["column"] for problem in row["problems"]} for row in task["rows"]}
        assert told == {n: {row[6]} for n, row in enumerate(rows, 1) if row[6]}
        assert await world.customer.get("accounts/{A}/users?paginate=false") == before
        page = await world.customer.get(f"accounts/{{A}}/tasks/{task['id']}/rows?filter_state=ready")
        assert [row["values"]["first_name"] for row in page] == ["Ann"]

    async def test_A8_good_rows_become_people_whose_phones_and_boxes_work(
        self, world, mailbox, with_secrets, jobs_worker
    ):
        lines = ["first_name,last_name,email,extension,device,invite,role"]
        lines += [
            f"P{n:03d},Person,p{n}@x.example,{2000 + n},softphone,{'email' if n == 0 else ''},user" for n in range(60)
        ]
        lines += ["Bad,Row,,12345678,,,"]
        task = await hand_in(world.customer, "\n".join(lines))
        started = await world.customer.call("PATCH", f"accounts/{{A}}/tasks/{task['id']}", {})
        assert started.status_code == 200, started.text
        done = await ended(world.customer, task["id"])
        assert (done["status"], done["success_count"], done["bad_count"], done["progress"]) == ("partial", 60, 1, 100)
        users = await world.customer.get("accounts/{A}/users?paginate=false&filter_last_name=Person")
        assert len(users) == 60
        mine = next(user for user in users if user["username"] == "p7@x.example")
        [flow] = await world.customer.get(f"accounts/{{A}}/users/{mine['id']}/callflows")
        assert flow["numbers"] == ["2007"]
        [box] = await world.customer.get(f"accounts/{{A}}/users/{mine['id']}/vmboxes")
        assert box["mailbox"] == "2007"
        [device] = await world.customer.get(f"accounts/{{A}}/users/{mine['id']}/devices")
        assert device["device_type"] == "softphone"
        directories = await world.customer.get("accounts/{A}/directories")
        assert [row["name"] for row in directories] == ["SmartPBX Directory"]
        assert len((await world.customer.get(f"accounts/{{A}}/directories/{directories[0]['id']}"))["users"]) == 60
        await fate(world.customer, state="sent")
        assert (await world.nobody.get(f"onboarding/{link_in(mailbox.got[0])}"))["first_name"] == "P000"
        again = await world.customer.call("PATCH", f"accounts/{{A}}/tasks/{task['id']}", {})
        assert again.status_code == 409, "a task that is done is not done twice"
        # The same file again: every row is in use now.
        twice = await hand_in(world.customer, "\n".join(lines))
        assert twice["bad_count"] == 61

    async def test_A8_a_crash_in_the_middle_loses_nothing_and_does_nothing_twice(self, world, db, with_secrets):
        lines = [f"Q{n:03d},Queue,q{n}@x.example,{3000 + n}" for n in range(250)]
        task = await hand_in(world.customer, "first_name,last_name,email,extension\n" + "\n".join(lines))
        scope = await scope_of(world, world.customer)
        job = {"account_id": scope.account_id, "path": scope.path, "task_id": task["id"]}
        async with world.db.tx(scope) as s:
            await store.start(s, task["id"])
        running = asyncio.create_task(jobs.run(db, with_secrets, **job))
        for _ in range(200):
            if (await world.customer.get(f"accounts/{{A}}/tasks/{task['id']}"))["success_count"]:
                break
            await asyncio.sleep(0.01)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        middle = await world.customer.get(f"accounts/{{A}}/tasks/{task['id']}")
        people = await world.customer.get("accounts/{A}/users?paginate=false&filter_last_name=Queue")
        assert len(people) == middle["success_count"]
        stopped = await world.customer.call("PATCH", f"accounts/{{A}}/tasks/{task['id']}/stop", {})
        if middle["status"] == "executing":
            assert stopped.json()["data"]["status"] == "stopped"
            await jobs.run(db, with_secrets, **job)
            assert (await world.customer.get(f"accounts/{{A}}/tasks/{task['id']}"))["status"] == "stopped"
            await world.customer.call("PATCH", f"accounts/{{A}}/tasks/{task['id']}", {})
            await jobs.run(db, with_secrets, **job)
        done = await world.customer.get(f"accounts/{{A}}/tasks/{task['id']}")
        assert (done["status"], done["success_count"], done["failure_count"]) == ("success", 250, 0)
        people = await world.customer.get("accounts/{A}/users?paginate=false&filter_last_name=Queue")
        assert len({user["username"] for user in people}) == len(people) == 250

    async def test_A8_somebody_was_quicker_and_formulas_in_the_result_are_defused(self, world, db, with_secrets):
        text = (
            "first_name,last_name,username,extension\n"
            '"=HYPERLINK(""http://evil.example"")",+cmd|calc,late,4001\n@sum,Good,good,4002\n'
        )
        task = await hand_in(world.customer, text)
        assert task["bad_count"] == 0
        await world.customer.put("accounts/{A}/users", {"first_name": "Q", "last_name": "R", "username": "late"})
        scope = await scope_of(world, world.customer)
        async with world.db.tx(scope) as s:
            await store.start(s, task["id"])
        await jobs.run(db, with_secrets, account_id=scope.account_id, path=scope.path, task_id=task["id"])
        done = await world.customer.get(f"accounts/{{A}}/tasks/{task['id']}")
        assert (done["status"], done["success_count"], done["failure_count"]) == ("partial", 1, 1)
        boxes = await world.customer.get("accounts/{A}/vmboxes?paginate=false")
        assert "4001" not in {box["mailbox"] for box in boxes}, "a row is done wholly or not at all"
        for part in ("output", "input"):
            answer = await world.customer.call("GET", f"accounts/{{A}}/tasks/{task['id']}/{part}")
            table = list(csv.reader(io.StringIO(answer.text)))
            assert len(table) == 3
            assert not [cell for row in table for cell in row if cell[:1] in "=+-@\t" and cell]
        result = (await world.customer.call("GET", f"accounts/{{A}}/tasks/{task['id']}/output")).text
        assert "this username: choose another" in result

    async def test_A8_bulk_gives_nobody_more_than_one_by_one(self, world):
        task = await hand_in(world.customer, "first_name,last_name\nAnn,Lee\n")
        path = f"accounts/{{A}}/tasks/{task['id']}"
        for method in ("GET", "PATCH", "DELETE"):
            data = None if method == "GET" else {}
            assert (await world.stranger.call(method, path, data)).status_code == 404
        plain = await world.user(world.customer, "plain")
        clerk = await world.user(world.customer, "clerk", priv_level="admin", admin_type="user-activation")
        reader = await world.user(world.customer, "reader", priv_level="admin", admin_type="read-only")
        for who in (plain, clerk, reader):
            raw = {"content": b"first_name,last_name\nA,B\n", "headers": {"content-type": "text/csv"}}
            assert (await who.call("PUT", IMPORT, **raw)).status_code == 403
            assert (await who.call("PATCH", path, {})).status_code == 403
        for bad in (IMPORT.replace("import", "explode"), "accounts/{A}/tasks"):
            assert (await world.customer.call("PUT", bad, {})).status_code == 400
        assert (await world.customer.call("PUT", IMPORT, {"records": []})).status_code == 400
        records = {"records": [{"first_name": "R", "last_name": "S", "unknown": 7, "extension": 5001}]}
        assert (await world.customer.put(IMPORT, records))["bad_count"] == 0
        assert (await world.customer.delete(path))["id"] == task["id"]
        assert (await world.customer.call("GET", path)).status_code == 404
