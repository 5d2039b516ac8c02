"""A9, A10, A4: links that log in once, by real mail and a real HTTP gateway; forgotten and changed passwords."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import re
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from xml.etree import ElementTree

import psycopg
import pytest
from tests.fixtures.smtp import mail_settled

from qvoice.db import Scope
from qvoice.db.queue import GiveUp
from qvoice.features.invitations import links, sms
from qvoice.features.invitations.jobs import send_sms
from qvoice.kit.settings import Sms

pytestmark = [pytest.mark.db, pytest.mark.anyio]
KEY = "0123456789abcdef0123456789abcdef"
EMAIL = {"first_name": "Ann", "last_name": "Lee", "username": "ann", "email": "ann@customer.example"}


@pytest.fixture
def secrets_folder(mail_settings):
    mail_settings.secrets.mkdir(exist_ok=True)
    (mail_settings.secrets / "token-key").write_text(KEY)
    return mail_settings.secrets


def link_in(mail) -> str:
    """Return the token of the link in a mail (or text)."""
    words = mail if isinstance(mail, str) else mail.get_content()
    found = re.search(r"https?://\S+/welcome/([A-Za-z0-9_-]+)", words)
    assert found, words
    return found[1]


async def scope_of(world, client) -> Scope:
    """Return the scope of a client's account."""
    info = await world.app.state.directory.account(client.account_id)
    return Scope(info.id, info.path)


async def fate(client, **wanted) -> dict:
    """Wait until the newest invitation has these values."""
    rows = []
    for _ in range(200):
        rows = await client.get("accounts/{A}/invitations")
        if rows and all(rows[0][key] == value for key, value in wanted.items()):
            return rows[0]
        await asyncio.sleep(0.1)
    raise AssertionError(f"never {wanted}: {rows[:1]}")


async def test_A9_an_invitation_by_mail_logs_in_once_and_a_look_does_not_use_it_up(
    world, db, mailbox, secrets_folder, jobs_worker
):
    user = await world.customer.put("accounts/{A}/users", {**EMAIL, "language": "fr-ca", "presence_id": "1001"})
    made = await world.customer.put(f"accounts/{{A}}/users/{user['id']}/invitation", {})
    assert made["state"] in ("queued", "sent")
    assert made["to"] == "ann@customer.example"
    await fate(world.customer, state="sent")
    [mail] = mailbox.got
    assert mail["Subject"].startswith("Bienvenue chez customer")
    assert "poste 1001" in mail.get_content()
    token = link_in(mail)
    # A mail scanner fetches the link, as often as it likes, and HEADs it.
    for method in ("HEAD", "GET", "GET"):
        assert (await world.nobody.call(method, f"onboarding/{token}")).status_code == 200
    greeting = await world.nobody.get(f"onboarding/{token}")
    assert (greeting["first_name"], greeting["account_name"]) == ("Ann", "customer")
    assert (greeting["state"], greeting["is_admin"]) == ("open", False)
    assert (await fate(world.customer, state="opened"))["used"] is None
    # Twice at once: one gets in.
    both = await asyncio.gather(*(world.nobody.call("POST", f"onboarding/{token}") for _ in range(2)))
    assert sorted(answer.status_code for answer in both) == [200, 404]
    entered = next(answer for answer in both if answer.status_code == 200).json()
    assert (entered["data"]["owner_id"], entered["data"]["method"]) == (user["id"], "qv_link")
    ann = type(world.customer)(world.http, entered["data"]["account_id"], user["id"], entered["auth_token"])
    assert (await ann.get(f"accounts/{{A}}/users/{user['id']}"))["first_name"] == "Ann"
    assert (await world.nobody.get(f"onboarding/{token}")) == {
        "state": "used", "kind": "invitation", "language": "fr-ca",
    }  # fmt: skip
    assert (await fate(world.customer, state="accepted"))["used"]
    log = await world.customer.get("accounts/{A}/audit")
    assert any(row["auth_method"] == "qv_link" and row["actor_id"] == user["id"] for row in log)
    assert not any(token in row["path"] for row in log)


async def test_A9_an_administrator_who_may_read_mails_cannot_read_the_link(
    world, db, mailbox, secrets_folder, jobs_worker
):
    user = await world.customer.put("accounts/{A}/users", EMAIL)
    made = await world.customer.put(f"accounts/{{A}}/users/{user['id']}/invitation", {})
    await fate(world.customer, state="sent")
    token = link_in(mailbox.got[0])
    shown = await world.customer.get(f"accounts/{{A}}/mails/{made['mail_id']}")
    assert token not in str(shown)
    assert "[[login-link]]" in shown["body"]
    rows = await db.fetch("select * from login_links", scope=await scope_of(world, world.customer))
    assert all(token not in str(tuple(row)) for row in rows)


async def test_A9_links_expire_can_be_taken_back_and_a_new_one_ends_the_old(
    world, database, db, mailbox, secrets_folder, jobs_worker
):
    user = await world.customer.put("accounts/{A}/users", {**EMAIL, "send_email_on_creation": True})
    await fate(world.customer, state="sent")
    await world.customer.put(f"accounts/{{A}}/users/{user['id']}/invitation", {})
    for _ in range(100):
        if len(mailbox.got) == 2:
            break
        await asyncio.sleep(0.1)
    first, second = (link_in(mail) for mail in mailbox.got)
    assert (await world.nobody.get(f"onboarding/{first}"))["state"] == "revoked"
    assert (await world.nobody.call("POST", f"onboarding/{first}")).status_code == 404
    with psycopg.connect(database.admin_url) as admin:
        admin.execute("update login_links set expires = now() - interval '1 second' where revoked is null")
    assert (await world.nobody.get(f"onboarding/{second}"))["state"] == "expired"
    assert (await world.nobody.call("POST", f"onboarding/{second}")).status_code == 404
    again = await world.customer.put(f"accounts/{{A}}/users/{user['id']}/invitation", {})
    assert (await world.customer.delete(f"accounts/{{A}}/invitations/{again['id']}"))["state"] == "revoked"
    assert (await world.stranger.call("DELETE", f"accounts/{{A}}/invitations/{again['id']}")).status_code == 404
    assert await world.stranger.get("accounts/{A}/invitations") == []
    for nonsense in ("x" * 32, "x" * 500, "%00"):
        assert (await world.nobody.call("POST", f"onboarding/{nonsense}")).status_code in (400, 404)
    scope = await scope_of(world, world.customer)

    async def sent() -> str:
        last = await world.customer.put(f"accounts/{{A}}/users/{user['id']}/invitation", {})
        async with world.db.tx(scope) as s:
            return await links.token_of(s, world.key, last["id"])

    # An old mail is worth nothing once the password was changed, nor for a disabled or deleted user.
    token = await sent()
    await world.customer.patch(f"accounts/{{A}}/users/{user['id']}", {"username": "ann", "password": "Fresh-word-12"})
    assert (await world.nobody.get(f"onboarding/{token}"))["state"] == "revoked"
    assert (await world.nobody.call("POST", f"onboarding/{token}")).status_code == 404
    token = await sent()
    await world.customer.patch(f"accounts/{{A}}/users/{user['id']}", {"enabled": False})
    assert (await world.nobody.call("POST", f"onboarding/{token}")).status_code == 423
    await world.customer.delete(f"accounts/{{A}}/users/{user['id']}")
    assert (await world.nobody.call("POST", f"onboarding/{token}")).status_code == 404


async def test_A9_inviting_all_passes_over_who_cannot_be_reached_and_failures_are_seen(
    world, db, mailbox, secrets_folder, jobs_worker
):
    for n in range(30):
        await world.customer.put(
            "accounts/{A}/users", {"first_name": f"U{n:02d}", "last_name": "X", "email": f"u{n}@customer.example"}
        )
    await world.customer.put("accounts/{A}/users", {"first_name": "No", "last_name": "Mail"})
    mailbox.answers = ["550 no such person"]
    answer = await world.customer.put("accounts/{A}/invitations", {"users": "all"})
    assert answer["invited"] == 30
    assert {one["reason"] for one in answer["skipped"]} == {"the user has no e-mail address"}
    await mail_settled(db, await scope_of(world, world.customer), *["sent"] * 29, "failed")
    seen, key = [], ""
    while key is not None:
        page = await world.customer.call(
            "GET", f"accounts/{{A}}/invitations?page_size=11&start_key={key}".replace("+", "%2B")
        )
        seen += page.json()["data"]
        key = page.json().get("next_start_key")
    assert len({row["id"] for row in seen}) == len(seen) == 30
    [failed] = [row for row in seen if row["state"] == "failed"]
    assert "550" in failed["problem"]
    assert len({link_in(mail) for mail in mailbox.got}) == 29


class Gateway(BaseHTTPRequestHandler):
    """An SMS gateway: keeps what it is given."""

    got: list[tuple[str, str]] = []
    answers: list[int] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        self.got.append((self.headers.get("authorization", ""), body))
        self.send_response(self.answers.pop(0) if self.answers else 202)
        self.end_headers()

    def log_message(self, *arguments) -> None:
        """Say nothing."""


async def test_A9_invitations_by_text_message_go_to_the_gateway_and_say_so_when_there_is_none(
    world, db, mail_settings, secrets_folder
):
    user = await world.customer.put("accounts/{A}/users", {**EMAIL, "mobile": "+14165550123"})
    plain = await world.customer.put("accounts/{A}/users", {"first_name": "No", "last_name": "Mobile"})
    refused = await world.customer.call("PUT", f"accounts/{{A}}/users/{plain['id']}/invitation", {"channel": "sms"})
    assert refused.status_code == 400
    assert refused.json()["data"]["mobile"]["required"]
    made = await world.customer.put(f"accounts/{{A}}/users/{user['id']}/invitation", {"channel": "sms"})
    scope = await scope_of(world, world.customer)
    job = {"account_id": scope.account_id, "path": scope.path, "link_id": made["id"]}
    with pytest.raises(GiveUp):
        await send_sms(db, mail_settings, **job)
    assert "No SMS gateway is set" in (await fate(world.customer, state="failed"))["problem"]
    server = HTTPServer(("127.0.0.1", 0), Gateway)
    Thread(target=server.serve_forever, daemon=True).start()
    with_gateway = dataclasses.replace(
        mail_settings, sms=Sms(url=f"http://127.0.0.1:{server.server_port}/send", sender="QVOICE")
    )
    (secrets_folder / "sms-token").write_text("gateway-secret")
    Gateway.answers[:] = [503]
    with pytest.raises(sms.NotTaken):
        await send_sms(db, with_gateway, **job)
    assert "503" in (await fate(world.customer, state="failed"))["problem"]
    await send_sms(db, with_gateway, **job)
    server.shutdown()
    assert (await fate(world.customer, state="sent"))["problem"] is None
    authorization, body = Gateway.got[-1]
    message = json.loads(body)
    assert (authorization, message["to"], message["from"]) == ("Bearer gateway-secret", "+14165550123", "QVOICE")
    assert (await world.nobody.call("POST", f"onboarding/{link_in(message['text'])}")).status_code == 200


async def test_A4_the_administrator_of_a_new_account_gets_a_link_and_nobody_learns_the_password(
    world, db, mailbox, secrets_folder, jobs_worker
):
    made = await world.reseller.put(
        "accounts/{A}",
        {"name": "Fresh", "realm": "fresh.example.test", "admin": {"first_name": "Fay", "last_name": "Fresh",
                                                                   "email": "fay@fresh.example"}},
    )  # fmt: skip
    assert "password" not in made["admin"]
    fresh = type(world.customer)(world.http, made["id"], token=world.reseller.token)
    await fate(fresh, state="sent", kind="new_account")
    [mail] = mailbox.got
    assert (mail["To"], "Fresh" in mail["Subject"]) == ("fay@fresh.example", True)
    entered = (await world.nobody.call("POST", f"onboarding/{link_in(mail)}")).json()
    assert entered["data"]["require_password_update"] is True
    fay = type(world.customer)(world.http, made["id"], entered["data"]["owner_id"], entered["auth_token"])
    await fay.put(f"accounts/{{A}}/users/{fay.user_id}/password", {"password": "a password of her own"})
    again = await world.login("fresh.example.test", "fay@fresh.example", "a password of her own")
    assert (await again.get(f"accounts/{{A}}/users/{fay.user_id}"))["require_password_update"] is False
    # Nothing of it without a mail address, and nothing at all when the account is refused.
    shown = await world.reseller.put("accounts/{A}", {"name": "Shown", "admin": {"username": "boss"}})
    assert len(shown["admin"]["password"]) == 16
    taken = {"name": "Taken", "realm": "fresh.example.test", "admin": {"email": "x@y.example"}}
    assert (await world.reseller.call("PUT", "accounts/{A}", taken)).status_code == 400
    assert len(mailbox.got) == 1


async def test_A10_a_forgotten_password_the_same_answer_for_everybody_and_a_link_for_who_is_there(
    world, db, mailbox, secrets_folder, jobs_worker
):
    user = await world.customer.put("accounts/{A}/users", {**EMAIL, "password": "forgotten-password"})
    bodies = []
    for who in ({"username": "ann"}, {"username": "nobody"}):
        for account in ({"account_name": "customer"}, {"account_name": "no such account"}):
            answer = await world.nobody.call(
                "PUT", "user_auth/recovery", {**who, **account, "ui_url": "https://evil.example/"}
            )
            bodies.append((answer.status_code, answer.json()["data"], answer.json()["status"]))
    assert len({str(body) for body in bodies}) == 1
    assert bodies[0][0] == 201
    await mail_settled(db, await scope_of(world, world.customer), "sent")
    [mail] = mailbox.got
    assert mail["To"] == "ann@customer.example"
    assert "evil" not in mail.get_content()
    token = link_in(mail)
    old = await world.login(world.customer.realm, "ann", "forgotten-password")
    entered = (await world.nobody.call("POST", "user_auth/recovery", {"reset_id": token})).json()
    assert entered["data"]["require_password_update"] is True
    assert (await world.nobody.call("POST", "user_auth/recovery", {"reset_id": token})).status_code == 404
    ann = type(world.customer)(world.http, world.customer.account_id, user["id"], entered["auth_token"])
    await ann.put(f"accounts/{{A}}/users/{user['id']}/password", {"password": "remembered-password"})
    await world.login(world.customer.realm, "ann", "remembered-password")
    # Every other session is over, the link's own too: the answer brought a new token.
    for client in (old, ann):
        assert (await client.call("GET", f"accounts/{{A}}/users/{user['id']}")).status_code == 401
    # A second request within a minute writes no second mail; nothing is left of what was typed.
    await world.nobody.put("user_auth/recovery", {"username": "ann", "account_name": "customer"})
    for _ in range(100):
        if not await db.fetch("select 1 from recovery_requests"):
            break
        await asyncio.sleep(0.1)
    assert await db.fetch("select 1 from recovery_requests") == []
    assert len(mailbox.got) == 1


async def test_A10_a_session_left_open_does_not_change_the_password_without_the_old_one(world):
    user = await world.user(world.customer, "plain")
    mine = f"accounts/{{A}}/users/{user.user_id}/password"
    missing = await user.call("PUT", mine, {"password": "quite-new-password"})
    assert missing.json()["data"]["current"]["required"]
    wrong = await user.call("PUT", mine, {"password": "quite-new-password", "current": "guess"})
    assert wrong.status_code == 403
    answer = await user.call("PUT", mine, {"password": "quite-new-password", "current": user.password})
    fresh = type(user)(world.http, user.account_id, user.user_id, answer.json()["auth_token"])
    assert (await fresh.get(f"accounts/{{A}}/users/{user.user_id}"))["first_name"] == "plain"
    assert (await user.call("GET", f"accounts/{{A}}/users/{user.user_id}")).status_code == 401
    other = f"accounts/{{A}}/users/{world.customer.user_id}/password"
    assert (await fresh.call("PUT", other, {"password": "quite-new-password"})).status_code == 403
    foreign = f"accounts/{user.account_id}/users/{user.user_id}/password"
    assert (await world.customer.call("PUT", foreign, {"password": "quite-new-password"})).status_code == 403


async def test_A9_a_phone_app_gets_its_own_credentials_once(world):
    user = await world.user(world.customer, "plain")
    place = f"accounts/{{A}}/users/{user.user_id}/softphone"
    made = await user.put(place, {})
    assert made["qr"].startswith("<svg")
    assert made["link"] == f"linphone-config:{made['url']}"
    path = made["url"].split("/v2/")[1]
    first = await world.nobody.call("GET", path)
    assert first.headers["content-type"].startswith("application/xml")
    entries = {
        entry.get("name"): entry.text for entry in ElementTree.fromstring(first.text).iter() if entry.get("name")
    }
    device = await world.customer.get(f"accounts/{{A}}/devices/{made['device_id']}")
    assert device["owner_id"] == user.user_id
    assert entries["username"] == device["sip"]["username"] == made["manual"]["username"]
    assert device["sip"]["password"] not in first.text
    assert (await world.nobody.call("GET", path)).status_code == 200, "apps fetch twice"
    with psycopg.connect(world.db.dsn) as later:
        later.execute("select set_config('qvoice.account', %s, true)", [user.account_id])
        later.execute("update app_links set fetched = now() - interval '2 minutes'")
    assert (await world.nobody.call("GET", path)).status_code == 404
    # A link nobody fetched is replaced, and its device used again; a fetched one stays somebody's phone.
    second = await user.put(place, {})
    third = await user.put(place, {})
    assert second["device_id"] == third["device_id"] != made["device_id"]
    assert (await world.nobody.call("GET", second["url"].split("/v2/")[1])).status_code == 404
    other = f"accounts/{{A}}/users/{world.customer.user_id}/softphone"
    assert (await user.call("PUT", other, {})).status_code in (403, 404)
