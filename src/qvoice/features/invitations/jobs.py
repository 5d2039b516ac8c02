"""What the worker does for links: write the mails of many at once, send text messages, answer forgotten passwords."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text

from qvoice.db import Database, Scope
from qvoice.db.queue import Backoff, GiveUp, Task
from qvoice.features import documents
from qvoice.features.auth.tokens import TokenKey
from qvoice.features.invitations import invite, links, sms
from qvoice.features.invitations.recovery import ANSWER
from qvoice.features.invitations.recovery import answer as answer_recovery
from qvoice.features.mail.queue_mail import written
from qvoice.kit.settings import Settings

KEEP_DAYS = 90


async def prepare(db: Database, settings: Settings, *, account_id: str, path: str) -> None:
    """Write the mails of all links that wait, a batch at a time: what is done stays done when we are stopped."""
    scope = Scope(account_id, path)
    while True:
        async with db.tx(scope) as s:
            waiting = await s.execute(
                text(
                    "select id from login_links where account_id = :account and prepared is null and revoked is null"
                    " order by created, id limit :most for update skip locked"
                ),
                {"account": account_id, "most": invite.BATCH},
            )
            found = [row.id.hex for row in waiting]
            await invite.prepare(s, found)
        if len(found) < invite.BATCH:
            return


async def send_sms(db: Database, settings: Settings, *, account_id: str, path: str, link_id: str) -> None:
    """Send a link as a text message, and write down what became of it."""
    scope, key = Scope(account_id, path), key_of(settings)
    async with db.tx(scope) as s:
        row = (
            await s.execute(
                text(
                    "select user_id, kind, recipient, revoked from login_links where id = :id and sent is null"
                    " and used is null"
                ),
                {"id": link_id},
            )
        ).one_or_none()
        if row is None or row.revoked:
            return
        user = await documents.get(s, "users", row.user_id.hex)
        account = await documents.load(s, "accounts", account_id)
        if user is None:
            return
        url = address(settings, await links.token_of(s, key, link_id))
        language = user.doc.get("language") or account.doc.get("language") or "en"
        facts = {**invite.facts(user.doc, account.doc, row.kind), "link": url}
        _, words = written("invitation_sms", language, facts)
    problem, final = "", True
    try:
        await sms.sender(settings).send(row.recipient, words.strip(), link_id)
    except sms.Refused as refused:
        problem = str(refused)
    except sms.NotTaken as not_taken:
        problem, final = str(not_taken), False
    async with db.tx(scope) as s:
        await s.execute(
            text(
                "update login_links set problem = :problem,"
                " sent = case when :problem = '' then now() end where id = :id"
            ),
            {"id": link_id, "problem": problem[:500]},
        )
    if problem:
        raise GiveUp(problem) if final else sms.NotTaken(problem)


def address(settings: Settings, token: str) -> str:
    """Return the link as people get it."""
    return f"{settings.portal_url}/welcome/{token}"


def key_of(settings: Settings) -> TokenKey:
    """Return the installation's token key."""
    return TokenKey(Path(settings.secrets / "token-key").read_text().strip())


async def _forget(db: Database, settings: Settings) -> None:
    await db.fetch("select login_links_forget(:days)", {"days": KEEP_DAYS})
    await db.fetch("select sign_in_forget(:days)", {"days": KEEP_DAYS})


TASKS = [
    Task(invite.PREPARE, prepare, Backoff(first=5, longest=300, tries=40)),
    Task(invite.SEND_SMS, send_sms, Backoff(first=10, longest=1800, tries=8)),
    Task(ANSWER, answer_recovery, Backoff(first=5, longest=60, tries=5)),
]
PERIODIC = [(3600.0, _forget)]
