"""An invoice on paper (PDF) and as a table (CSV)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from qvoice.features.invoices.pdf import MARGIN, WIDTH, Paper
from qvoice.kit import money

_WORDS = {
    "en": {
        "invoice": "Invoice", "for": "For", "from": "From", "period": "Period", "issued": "Issued",
        "opening": "Balance before", "closing": "Balance after", "charges": "Charges",
        "credits": "Payments and credits",
        "minutes": "min used of",
        "calls": "calls", "what": "What", "amount": "Amount", "due": "Amount due", "in": "All amounts in",
    },
    "fr": {
        "invoice": "Facture", "for": "Pour", "from": "De", "period": "Période", "issued": "Émise le",
        "opening": "Solde avant", "closing": "Solde après", "charges": "Frais", "credits": "Paiements et crédits",
        "minutes": "min utilisées sur",
        "calls": "appels", "what": "Objet", "amount": "Montant", "due": "Montant dû", "in": "Tous les montants en",
    },
}  # fmt: skip


def shown(amount: Decimal) -> str:
    """Return an amount to the cent, or exactly when it has parts of cents."""
    return money.words(amount, "").strip()


def words_of(language: str) -> dict[str, str]:
    """Return the words of a language; English when we have none."""
    return _WORDS.get(language[:2], _WORDS["en"])


def rows(invoice: dict[str, Any], language: str) -> list[tuple[str, str]]:
    """Return (what, amount) of each line, items indented below theirs."""
    words = words_of(language)
    found = []
    for line in invoice["lines"]:
        text = line["text"]
        if "count" in line:
            minutes = Decimal(str(line["quantity"])) / 60
            used = f", {minutes:.1f} min" if line.get("unit") == "sec" else ""
            text = f"{text}: {line['count']} {words['calls']}{used}"
        found.append((text, shown(Decimal(line["amount"]))))
        for item in line.get("items", ()):
            detail = str(item.get("name") or item.get("item") or "")
            if item.get("quantity") is not None and "rate" in item:
                detail += f": {item['quantity']} x {shown(Decimal(item['rate']))}"
                if Decimal(item.get("discount", "0")):
                    detail += f" - {shown(Decimal(item['discount']))}"
            if "amount" in item:
                detail += f" = {shown(Decimal(item['amount']))}"
            elif "before" in item:
                detail += f": {item['before']} -> {item['after']}"
            found.append((f"    {detail}", ""))
    for bundle in invoice.get("bundles") or ():
        used, of = (Decimal(bundle[key]) / 60 for key in ("used", "seconds"))
        minutes = f"{used:.1f} {words['minutes']} {of:.1f}"
        found.append((f"{bundle['name']}: {minutes}, {bundle['calls']} {words['calls']}", ""))
    return found


def facts(paper: Paper, *pairs: tuple[str, Any]) -> None:
    """Write names and what they are, one below the other; nothing for what is empty, several lines for several."""
    for name, value in pairs:
        for at, line in enumerate(address_lines(value)):
            paper.text(MARGIN, "" if at else name, bold=True)
            for begin in range(0, len(line), 90):
                paper.text(MARGIN + 110, line[begin : begin + 90])
                paper.down()


def address_lines(value: Any) -> list[str]:
    """Return the lines of what somebody wrote as an address, whatever its shape, in its own order."""
    parts = value.values() if isinstance(value, dict) else [value]
    texts = [str(part) for part in parts if isinstance(part, str | int | float) and not isinstance(part, bool)]
    return [line.strip() for text in texts for line in text.split("\n") if line.strip()]


def pdf(invoice: dict[str, Any], *, provider: str, language: str) -> bytes:
    """Return the invoice as a PDF in the account's language."""
    words = words_of(language)
    paper, right = Paper(), WIDTH - MARGIN
    title = f"{words['invoice']} {invoice['number']}"
    paper.text(MARGIN, title, size=18, bold=True)
    paper.down(28)
    facts(
        paper,
        (words["from"], provider), (words["for"], invoice["account"]["name"]), ("", invoice["account"]["address"]),
        (words["period"], f"{invoice['period']['start']} - {invoice['period']['end']}"),
        (words["issued"], invoice["issued"]), (words["in"], invoice["currency"]),
    )  # fmt: skip
    paper.down()
    paper.text(MARGIN, words["what"], bold=True)
    paper.text(right, words["amount"], bold=True, right=True)
    paper.rule()
    paper.down(18)
    paper.text(MARGIN, words["opening"])
    paper.text(right, shown(Decimal(str(invoice["opening"]))), right=True)
    paper.down()
    for what, amount in rows(invoice, language):
        paper.text(MARGIN, what[:95])
        if amount:
            paper.text(right, amount, right=True)
        paper.down()
    paper.rule()
    paper.down(18)
    for name in ("charges", "credits", "closing"):
        paper.text(MARGIN, words[name], bold=name == "closing")
        paper.text(right, shown(Decimal(str(invoice[name]))), right=True, bold=name == "closing")
        paper.down()
    closing = Decimal(str(invoice["closing"]))
    paper.text(MARGIN, words["due"], bold=True, size=11)
    paper.text(right, shown(money.cents(max(-closing, money.ZERO))), right=True, bold=True, size=11)
    return paper.bytes(title)


CSV_COLUMNS = ("number", "at", "kind", "text", "count", "quantity", "unit", "amount", "currency")


def table(invoice: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the invoice's lines as rows of a CSV; their amounts add up to closing minus opening, exactly."""
    return [{**line, "number": invoice["number"], "currency": invoice["currency"]} for line in invoice["lines"]]
