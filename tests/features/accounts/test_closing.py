"""A11, A6: deleting and restoring, exporting everything, ending calls, and reading the audit log."""

from __future__ import annotations

import dataclasses
import io
import json
import zipfile
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import psycopg
import pytest
from tests.features.invitations.test_invitations import scope_of
from tests.features.tasks.test_users_import import with_secrets  # noqa: F401

from qvoice.features.accounts import closing
from qvoice.features.tasks import jobs, store


class CallControl(BaseHTTPRequestHandler):
    """What listens where call control does: keeps what it is asked, and says that one channel has gone already."""

    got: list[tuple[str, str, str]] = []

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.got.append((self.path, asked["channel"], asked["account"]))
        gone = asked["channel"] == "below"
        body = b'{"error": {"message": "gone"}}' if gone else b'{"ok": true}'
        self.send_response(404 if gone else 200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments) -> None:
        """Say nothing."""


pytestmark = [pytest.mark.db, pytest.mark.anyio]


async def test_A11_a_deleted_account_comes_back_with_all_it_had(world):
    gone = world.customer.account_id
    kept = await world.customer.put("accounts/{A}/devices", {"name": "Desk", "sip": {"username": "desk"}})
    early = await world.customer.put("accounts/{A}/devices", {"name": "Old", "sip": {"username": "old"}})
    await world.customer.delete(f"accounts/{{A}}/devices/{early['id']}")
    await world.reseller.delete(f"accounts/{gone}")
    assert (await world.customer.call("GET", "accounts/{A}")).status_code == 401
    body = {"credentials": world.md5("admin", world.customer.password), "account_realm": world.customer.realm}
    assert (await world.nobody.call("PUT", "user_auth", body)).status_code == 401
    [row] = await world.reseller.get("accounts/{A}/deleted")
    assert (row["id"], row["realm"]) == (gone, world.customer.realm)
    assert (await world.stranger.call("GET", "accounts/{A}/deleted")).status_code == 403
    restore = f"accounts/{{A}}/deleted/{gone}/restore"
    for other in (world.stranger, await world.user(world.reseller, "plain")):
        assert (await other.call("PUT", restore, {})).status_code == 403
    back = await world.reseller.put(restore, {})
    assert (back["id"], back["realm"]) == (gone, world.customer.realm)
    again = await world.login(world.customer.realm, "admin", world.customer.password)
    assert [device["id"] for device in await again.get("accounts/{A}/devices")] == [kept["id"]]
    assert (await world.reseller.call("PUT", restore, {})).status_code == 404


async def test_A11_a_realm_that_was_taken_meanwhile_needs_a_new_one_and_phones_are_told(world, database):
    await world.customer.put(
        "accounts/{A}/devices", {"name": "Desk", "sip": {"username": "desk", "password": "s3cret-s3cret"}}
    )
    await world.reseller.delete(f"accounts/{world.customer.account_id}")
    await world.reseller.put("accounts/{A}", {"name": "Quick", "realm": world.customer.realm})
    restore = f"accounts/{{A}}/deleted/{world.customer.account_id}/restore"
    refused = await world.reseller.call("PUT", restore, {})
    assert refused.json()["data"]["realm"]["unique"]
    assert (await world.reseller.call("PUT", restore, {"realm": "not a realm"})).status_code == 400
    await world.reseller.put(restore, {"realm": "again.example.test"})
    back = await world.login("again.example.test", "admin", world.customer.password)
    [row] = await back.get("accounts/{A}/devices")
    device = await back.get(f"accounts/{{A}}/devices/{row['id']}")
    assert device["sip"]["realm"] == "again.example.test"
    # Below a deleted account nothing is restored: the account above comes first.
    child = await world.account(world.reseller, "below")
    await world.reseller.delete(f"accounts/{child.account_id}")
    with psycopg.connect(database.admin_url) as admin:
        admin.execute("update accounts set deleted = now() where id = %s", [world.reseller.account_id])
    world.app.state.directory.forget()
    answer = await world.master.call("PUT", f"accounts/{{A}}/deleted/{child.account_id}/restore", {})
    assert (answer.status_code, answer.json()["message"]) == (409, "parent_deleted")


async def test_A11_everything_an_account_has_goes_into_one_archive_and_nobody_elses(world, db, with_secrets):  # noqa: F811
    await world.customer.put("accounts/{A}/devices", {"name": "Customer desk", "sip": {"username": "desk"}})
    await world.stranger.put("accounts/{A}/devices", {"name": "Stranger desk", "sip": {"username": "desk"}})
    below = await world.account(world.reseller, "sister")
    task = (await world.customer.call("PUT", "accounts/{A}/tasks?category=accounts&action=export", {})).json()["data"]
    reader = await world.user(world.customer, "reader", priv_level="admin", admin_type="read-only")
    start = f"accounts/{{A}}/tasks/{task['id']}"
    assert (await reader.call("PATCH", start, {})).status_code == 403
    scope = await scope_of(world, world.customer)
    async with world.db.tx(scope) as s:
        await store.start(s, task["id"])
    await jobs.run(db, with_secrets, account_id=scope.account_id, path=scope.path, task_id=task["id"])
    done = await world.customer.get(start)
    assert (done["status"], done["progress"], done["output"]["name"]) == ("success", 100, "account.zip")
    assert (await reader.call("GET", f"{start}/output")).status_code == 403
    assert (await world.stranger.call("GET", f"{start}/output")).status_code == 404
    answer = await world.customer.call("GET", f"{start}/output")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        names = set(archive.namelist())
        devices = [json.loads(line) for line in archive.read("devices.ndjson").splitlines()]
        accounts = [json.loads(line) for line in archive.read("accounts.ndjson").splitlines()]
        whole = b"".join(archive.read(name) for name in names)
        facts = json.loads(archive.read("README.json"))
    assert [device["doc"]["name"] for device in devices] == ["Customer desk"]
    assert [account["id"].replace("-", "") for account in accounts] == [world.customer.account_id]
    assert {"users.ndjson", "callflows.ndjson", "audit.ndjson"} <= names
    assert not {name for name in names if "secret" in name or name in ("api_keys.ndjson", "login_links.ndjson")}
    assert facts["rows"]["devices"] == 1
    for word in (b"Stranger desk", below.account_id.encode(), world.stranger.account_id.encode()):
        assert word not in whole


async def test_A11_switching_off_ends_calls_here_and_below_but_no_calls_for_help(
    world,
    database,
    db,
    with_secrets,  # noqa: F811
):
    queued = "select args from procrastinate_jobs where task_name = 'accounts.end_calls'"
    await world.master.patch(f"accounts/{world.reseller.account_id}", {"enabled": False})
    channel = (
        "insert into channels (uuid, account_id, node, call_id, created, doc) values (%s, %s, 'n', %s, now(), '{}')"
    )
    with psycopg.connect(database.admin_url) as admin:
        [(arguments,)] = admin.execute(queued).fetchall()
        for uuid, account, call in (("own", world.reseller, "c1"), ("below", world.customer, "c2"),
                                    ("help", world.customer, "c3"), ("other", world.stranger, "c4")):  # fmt: skip
            admin.execute(channel, [uuid, account.account_id, call])
        admin.execute(
            "insert into emergency_calls (call_id, account_id, number, shown, facts, started)"
            " values ('c3', %s, '911', '+14165550100', '{}', now())",
            [world.customer.account_id],
        )
    server = HTTPServer(("127.0.0.1", 0), CallControl)
    Thread(target=server.serve_forever, daemon=True).start()
    CallControl.got.clear()
    (with_secrets.secrets / "callcontrol-token").write_text("token")
    ports = dataclasses.replace(with_secrets.ports, callcontrol=server.server_port)
    settings = dataclasses.replace(with_secrets, ports=ports)
    await closing.end_calls(db, settings, **arguments)
    assert sorted(CallControl.got) == [
        ("/rpc/hangup", "below", world.customer.account_id),
        ("/rpc/hangup", "own", world.reseller.account_id),
    ]
    CallControl.got.clear()
    await world.master.patch(f"accounts/{world.reseller.account_id}", {"enabled": True})
    await closing.end_calls(db, settings, **arguments)
    server.shutdown()
    assert CallControl.got == [], "switched on again meanwhile"


async def test_A6_the_audit_log_is_filtered_and_paged(world):
    users = [
        await world.reseller.put(
            f"accounts/{world.customer.account_id}/users", {"first_name": str(n), "last_name": "Audit"}
        )
        for n in range(5)
    ]
    await world.reseller.call("DELETE", f"accounts/{world.customer.account_id}/users/{'0' * 32}")
    place = "accounts/{A}/audit"
    puts = await world.customer.get(f"{place}?filter_method=put&filter_path=/users")
    assert len(puts) == 5
    assert {row["actor_account_id"] for row in puts} == {world.reseller.account_id}
    [failed] = await world.customer.get(f"{place}?filter_failed=true&filter_path=/users")
    assert (failed["method"], failed["status"]) == ("DELETE", 404)
    assert await world.customer.get(f"{place}?filter_actor_id={world.reseller.user_id}&filter_method=POST") == []
    assert await world.customer.get(f"{place}?created_to=2001-01-01T00:00:00Z") == []
    seen, key = [], ""
    while key is not None:
        answer = await world.customer.call("GET", f"{place}?page_size=2&filter_path=/users&start_key={key}")
        seen += [row["id"] for row in answer.json()["data"]]
        key = answer.json().get("next_start_key")
    assert len(seen) == len(set(seen)) == 6
    assert seen == sorted(seen, reverse=True)
    table = await world.customer.call("GET", f"{place}?accept=text/csv&filter_path=/users")
    assert len(table.text.splitlines()) == 7
    for bad in ("page_size=0", "start_key=x", "filter_actor_id=me", "created_from=yesterday", "filter_failed=perhaps"):
        assert (await world.customer.call("GET", f"{place}?{bad}")).status_code == 400
    assert len(users) == 5
