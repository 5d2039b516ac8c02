"""Mail goes out by a real SMTP server, with the change that caused it, and its fate is written down."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP
from sqlalchemy import text
from tests.fixtures.tenants import make_account

from qvoice.db import Database, Scope
from qvoice.db.queue import run_worker, worker_app
from qvoice.features.mail.jobs import TASKS
from qvoice.features.mail.queue_mail import address, queue_mail, written
from qvoice.kit.errors import Invalid
from qvoice.kit.settings import Settings, load

FACTS = {"caller": "Ann Lee", "dialled": "1000", "when": "Friday 10:00"}


@dataclass
class Mailbox:
    """A mail server that keeps what it takes; `answers` are given first, one for each mail."""

    got: list[Any] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        answer = self.answers.pop(0) if self.answers else "250 taken"
        if answer.startswith("250"):
            self.got.append(message_from_bytes(envelope.content, policy=policy.default))
        return answer


@pytest.fixture
def mailbox():
    return Mailbox()


@pytest.fixture
async def settings(mailbox: Mailbox, tmp_path: Path) -> AsyncIterator[Settings]:
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(mailbox), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    environ = {"QVOICE_MAIL_HOST": "127.0.0.1", "QVOICE_MAIL_PORT": str(port), "QVOICE_MAIL_SECURITY": "none"}
    yield load(tmp_path, environ=environ | {"QVOICE_MAIL_SENDER": "qvoice@provider.example"})
    server.close()


@pytest.fixture
def acme(database) -> Scope:
    return make_account(database, None, "Acme")


@pytest.fixture
async def worker(database, db: Database, settings: Settings) -> AsyncIterator[None]:
    running = asyncio.create_task(run_worker(worker_app(database.app_url, TASKS, db, settings)))
    yield
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def states(db: Database, scope: Scope) -> list[tuple[str, str, str]]:
    rows = await db.fetch("select recipient, state, problem from mails order by recipient", scope=scope)
    return [(row.recipient, row.state, row.problem) for row in rows]


async def settled(db: Database, scope: Scope, *wanted: str) -> list[tuple[str, str, str]]:
    for _ in range(150):
        found = await states(db, scope)
        if sorted(state for _, state, _ in found) == sorted(wanted):
            return found
        await asyncio.sleep(0.1)
    raise AssertionError(f"mails never became {wanted}: {found}")


async def send(db: Database, scope: Scope, *to: str, language: str = "en-us") -> None:
    async with db.tx(scope) as session:
        await queue_mail(session, kind="missed_call", to=to, language=language, facts=FACTS)


@pytest.mark.db
@pytest.mark.anyio
async def test_D7_a_mail_reaches_the_server_in_the_readers_language(db, acme, mailbox, worker):
    await send(db, acme, "ann@acme.example", language="fr-ca")
    await settled(db, acme, "sent")
    [mail] = mailbox.got
    assert (mail["To"], mail["From"]) == ("ann@acme.example", "qvoice@provider.example")
    assert mail["Subject"] == "Appel manqué de Ann Lee"
    assert "Friday 10:00" in mail.get_content()


@pytest.mark.db
@pytest.mark.anyio
async def test_D7_no_change_no_mail(db, acme, mailbox, worker):
    async def failing() -> None:
        async with db.tx(acme) as session:
            await queue_mail(session, kind="missed_call", to=["ann@acme.example"], language="en", facts=FACTS)
            raise RuntimeError("the change failed")

    with pytest.raises(RuntimeError):
        await failing()
    await send(db, acme, "bob@acme.example")
    await settled(db, acme, "sent")
    assert [mail["To"] for mail in mailbox.got] == ["bob@acme.example"]


@pytest.mark.db
@pytest.mark.anyio
async def test_D7_a_refusal_for_good_is_told_and_a_passing_one_is_tried_again(db, acme, mailbox, worker):
    mailbox.answers = ["451 try later"]
    await send(db, acme, "ann@acme.example")
    for _ in range(100):
        if (await states(db, acme))[0][2]:
            break
        await asyncio.sleep(0.1)
    [(_, state, problem)] = await states(db, acme)
    assert (state, "451" in problem) == ("queued", True)
    mailbox.answers = ["550 no such person"]
    await send(db, acme, "bob@acme.example", "not an address")
    found = await settled(db, acme, "failed", "failed", "sent")
    assert {(to, state) for to, state, _ in found} == {
        ("ann@acme.example", "sent"), ("bob@acme.example", "failed"), ("not an address", "failed"),
    }  # fmt: skip
    assert "550" in next(problem for to, _, problem in found if to.startswith("bob"))


@pytest.mark.db
@pytest.mark.anyio
async def test_no_tenant_sees_anothers_mail(database, db, acme):
    await send(db, acme, "ann@acme.example")
    globex = make_account(database, acme, "Globex")
    async with db.tx(globex) as session:
        assert (await session.execute(text("select count(*) from mails"))).scalar_one() == 0


@pytest.mark.parametrize("bad", ["", "ann", "ann@x\r\nBcc: all@y", "<ann@x>", "a b@x", "ann@x,bob@y"])
def test_what_is_no_address_is_refused(bad: str) -> None:
    with pytest.raises(Invalid):
        address(bad)


def test_a_caller_cannot_write_headers() -> None:
    subject, body = written("missed_call", "en", FACTS | {"caller": "x\r\nBcc: all@y.example"})
    assert subject == "Missed call from x"
    assert "\n" not in subject
    assert "Bcc" in body
