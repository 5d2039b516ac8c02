"""Hand a mail to the mail server, and write down what became of it."""

from __future__ import annotations

import email.policy
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

import aiosmtplib
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.db.engine import Database, Scope
from qvoice.db.queue import GiveUp
from qvoice.features.mail.queue_mail import LINK
from qvoice.features.media import blobs
from qvoice.features.media.convert import Converter, store_image
from qvoice.kit import log
from qvoice.kit.clock import utcnow
from qvoice.kit.errors import NotFound
from qvoice.kit.settings import Mail, Settings

TIMEOUT = 30.0


class NotTaken(Exception):
    """The mail server did not take the mail this time."""


def message(row: Any, files: list[tuple[str, str, bytes]], *, sender: str, link: str = "") -> EmailMessage:
    """Build the mail, `link` in its place. Its Message-ID is its own id: a mail delivered twice is seen as one."""
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, row.recipient, row.subject
    mail["Date"] = format_datetime(row.created)
    mail["Message-ID"] = f"<{row.id.hex}@{sender.rpartition('@')[2] or 'localhost'}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: keeps holiday responders quiet
    mail.set_content(row.body.replace(LINK, link))
    for name, kind, data in files:
        main, _, sub = kind.partition("/")
        mail.add_attachment(data, maintype=main or "application", subtype=sub or "octet-stream", filename=name)
    return mail


async def deliver(db: Database, settings: Settings, *, account_id: str, path: str, mail_id: str) -> None:
    """Deliver one mail. Raises NotTaken to be tried again, GiveUp when the server refused it for good."""
    scope = Scope(account_id, path)
    async with db.tx(scope) as session:
        row = (
            await session.execute(text("select * from mails where id = :id and state = 'queued'"), {"id": mail_id})
        ).one_or_none()
        if row is None:
            return
        link, gone = "", ""
        if row.login_link is not None:
            link, gone = await _link(session, settings, row.login_link.hex)
        try:
            files = [(one["name"], await blobs.read(session, one["blob"])) for one in row.attachments]
        except NotFound:
            files, gone = [], "What was to be attached has been deleted meanwhile."
    if gone:
        problem, final = gone, True
    else:
        attached = [await _attachment(settings, name, data) for name, data in files]
        problem, final = await _send(message(row, attached, sender=sender_of(settings), link=link), settings)
    state = "sent" if not problem else "failed" if final else "queued"
    async with db.tx(scope) as session:
        await session.execute(
            text(
                "update mails set state = :state, problem = :problem, attempts = attempts + 1, changed = :now"
                " where id = :id"
            ),
            {"id": mail_id, "state": state, "problem": problem[:500], "now": utcnow()},
        )
    if problem:
        log.get().warning("mail.not_sent", account=account_id, mail=mail_id, problem=problem, final=final)
        raise GiveUp(problem) if final else NotTaken(problem)


async def _link(session: AsyncSession, settings: Settings, link_id: str) -> tuple[str, str]:
    """Return (the link as people click it, ""), or ("", why it is of no use any more)."""
    from qvoice.features.invitations import jobs, links  # imported late: invitations write mails

    if not await links.is_open(session, link_id):
        return "", "The link in this mail was used, taken back or replaced before the mail could be sent."
    return jobs.address(settings, await links.token_of(session, jobs.key_of(settings), link_id)), ""


async def _attachment(settings: Settings, name: str, data: bytes) -> tuple[str, str, bytes]:
    """Return (name, type, bytes): stored audio is WAV, and goes out as what its name says; papers are as they are."""
    if name.endswith(".pdf"):
        return name, "application/pdf", data
    if not name.endswith(".mp3"):
        return name, "audio/x-wav", data
    converter = Converter(store_image(settings.data), settings.data / "run" / "audio")
    return name, "audio/mpeg", await converter.mp3(data)


def sender_of(settings: Settings) -> str:
    """Return the address our mail comes from."""
    return settings.mail.sender or f"qvoice@{settings.network.advertised}"


async def _send(mail: EmailMessage, settings: Settings) -> tuple[str, bool]:
    """Return ('', _) when the server took it; else what is wrong, and whether for good."""
    relay = settings.mail
    if not relay.host:
        return "No mail server is set: [mail] host in qvoice.toml.", False
    try:
        await aiosmtplib.send(
            mail,
            hostname=relay.host,
            port=relay.port,
            use_tls=relay.security == "tls",
            start_tls=relay.security == "starttls",
            username=relay.user or None,
            password=_password(settings, relay),
            timeout=TIMEOUT,
        )
    except aiosmtplib.SMTPRecipientsRefused as refused:
        first = refused.recipients[0]
        return f"{first.code} {first.message}", first.code >= 500
    except aiosmtplib.SMTPResponseException as refused:
        # What the server says of our login or itself is for the operator to mend; of this mail's content, final.
        final = refused.code >= 500 and not isinstance(refused, aiosmtplib.SMTPAuthenticationError)
        return f"{refused.code} {refused.message}", final
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as away:
        return f"{relay.host}:{relay.port}: {away or type(away).__name__}", False
    return "", False


def _password(settings: Settings, relay: Mail) -> str | None:
    return settings.secret("mail-password") if relay.user else None
