"""Mailing an invoice as it is issued: the PDF to the addresses that the account names for it, else to its
administrators.
"""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.db import Database, Scope
from qvoice.db.queue import Task
from qvoice.features.invoices import letter, paper
from qvoice.features.invoices.api import load, whole
from qvoice.features.invoices.issue import MAIL
from qvoice.kit import money
from qvoice.kit.settings import Settings


async def mail(db: Database, settings: Settings, *, account_id: str, path: str, invoice_id: str) -> None:
    """Mail an invoice once, however often it is tried."""

    async def make(s: AsyncSession, language: str) -> letter.Written:
        invoice = whole(await load(s, invoice_id))
        sender = await letter.sender(s, invoice, invoice_id)
        due = money.cents(max(-Decimal(str(invoice["closing"])), money.ZERO))
        facts = {
            "issuer": str(sender.issuer["name"]),
            "number": invoice["label"],
            "period": f"{invoice['period']['start']} – {invoice['period']['end']}",
            "amount": money.words(due, invoice["currency"], language),
            "due": str(invoice.get("due") or "") if due else "",
        }
        name = letter.file_name("invoice", invoice["label"])
        return letter.Written(facts, paper.pdf(invoice, sender, invoice.get("language") or language), name)

    await letter.mail_once(db, Scope(account_id, path), "invoice", invoice_id, make)


TASKS = [Task(MAIL, mail)]
