"""Mailing an invoice as it is issued: the PDF to the addresses that the account names for it, else to its
administrators.
"""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import text as sql

from qvoice.db import Database, Scope
from qvoice.db.queue import Task
from qvoice.features import documents
from qvoice.features.invoices import paper
from qvoice.features.invoices.api import load, whole
from qvoice.features.invoices.issue import MAIL
from qvoice.features.mail.queue_mail import queue_mail
from qvoice.features.mail.recipients import for_money, wants
from qvoice.features.media import blobs
from qvoice.kit import log, money
from qvoice.kit.settings import Settings


async def mail(db: Database, settings: Settings, *, account_id: str, path: str, invoice_id: str) -> None:
    """Mail an invoice once, however often it is tried."""
    async with db.tx(Scope(account_id, path)) as s:
        account = await documents.load(s, "accounts", account_id)
        to = await for_money(s, account.doc, "invoice") if wants(account.doc, "invoice") else []
        if not to:
            log.get().info("invoices.nobody_to_mail", account=account_id)
            return
        first = await s.execute(
            sql(
                "insert into invoice_mails (invoice_id, account_id) values (cast(:id as uuid), cast(:account as uuid))"
                " on conflict do nothing returning 1"
            ),
            {"id": invoice_id, "account": account_id},
        )
        if first.first() is None:
            return
        invoice = whole(await load(s, invoice_id))
        provider = await s.execute(sql("select invoice_provider_name(cast(:id as uuid))"), {"id": invoice_id})
        language = str(account.doc.get("language") or "en")
        made = paper.pdf(invoice, provider=provider.scalar() or "", language=language)
        blob = await blobs.store(s, made, content_type="application/pdf")
        due = max(-Decimal(str(invoice["closing"])), money.ZERO)
        await queue_mail(
            s,
            kind="invoice",
            to=to,
            language=language,
            facts={
                "account": str(account.doc.get("name") or ""),
                "number": str(invoice["number"]),
                "period": f"{invoice['period']['start']} – {invoice['period']['end']}",
                "amount": money.words(money.cents(due), invoice["currency"]),
            },
            attachments=[(blob, f"invoice-{invoice['number']}.pdf")],
        )


TASKS = [Task(MAIL, mail)]
