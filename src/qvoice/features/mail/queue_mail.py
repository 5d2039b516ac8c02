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
_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
    r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)
"""What browsers take for one (HTML, "valid e-mail address"): ASCII, so safe in any header."""


@lru_cache(maxsize=1)
def _templates() -> jinja2.Environment:
    # Plain text: nothing to escape. A template that names what it was not given is an error, not an empty line.
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        autoescape=False,
        keep_trailing_newline=True,
    )


def address(value: str) -> str:
    """Return a mail address that is safe in a header; raises Invalid saying what is wrong."""
    plain = value.strip()
    if len(plain) > 254 or not _ADDRESS.fullmatch(plain):
        raise Invalid.field("email", "format", f"{plain[:80]!r} is not an e-mail address.")
    return plain


def written(kind: str, language: str, facts: Mapping[str, Any]) -> tuple[str, str]:
    """Return (subject, body) of the template `kind` in the language (English when there is none)."""
    base = language[:2].lower()
    name = f"{kind}.{base if base in LANGUAGES else 'en'}.txt"
    subject, _, body = _templates().get_template(name).render(facts).partition("\n")
    return " ".join(subject.removeprefix("Subject:").split())[:200], body.lstrip("\n")


async def queue_mail(
    session: AsyncSession,
    *,
    kind: str,
    to: Sequence[str],
    language: str,
    facts: Mapping[str, Any],
    attachments: Sequence[tuple[str, str]] = (),
) -> list[str]:
    """Write one mail for each address (`attachments`: blob id and file name); return the mails' ids.

    An address that is none is passed over: who is told must not depend on a typing error beside it. It is written down
    as a mail that failed, where the administrator sees it.
    """
    scope = session.info["scope"]
    subject, body = written(kind, language, facts)
    ids: list[str] = []
    for recipient in list(dict.fromkeys(to))[:MAX_RECIPIENTS]:
        problem = ""
        try:
            recipient = address(recipient)
        except Invalid as refused:
            problem = refused.message
        mail_id = uuid.uuid4().hex
        await session.execute(
            text(
                "insert into mails (id, account_id, kind, recipient, subject, body, attachments, state, problem)"
                " values (:id, :account, :kind, :to, :subject, :body, cast(:files as jsonb), :state, :problem)"
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
            },
        )
        ids.append(mail_id)
        if not problem:
            await defer(session, DELIVER, account_id=scope.account_id, path=scope.path, mail_id=mail_id)
    return ids
