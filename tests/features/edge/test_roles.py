"""What Kamailio's own syntax check lets pass in the role files, and what once let every stranger pass for a carrier."""

from __future__ import annotations

import re
from pathlib import Path

ROLES = Path(__file__).resolve().parents[3] / "engine" / "kamailio" / "roles"


def nulls_that_cannot_be(text: str) -> list[str]:
    """Return the `$var(x)` that are compared with $null, which they never are (they hold 0)."""
    return re.findall(r"\$var\(\w+\)\s*[!=]=\s*\$null", text)


def test_no_role_compares_a_variable_that_cannot_be_null_with_null() -> None:
    found = {file.name: nulls_that_cannot_be(file.read_text()) for file in sorted(ROLES.glob("*.cfg"))}
    assert found, "there are no role files"
    assert {name: bad for name, bad in found.items() if bad} == {}
