"""Mailing a credit note as it is written: the PDF, to whom invoices are mailed."""

from __future__ import annotations

from sqlalchemy import text as sql

from qvoice.db import Database, Scope
from qvoice.db.queue import Task
from qvoice.features import documents
from qvoice.features.credit_notes import paper, read
from qvoice.features.credit_notes.write import MAIL
from qvoice.features.mail.queue_mail import queue_mail
from qvoice.features.mail.recipients import for_money, wants
from qvoice.features.media import blobs
from qvoice.kit import log, money
from qvoice.kit.settings import Settings


async def mail(db: Database, settings: Settings, *, account_id: str, path: str, note_id: str) -> None:
    """Mail a credit note once, however often it is tried."""
    async with db.tx(Scope(account_id, path)) as s:
        account = await documents.load(s, "accounts", account_id)
        to = await for_money(s, account.doc, "invoice") if wants(account.doc, "invoice") else []
        if not to:
            log.get().info("credit_notes.nobody_to_mail", account=account_id)
            return
        first = await s.execute(
            sql(
                "insert into credit_note_mails (note_id, account_id) values (cast(:id as uuid), cast(:account as uuid))"
                " on conflict do nothing returning 1"
            ),
            {"id": note_id, "account": account_id},
        )
        if first.first() is None:
            return
        row = await read.load(s, note_id)
        note = read.whole(row)
        provider = await s.execute(sql("select invoice_provider_name(cast(:id as uuid))"), {"id": row.invoice_id.hex})
        language = str(account.doc.get("language") or "en")
        made = paper.pdf(note, provider=provider.scalar() or "", language=language)
        await queue_mail(
            s,
            kind="credit_note",
            to=to,
            language=language,
            facts={
                "account": str(account.doc.get("name") or ""),
                "number": str(note["number"]),
                "invoice": str(note["invoice_number"]),
                "amount": money.words(row.amount, row.currency),
                "reason": note["reason"],
            },
            attachments=[(await blobs.store(s, made, content_type="application/pdf"), f"credit-note-{row.number}.pdf")],
        )


TASKS = [Task(MAIL, mail)]
