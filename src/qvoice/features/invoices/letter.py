"""What invoices and credit notes have in common: who issues them at the top, terms below, the file, and the mail."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from fastapi import Response
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.db import Database, Scope
from qvoice.features.invoices.pdf import MARGIN, WIDTH, Paper
from qvoice.features.invoices.picture import Picture, picture
from qvoice.features.mail.queue_mail import queue_mail
from qvoice.features.mail.recipients import for_money, wants
from qvoice.features.media import blobs
from qvoice.kit import log, money

WORDS = {
    "en": {
        "for": "For", "from": "From", "issued": "Issued", "in": "All amounts in", "what": "What", "amount": "Amount",
    },
    "fr": {
        "for": "Pour", "from": "De", "issued": "Émise le", "in": "Tous les montants en", "what": "Objet",
        "amount": "Montant",
    },
}  # fmt: skip
RIGHT = WIDTH - MARGIN


@dataclass(frozen=True, slots=True)
class Sender:
    """Who issued a paper, and the logo, as they were then."""

    issuer: dict[str, Any]
    logo: Picture | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Written:
    """A paper to mail: the words for its mail, the file and its name."""

    facts: dict[str, str]
    pdf: bytes
    name: str


async def sender(s: AsyncSession, doc: dict[str, Any], invoice_id: str) -> Sender:
    """Return who issued a paper of the session's account: an invoice, or a credit note on it."""
    issuer = doc.get("issuer")
    if not issuer:  # written before issuers were kept
        found = await s.execute(sql("select invoice_provider_name(cast(:id as uuid))"), {"id": invoice_id})
        issuer = {"name": found.scalar() or ""}
    row = None
    if doc.get("logo") or "logo" not in doc:  # written before logos were kept: the one of when that began
        query = sql("select * from paper_logo(cast(:id as uuid), :logo)")
        row = (await s.execute(query, {"id": invoice_id, "logo": doc.get("logo")})).first()
    # Taking a picture apart may take a second: others go on meanwhile, and what was taken apart is kept.
    return Sender(issuer, await asyncio.to_thread(picture, row.kind, bytes(row.data)) if row else None)


def language_of(doc: dict[str, Any], account: Any) -> str:
    """Return the language that a paper was written in; the account's of today for those that say none."""
    return str(doc.get("language") or (account.language if account else "en"))


def words_of(own: dict[str, dict[str, str]], language: str) -> dict[str, str]:
    """Return the words of a language, with those of one kind of paper; English when we have none."""
    base = language[:2] if language[:2] in own else "en"
    return {**WORDS[base], **own[base]}


def shown(amount: Decimal, language: str) -> str:
    """Return an amount to the cent, or exactly when it has parts of cents."""
    return money.words(amount, "", language).strip()


def begin(title: str, sender: Sender, words: dict[str, str], *pairs: tuple[str, Any]) -> Paper:
    """Return a paper with its title, logo, issuer, other facts, and the heads of its two columns."""
    paper = Paper()
    if sender.logo:
        paper.picture(sender.logo)
    paper.text(MARGIN, title, size=18, bold=True)
    paper.down(44 if sender.logo else 28)
    facts(paper, (words["from"], issuer_lines(sender.issuer)))
    paper.down(6)
    facts(paper, *pairs)
    paper.down()
    paper.text(MARGIN, words["what"], bold=True)
    paper.text(RIGHT, words["amount"], bold=True, right=True)
    paper.rule()
    paper.down(18)
    return paper


def end(paper: Paper, sender: Sender) -> None:
    """Write the issuer's terms and last words."""
    paper.down(10)
    for name in ("terms", "footer"):
        if sender.issuer.get(name):
            paper.down(8)
            paper.block(MARGIN, str(sender.issuer[name]), size=8)


def issuer_lines(issuer: dict[str, Any]) -> list[str]:
    """Return what stands on a paper of its issuer: name, address, tax numbers, and how to reach it."""
    taxes = [f"{tax['name']} {tax['number']}" for tax in issuer.get("tax_numbers") or ()]
    reach = ", ".join(str(issuer[key]) for key in ("email", "phone", "website") if issuer.get(key))
    return [issuer.get("name") or "", *address_lines(issuer.get("address") or ""), *taxes, *([reach] if reach else [])]


def facts(paper: Paper, *pairs: tuple[str, Any]) -> None:
    """Write names and what they are, one below the other; nothing for what is empty, several lines for several."""
    for name, value in pairs:
        lines = value if isinstance(value, list) else address_lines(value)
        for at, line in enumerate(lines):
            paper.text(MARGIN, "" if at else name, bold=True)
            paper.block(MARGIN + 110, line)


def address_lines(value: Any) -> list[str]:
    """Return the lines of what somebody wrote as an address, whatever its shape, in its own order."""
    parts = value.values() if isinstance(value, dict) else [value]
    texts = [str(part) for part in parts if isinstance(part, str | int | float) and not isinstance(part, bool)]
    return [line.strip() for text in texts for line in text.split("\n") if line.strip()]


def file_name(kind: str, label: str) -> str:
    """Return the name of a paper's file, without its ending; a number may have slashes."""
    return f"{kind}-{re.sub(r'[^A-Za-z0-9._-]+', '-', label)}"


def answer(pdf: bytes, name: str) -> Response:
    """Return a paper as the answer to a request."""
    headers = {"content-disposition": f'attachment; filename="{name}.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=headers)


async def mail_once(
    db: Database, scope: Scope, kind: str, id: str, make: Callable[[AsyncSession, str], Awaitable[Written]]
) -> None:
    """Mail a paper once, however often it is tried, to whom the account wants invoices mailed.

    `kind`: `invoice` or `credit_note`, as its mail is called; `make`: what writes it in a language.
    """
    table, column = {"invoice": ("invoice_mails", "invoice_id"), "credit_note": ("credit_note_mails", "note_id")}[kind]
    async with db.tx(scope) as s:
        # A deleted account still gets its last invoice.
        query = sql("select doc from accounts where id = cast(:id as uuid)")
        account = (await s.execute(query, {"id": scope.account_id})).one()
        to = await for_money(s, account.doc, "invoice") if wants(account.doc, "invoice") else []
        if not to:
            log.get().info(f"{kind}.nobody_to_mail", account=scope.account_id)
            return
        first = await s.execute(
            sql(
                f"insert into {table} ({column}, account_id) values (cast(:id as uuid), cast(:account as uuid))"
                " on conflict do nothing returning 1"
            ),
            {"id": id, "account": scope.account_id},
        )
        if first.first() is None:
            return
        language = str(account.doc.get("language") or "en")
        made = await make(s, language)
        blob = await blobs.store(s, made.pdf, content_type="application/pdf")
        told = {"account": str(account.doc.get("name") or ""), **made.facts}
        await queue_mail(s, kind=kind, to=to, language=language, facts=told, attachments=[(blob, f"{made.name}.pdf")])
