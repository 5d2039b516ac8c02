"""Mail goes out by a real SMTP server, with the change that caused it, and its fate is written down."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text
from tests.fixtures.smtp import mail_settled, mail_states
from tests.fixtures.tenants import make_account

from qvoice.db import Database, Scope
from qvoice.features.mail.queue_mail import address, queue_mail, written
from qvoice.kit.errors import Invalid

FACTS = {"caller": "Ann Lee", "dialled": "1000", "when": "Friday 10:00"}


@pytest.fixture
def acme(database) -> Scope:
    return make_account(database, None, "Acme")


async def send(db: Database, scope: Scope, *to: str, language: str = "en-us") -> None:
    async with db.tx(scope) as session:
        await queue_mail(session, kind="missed_call", to=to, language=language, facts=FACTS)


@pytest.mark.db
@pytest.mark.anyio
async def test_D7_a_mail_reaches_the_server_in_the_readers_language(db, acme, mailbox, jobs_worker):
    await send(db, acme, "ann@acme.example", language="fr-ca")
    await mail_settled(db, acme, "sent")
    [mail] = mailbox.got
    assert (mail["To"], mail["From"]) == ("ann@acme.example", "qvoice@provider.example")
    assert mail["Subject"] == "Appel manqué de Ann Lee"
    assert "Friday 10:00" in mail.get_content()


@pytest.mark.db
@pytest.mark.anyio
async def test_D7_no_change_no_mail(db, acme, mailbox, jobs_worker):
    async def failing() -> None:
        async with db.tx(acme) as session:
            await queue_mail(session, kind="missed_call", to=["ann@acme.example"], language="en", facts=FACTS)
            raise RuntimeError("the change failed")

    with pytest.raises(RuntimeError):
        await failing()
    await send(db, acme, "bob@acme.example")
    await mail_settled(db, acme, "sent")
    assert [mail["To"] for mail in mailbox.got] == ["bob@acme.example"]


@pytest.mark.db
@pytest.mark.anyio
async def test_D7_a_refusal_for_good_is_told_and_a_passing_one_is_tried_again(db, acme, mailbox, jobs_worker):
    mailbox.answers = ["451 try later"]
    await send(db, acme, "ann@acme.example")
    for _ in range(100):
        if (await mail_states(db, acme))[0][2]:
            break
        await asyncio.sleep(0.1)
    [(_, state, problem)] = await mail_states(db, acme)
    assert (state, "451" in problem) == ("queued", True)
    mailbox.answers = ["550 no such person"]
    await send(db, acme, "bob@acme.example", "not an address")
    found = await mail_settled(db, acme, "failed", "failed", "sent")
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
