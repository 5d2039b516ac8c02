"""Write a mail into the transaction of what it tells about; the worker delivers it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2
import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.db.queue import defer
from qvoice.kit.errors import Invalid

TEMPLATES = Path(__file__).parent / "templates"
DELIVER = "mail.deliver"
MAX_RECIPIENTS = 50
LANGUAGES = ("en", "fr")
LINK = "[[login-link]]"
"""Stands in a stored mail for a link that logs in; only the delivered mail has the link (features/invitations)."""
PLACEHOLDER = re.compile(r"\{\{\s*([a-z_]{1,40})\s*\}\}")
"""What an account's own text may say for a fact. Names only: no logic, so a text cannot do anything but be read."""
_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
    r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)
"""What browsers take for one (HTML, "valid e-mail address"): ASCII, so safe in any header."""


@lru_cache(maxsize=1)
def environment() -> jinja2.Environment:
    """Return where our own templates are found."""
    # Plain text: nothing to escape. A template that names what it was not given is an error, not an empty line.
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        autoescape=False,
        keep_trailing_newline=True,
    )


def is_address(value: str) -> bool:
    """Tell whether a mail can be sent to this address."""
    return len(value) <= 254 and _ADDRESS.fullmatch(value) is not None


def address(value: str) -> str:
    """Return a mail address that is safe in a header; raises Invalid saying what is wrong."""
    plain = value.strip()
    if not is_address(plain):
        raise Invalid.field("email", "format", f"{plain[:80]!r} is not an e-mail address.")
    return plain


def written(kind: str, language: str, facts: Mapping[str, Any]) -> tuple[str, str]:
    """Return (subject, body) of the template `kind` in the language (English when there is none)."""
    name = f"{kind}.{base_of(language)}.txt"
    subject, _, body = environment().get_template(name).render(facts).partition("\n")
    return one_line(subject.removeprefix("Subject:")), body.lstrip("\n")


def base_of(language: str) -> str:
    """Return the language of ours that a reader of `language` gets: `en` or `fr`."""
    base = language[:2].lower()
    return base if base in LANGUAGES else "en"


def one_line(subject: str) -> str:
    """Return a subject that is one line of bearable length."""
    return " ".join(subject.split())[:200]


def filled(words: str, facts: Mapping[str, Any]) -> str:
    """Return an account's own text with its `{{ names }}` filled in; a name that is no fact stays empty."""
    return PLACEHOLDER.sub(lambda match: str(facts.get(match[1], "")), words)


async def worded(session: AsyncSession, kind: str, language: str, facts: Mapping[str, Any]) -> tuple[str, str]:
    """As `written`, in the words of the session's account, or of the nearest account above that has its own."""
    rows = await session.execute(
        text("select subject, body from mail_template(cast(:account as uuid), :kind, :language)"),
        {"account": session.info["scope"].account_id, "kind": kind, "language": base_of(language)},
    )
    own = rows.first()
    if own is None:
        return written(kind, language, facts)
    return one_line(filled(own.subject, facts)), filled(own.body, facts)


async def queue_mail(
    session: AsyncSession,
    *,
    kind: str,
    to: Sequence[str],
    language: str,
    facts: Mapping[str, Any],
    attachments: Sequence[tuple[str, str]] = (),
    login_link: str | None = None,
) -> list[str]:
    """Write one mail for each address (`attachments`: blob id and file name); return the mails' ids.

    `login_link`: id of the link that stands where the text says LINK.

    An address that is none is passed over: who is told must not depend on a typing error beside it. It is written down
    as a mail that failed, where the administrator sees it.
    """
    scope = session.info["scope"]
    subject, body = await worded(session, kind, language, facts)
    ids: list[str] = []
    for recipient in list(dict.fromkeys(to))[:MAX_RECIPIENTS]:
        problem = ""
        try:
            recipient = address(recipient)
        except Invalid:
            problem = f"{recipient[:80]!r} is not an e-mail address."
        mail_id = uuid.uuid4().hex
        await session.execute(
            text(
                "insert into mails (id, account_id, kind, recipient, subject, body, attachments, state, problem,"
                " login_link) values (:id, :account, :kind, :to, :subject, :body, cast(:files as jsonb), :state,"
                " :problem, :link)"
            ),
            {
                "id": mail_id,
                "account": scope.account_id,
                "kind": kind,
                "to": recipient[:254],
                "subject": subject,
                "body": body,
                "files": msgspec.json.encode([{"blob": blob, "name": name} for blob, name in attachments]).decode(),
                "state": "failed" if problem else "queued",
                "problem": problem,
                "link": login_link,
            },
        )
        ids.append(mail_id)
        if not problem:
            await defer(session, DELIVER, account_id=scope.account_id, path=scope.path, mail_id=mail_id)
    return ids
