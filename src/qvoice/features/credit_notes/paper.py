"""A credit note on paper (PDF) and as a table (CSV)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from qvoice.features.invoices.paper import facts, shown
from qvoice.features.invoices.pdf import MARGIN, WIDTH, Paper

_WORDS = {
    "en": {
        "note": "Credit note", "for": "For", "from": "From", "issued": "Issued", "invoice": "On invoice",
        "reason": "Reason", "in": "All amounts in", "what": "What", "amount": "Amount", "part": "Part of the invoice",
        "total": "Given back",
    },
    "fr": {
        "note": "Note de crédit", "for": "Pour", "from": "De", "issued": "Émise le", "invoice": "Sur la facture",
        "reason": "Motif", "in": "Tous les montants en", "what": "Objet", "amount": "Montant",
        "part": "Partie de la facture", "total": "Montant crédité",
    },
}  # fmt: skip
CSV_COLUMNS = ("number", "invoice_number", "line", "text", "amount", "currency")


def words_of(language: str) -> dict[str, str]:
    """Return the words of a language; English when we have none."""
    return _WORDS.get(language[:2], _WORDS["en"])


def pdf(note: dict[str, Any], *, provider: str, language: str) -> bytes:
    """Return the note as a PDF in the account's language."""
    words = words_of(language)
    paper, right = Paper(), WIDTH - MARGIN
    title = f"{words['note']} {note['number']}"
    paper.text(MARGIN, title, size=18, bold=True)
    paper.down(28)
    facts(
        paper,
        (words["from"], provider), (words["for"], note["account"]["name"]), ("", note["account"]["address"]),
        (words["invoice"], note["invoice_number"]), (words["issued"], note["issued"]),
        (words["reason"], note["reason"]), (words["in"], note["currency"]),
    )  # fmt: skip
    paper.down()
    paper.text(MARGIN, words["what"], bold=True)
    paper.text(right, words["amount"], bold=True, right=True)
    paper.rule()
    paper.down(18)
    for line in note["lines"]:
        paper.text(MARGIN, str(line["text"] or words["part"])[:95])
        paper.text(right, shown(Decimal(line["amount"])), right=True)
        paper.down()
    paper.rule()
    paper.down(18)
    paper.text(MARGIN, words["total"], bold=True, size=11)
    paper.text(right, shown(Decimal(str(note["amount"]))), right=True, bold=True, size=11)
    return paper.bytes(title)


def table(note: dict[str, Any], language: str) -> list[dict[str, Any]]:
    """Return the note's lines as rows of a CSV; their amounts add up to the note's, exactly."""
    part = words_of(language)["part"]
    given = {key: note[key] for key in ("number", "invoice_number", "currency")}
    return [{**line, **given, "text": line["text"] or part} for line in note["lines"]]
