"""Untrusted text in spreadsheets."""

from __future__ import annotations

import pytest

from qvoice.kit.text import csv_safe


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd|'/c calc'!A1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "-", "+1-1", "-1.5.2"]
)
def test_A5_what_a_spreadsheet_would_run_is_defused(text: str) -> None:
    assert csv_safe(text) == "'" + text


@pytest.mark.parametrize("text", ["", "Ann", "+14165550100", "+1 416 555 0100", "-5", "-5.25", "-0.000100", "a=b"])
def test_F5_numbers_stay_numbers_in_a_sheet(text: str) -> None:
    assert csv_safe(text) == text
