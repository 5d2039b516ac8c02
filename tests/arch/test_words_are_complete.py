"""What the API says by a code, the portal says in French: every rule, code and verdict has its words."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

from qvoice.features.port_outs.rules import REASONS

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "portal/src/routes/_app/a/$account"
UNSAID = {"invalid"}
"""`invalid` says nothing by itself: the portal shows the API's sentence, marked as such, or the code beside it."""


def words(folder: Path, *path: str) -> dict[str, Any]:
    """The French words of a folder of the portal, below a key."""
    found = json.loads((folder / "-fr.json").read_text("utf-8"))
    for step in path:
        found = found[step]
    return found


def calls(*names: str) -> list[ast.Call]:
    """Every call in the features of a function or method of one of these names."""
    found: list[ast.Call] = []
    for file in (ROOT / "src/qvoice/features").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if name in names:
                    found.append(node)
    return found


def codes(*names: str) -> set[str]:
    """The constant codes that such calls give."""
    given = (word.value for call in calls(*names) for word in call.keywords if word.arg == "code")
    return {value.value for value in given if isinstance(value, ast.Constant) and isinstance(value.value, str)}


def test_every_rule_has_french_words() -> None:
    rules = {
        call.args[1].value
        for call in calls("field")
        if len(call.args) > 2 and isinstance(call.args[1], ast.Constant) and isinstance(call.args[1].value, str)
    }
    assert len(rules) > 20
    assert rules - UNSAID - set(words(ROOT / "portal/src/ui", "rule")) == set()


def test_every_code_has_french_words() -> None:
    rules = set(words(ROOT / "portal/src/ui", "rule"))
    assert codes("field", "_refused", "NoNumber", "Wrong") - rules == set()
    assert codes("Problem") - rules - set(words(PAGES / "users/import", "problem")) == set()
    assert codes("NotCalled") - set(words(PAGES / "webhooks", "why")) == set()
    bill = {f"bill_{name}" for name in ("name", "carrier", "account_number", "street_address", "locality", "region")}
    assert (codes("no") | bill | {"bill_postal_code", "loa", "bill"}) - set(
        words(PAGES / "porting", "finding")
    ) == set()
    assert set(REASONS) - set(words(PAGES / "porting", "out", "reason")) == set()
    assert {"velocity", "off-hours", "unusual", "forwards"} - set(
        words(PAGES / "accounts/-fraud", "lock", "guard")
    ) == set()
    assert {"invalid", "duplicate", "exists", "account", "state"} - set(words(PAGES / "inventory", "verdict")) == set()
