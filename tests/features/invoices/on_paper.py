"""What stands on a PDF that we made, as somebody reads who searches it."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from pypdf import PdfReader


def written(pdf: bytes) -> set[str]:
    """Return the texts on all pages, each as it was written in one go, without the spaces around it."""
    texts: set[str] = set()
    parts: list[str] = []

    def keep() -> None:
        texts.add("".join(parts).strip())
        parts.clear()

    def before(operator: bytes, *_: Any) -> None:
        if operator == b"BT":
            keep()

    for page in PdfReader(BytesIO(pdf), strict=True).pages:
        page.extract_text(visitor_operand_before=before, visitor_text=lambda text, *_: parts.append(text))
        keep()
    return texts - {""}
