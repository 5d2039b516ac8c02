"""An invoice on paper (PDF) and as a table (CSV)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from qvoice.features.invoices.letter import RIGHT, Sender, begin, end, shown, words_of
from qvoice.features.invoices.pdf import MARGIN, wrapped
from qvoice.kit import money

_WORDS = {
    "en": {
        "invoice": "Invoice", "period": "Period", "opening": "Balance before", "closing": "Balance after",
        "charges": "Charges", "credits": "Payments and credits", "minutes": "min used of", "call": "call",
        "calls": "calls",
        "due": "Amount due", "by": "To be paid by",
    },
    "fr": {
        "invoice": "Facture", "period": "Période", "opening": "Solde avant", "closing": "Solde après",
        "charges": "Frais", "credits": "Paiements et crédits", "minutes": "min utilisées sur", "call": "appel",
        "calls": "appels",
        "due": "Montant dû", "by": "À payer avant le",
    },
}  # fmt: skip
_FOR_TEXT = RIGHT - MARGIN - 90
"""Points that a line's text may take beside its amount."""


def rows(invoice: dict[str, Any], language: str) -> list[tuple[str, str]]:
    """Return (what, amount) of each line, items indented below theirs."""
    words, found = words_of(_WORDS, language), []
    for line in invoice["lines"]:
        text = line["text"]
        if "count" in line:
            used = f", {_minutes(line['quantity'], language)} min" if line.get("unit") == "sec" else ""
            text = f"{text}: {_calls(line['count'], words)}{used}"
        found.append((text, shown(Decimal(line["amount"]), language)))
        for item in line.get("items", ()):
            detail = str(item.get("name") or item.get("item") or "")
            if item.get("quantity") is not None and "rate" in item:
                detail += f": {item['quantity']} x {shown(Decimal(item['rate']), language)}"
                if Decimal(item.get("discount", "0")):
                    detail += f" - {shown(Decimal(item['discount']), language)}"
            if "amount" in item:
                detail += f" = {shown(Decimal(item['amount']), language)}"
            elif "before" in item:
                detail += f": {item['before']} -> {item['after']}"
            found.append((f"    {detail}", ""))
    for bundle in invoice.get("bundles") or ():
        used, of = (_minutes(bundle[key], language) for key in ("used", "seconds"))
        text = f"{bundle['name']}: {used} {words['minutes']} {of}, {_calls(bundle['calls'], words)}"
        found.append((text, ""))
    return found


def _minutes(seconds: Any, language: str) -> str:
    minutes = f"{Decimal(str(seconds)) / 60:.1f}"
    return minutes.replace(".", ",") if language[:2] == "fr" else minutes


def _calls(count: int, words: dict[str, str]) -> str:
    return f"{count} {words['call' if count == 1 else 'calls']}"


def pdf(invoice: dict[str, Any], sender: Sender, language: str) -> bytes:
    """Return the invoice as a PDF in the account's language."""
    words = words_of(_WORDS, language)
    title = f"{words['invoice']} {invoice['label']}"
    paper = begin(
        title, sender, words,
        (words["for"], invoice["account"]["name"]), ("", invoice["account"]["address"]),
        (words["period"], f"{invoice['period']['start']} - {invoice['period']['end']}"),
        (words["issued"], invoice["issued"]), (words["by"], invoice.get("due") or ""),
        (words["in"], invoice["currency"]),
    )  # fmt: skip
    paper.text(MARGIN, words["opening"])
    paper.text(RIGHT, shown(Decimal(str(invoice["opening"])), language), right=True)
    paper.down()
    for what, amount in rows(invoice, language):
        indent = 16 if what.startswith("    ") else 0
        for at, part in enumerate(wrapped(what, _FOR_TEXT - indent)):
            paper.text(MARGIN + indent, part)
            if amount and not at:
                paper.text(RIGHT, amount, right=True)
            paper.down()
    paper.rule()
    paper.down(18)
    for name in ("charges", "credits", "closing"):
        paper.text(MARGIN, words[name], bold=name == "closing")
        paper.text(RIGHT, shown(Decimal(str(invoice[name])), language), right=True, bold=name == "closing")
        paper.down()
    closing = Decimal(str(invoice["closing"]))
    paper.text(MARGIN, words["due"], bold=True, size=11)
    paper.text(RIGHT, shown(money.cents(max(-closing, money.ZERO)), language), right=True, bold=True, size=11)
    end(paper, sender)
    return paper.bytes(title)


CSV_COLUMNS = ("number", "issuer", "issued", "due", "at", "kind", "text", "count", "quantity", "unit", "amount",
               "currency")  # fmt: skip


def table(invoice: dict[str, Any], sender: Sender) -> list[dict[str, Any]]:
    """Return the invoice's lines as rows of a CSV; their amounts add up to closing minus opening, exactly."""
    given = {"number": invoice["label"], "issuer": sender.issuer.get("name"), "issued": invoice["issued"],
             "due": invoice.get("due"), "currency": invoice["currency"]}  # fmt: skip
    return [{**line, **given} for line in invoice["lines"]]
