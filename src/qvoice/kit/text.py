"""Untrusted text: SIP display names, file names, User-Agents. Cleaned at the edge, escaped again where shown."""

from __future__ import annotations

import re
import unicodedata


def clean_line(text: str, limit: int = 128) -> str:
    """Return one printable line: control, format and surrogate characters removed, whitespace folded, cut at
    `limit`.
    """
    if len(text) <= limit and text.isascii() and text.isprintable() and "  " not in text and text == text.strip():
        return text  # the common case, twenty times a call
    kept = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text[: limit * 4])
    return " ".join(kept.split())[:limit]


_NUMBER = re.compile(r"[+-]?[0-9][0-9 ]*(\.[0-9]+)?")


def csv_safe(text: str) -> str:
    """Return `text` so that a spreadsheet does not run it as a formula (OWASP CSV injection). Numbers stay numbers."""
    return "'" + text if text[:1] in tuple("=+-@\t\r") and not _NUMBER.fullmatch(text) else text
