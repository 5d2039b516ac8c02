"""Mailing a credit note as it is written: the PDF, to whom invoices are mailed."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.db import Database, Scope
from qvoice.db.queue import Task
from qvoice.features.credit_notes import paper, read
from qvoice.features.credit_notes.write import MAIL
from qvoice.features.invoices import letter
from qvoice.kit import money
from qvoice.kit.settings import Settings


async def mail(db: Database, settings: Settings, *, account_id: str, path: str, note_id: str) -> None:
    """Mail a credit note once, however often it is tried."""

    async def make(s: AsyncSession, language: str) -> letter.Written:
        row = await read.load(s, note_id)
        note = read.whole(row)
        sender = await letter.sender(s, note, note["invoice_id"])
        facts = {
            "issuer": str(sender.issuer["name"]),
            "number": note["label"],
            "invoice": note["invoice_label"],
            "amount": money.words(row.amount, row.currency, language),
            "reason": note["reason"],
        }
        made = paper.pdf(note, sender, note.get("language") or language)
        return letter.Written(facts, made, letter.file_name("credit-note", note["label"]))

    await letter.mail_once(db, Scope(account_id, path), "credit_note", note_id, make)


TASKS = [Task(MAIL, mail)]
