"""A credit note on paper (PDF) and as a table (CSV)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from qvoice.features.invoices.letter import RIGHT, Sender, begin, end, shown, words_of
from qvoice.features.invoices.pdf import MARGIN, wrapped

_WORDS = {
    "en": {
        "note": "Credit note", "invoice": "On invoice", "reason": "Reason", "part": "Part of the invoice",
        "total": "Given back",
    },
    "fr": {
        "note": "Note de crédit", "invoice": "Sur la facture", "reason": "Motif", "part": "Partie de la facture",
        "total": "Montant crédité",
    },
}  # fmt: skip
CSV_COLUMNS = ("number", "invoice_number", "issuer", "issued", "line", "text", "amount", "currency")


def pdf(note: dict[str, Any], sender: Sender, language: str) -> bytes:
    """Return the note as a PDF in the account's language."""
    words = words_of(_WORDS, language)
    title = f"{words['note']} {note['label']}"
    paper = begin(
        title, sender, words,
        (words["for"], note["account"]["name"]), ("", note["account"]["address"]),
        (words["invoice"], note["invoice_label"]), (words["issued"], note["issued"]),
        (words["reason"], note["reason"]), (words["in"], note["currency"]),
    )  # fmt: skip
    for line in note["lines"]:
        for at, part in enumerate(wrapped(str(line["text"] or words["part"]), RIGHT - MARGIN - 90)):
            paper.text(MARGIN, part)
            if not at:
                paper.text(RIGHT, shown(Decimal(line["amount"]), language), right=True)
            paper.down()
    paper.rule()
    paper.down(18)
    paper.text(MARGIN, words["total"], bold=True, size=11)
    paper.text(RIGHT, shown(Decimal(str(note["amount"])), language), right=True, bold=True, size=11)
    end(paper, sender)
    return paper.bytes(title)


def table(note: dict[str, Any], sender: Sender, language: str) -> list[dict[str, Any]]:
    """Return the note's lines as rows of a CSV; their amounts add up to the note's, exactly."""
    part = words_of(_WORDS, language)["part"]
    given = {"number": note["label"], "invoice_number": note["invoice_label"], "issued": note["issued"],
             "issuer": sender.issuer.get("name"), "currency": note["currency"]}  # fmt: skip
    return [{**line, **given, "text": line["text"] or part} for line in note["lines"]]
