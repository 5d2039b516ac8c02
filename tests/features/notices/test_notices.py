"""What flows tell: mails to users in their language and clock, web addresses that lie outside (D7)."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text
from tests.fixtures.tenants import make_account

from qvoice.db.queue import GiveUp, run_worker, worker_app
from qvoice.features.documents import store
from qvoice.features.notices import hook
from qvoice.features.notices.jobs import TASKS
from qvoice.features.notices.send import notify
from qvoice.kit.settings import load

pytestmark = [pytest.mark.db, pytest.mark.anyio]
NOW = datetime(2026, 7, 1, 16, 0, tzinfo=UTC)


async def test_D7_a_missed_call_is_mailed_to_users_in_their_language_and_clock(db, database):
    acme = make_account(database, None, "Acme")
    facts = {"caller_id_number": "+14165550199", "caller_id_name": "Ann\r\nBcc: x", "dialled": "1000"}
    async with db.tx(acme) as session:
        people = {"first_name": "Luc", "last_name": "B", "email": "luc@acme.example"}
        user = await store.create(session, "users", {**people, "language": "fr-ca", "timezone": "America/Vancouver"})
        silent = await store.create(session, "users", {"first_name": "No", "last_name": "Mail"})
        to = [user.id, silent.id, "f" * 32, "desk@acme.example", "luc@acme.example"]
        assert await notify(session, "missed_call", to, facts, now=NOW) == ["luc@acme.example", "desk@acme.example"]
        mails = list(await session.execute(text("select * from mails order by recipient desc")))
    assert [mail.recipient for mail in mails] == ["luc@acme.example", "desk@acme.example"]
    assert "manqué" in mails[0].subject
    assert "\n" not in mails[0].subject
    assert "2026-07-01 09:00" in mails[0].body


class Web:
    """A web server that keeps what it is asked, and answers with `statuses` in turn, then 200."""

    def __init__(self) -> None:
        self.got: list[str] = []
        self.statuses: list[int] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next((int(line[15:]) for line in head.splitlines() if line.lower().startswith("content-length:")), 0)
        self.got.append(head + (await reader.readexactly(length)).decode())
        status = self.statuses.pop(0) if self.statuses else 200
        writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()


async def call(url: str, tmp_path, *, verb: str = "post", retries: int = 0, private: str = "1", db=None) -> None:
    settings = load(tmp_path, environ={"QVOICE_NETWORK_WEBHOOKS_PRIVATE": private})
    body: dict[str, Any] = {"call_id": "c", "custom_data": {"a": 1}}
    await hook.call_web(db, settings, account_id="a", url=url, verb=verb, retries=retries, body=body)


async def test_D7_a_webhook_posts_the_facts_and_tries_again_by_another_job(tmp_path, monkeypatch, db, database):
    monkeypatch.setattr(hook, "PAUSES", (0.0, 0.0))
    web = Web()
    web.statuses = [500]
    async with await asyncio.start_server(web.serve, "127.0.0.1", 0) as server:
        url = f"http://localhost:{server.sockets[0].getsockname()[1]}/x?y=1"
        await call(url, tmp_path, retries=1, db=db)
        assert len(web.got) == 1  # no worker waits for the second try
        settings = load(tmp_path, environ={"QVOICE_NETWORK_WEBHOOKS_PRIVATE": "1"})
        worker = asyncio.create_task(run_worker(worker_app(database.app_url, TASKS, db, settings), queue="web"))
        for _ in range(200):
            if len(web.got) == 2:
                break
            await asyncio.sleep(0.05)
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
        await call(url, tmp_path, verb="get")
    assert len(web.got) == 3
    assert json.loads(web.got[1].partition("\r\n\r\n")[2])["custom_data"] == {"a": 1}
    assert "host: localhost" in web.got[1].lower()
    assert "call_id=c" in web.got[2].splitlines()[0]


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/", "http://localhost/", "http://[::1]/", "http://10.0.0.1/", "ftp://a/"]
)
async def test_D7_a_webhook_never_reaches_inside(url, tmp_path):
    with pytest.raises(GiveUp):
        await call(url, tmp_path, private="0")
