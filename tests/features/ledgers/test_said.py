"""What we write into the ledger ourselves is there in French too: a new text without French fails here (C6)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import qvoice
from qvoice.core.plans import quote
from qvoice.features.ledgers.said import CATEGORIES, ITEMS, KINDS, named, said, translated
from qvoice.features.services.read import EDITABLE
from qvoice.features.transactions.pay import REFUNDABLE

FEATURES = Path(qvoice.__file__).parent / "features"
POSTING = ("services", "transactions", "ledgers", "credit_notes", "charging")
SAMPLES = {"month.name": "2026-11", "month": "2026-11"}


def posted() -> Iterator[tuple[str, str]]:
    """Yield (file, text) of every text that is written into an entry by the folders that post, with samples in it."""
    for folder in POSTING:
        for file in sorted((FEATURES / folder).glob("*.py")):
            tree = ast.parse(file.read_text())
            for node in ast.walk(tree):
                found: list[ast.expr] = []
                if isinstance(node, ast.Call):
                    names = ("text", "description", "reason")
                    found = [word.value for word in node.keywords if word.arg in names]
                if isinstance(node, ast.Dict):
                    pairs = zip(node.keys, node.values, strict=True)
                    found = [v for k, v in pairs if isinstance(k, ast.Constant) and k.value in ("text", "name")]
                for value in found:
                    yield from ((f"{folder}/{file.name}", text) for text in texts(value))


def texts(value: ast.expr) -> Iterator[str]:
    """Yield what an expression may say."""
    if isinstance(value, ast.IfExp):
        yield from texts(value.body)
        yield from texts(value.orelse)
    elif isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value
    elif isinstance(value, ast.JoinedStr):
        parts = [
            str(part.value) if isinstance(part, ast.Constant) else SAMPLES.get(ast.unparse(part.value), "7")
            for part in value.values
            if isinstance(part, ast.Constant | ast.FormattedValue)
        ]
        if any(isinstance(part, ast.Constant) and str(part.value).strip(" :+,") for part in value.values):
            yield "".join(parts)


def test_C6_every_text_of_an_entry_has_its_french() -> None:
    found = {(file, text) for file, text in posted() if " " in text.strip()}
    assert {"Services 2026-11", "Top-up 2026-11", "Call to 7", "the card was declined"} <= {text for _, text in found}
    missing = [(file, text) for file, text in sorted(found) if not known(text)]
    assert not missing, f"add their French to features/ledgers/said.py (TEXTS): {missing}"


def known(text: str) -> bool:
    return translated(text, "fr-ca") != text or text.startswith("Services ")


def test_C6_every_thing_that_can_be_priced_has_a_name_in_both_languages() -> None:
    assert set(CATEGORIES) == set(EDITABLE)
    assert {item for items in EDITABLE.values() for item in items} - {"_all"} == set(ITEMS)
    assert named("users/admin", "en") == "Users (administrator)"
    assert named("users/_all", "fr-ca") == "Utilisateurs"
    assert named("devices/new_kind", "fr") == "Appareils (new kind)"
    assert named("Forfait A/B", "fr") == "Forfait A/B", "a name that a provider gave stays"
    assert quote.LEDGERS in CATEGORIES


def test_C6_a_source_without_words_is_named_and_words_of_people_stay() -> None:
    assert REFUNDABLE | {"credit", "debit", "refund"} <= set(KINDS)
    assert said("adjustments", "", {}, "fr") == "Ajustement"
    assert said("payments", "sale", {}, "en") == "Payment by card"
    assert said("adjustments", "Geste commercial", {}, "en") == "Geste commercial"
    assert said("services", "Services 2026-11", {}, "fr") == "Services 2026-11"
    assert said("credit-note", "Credit note A-1 on invoice F-2", {}, "fr") == "Note de crédit A-1 sur la facture F-2"
    changed = {"share": "0.5", "items": [{"name": "users/user", "before": 1, "after": 3}]}
    assert said("services", "users/user +2", changed, "fr") == "Utilisateurs (utilisateur) +2"
