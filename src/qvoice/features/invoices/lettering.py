"""The letters of a PDF: each in the first font that has it; those fonts are embedded with the glyphs that were used.

What is written can be found and copied. A letter that no font has is a box. Hebrew is written from right to left;
scripts whose letters join (Arabic, Devanagari) have no font here.

The fonts lie in `fonts/` as Debian has them (fonts-liberation2 2.1.5: Latin, Greek, Cyrillic, Hebrew;
fonts-droid-fallback 6.0.1: Chinese, Japanese).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from pathlib import Path

from bidi import get_display
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

CHAINS = {
    False: ("LiberationSans-Regular", "DroidSansFallbackFull"),
    True: ("LiberationSans-Bold", "DroidSansFallbackFull"),
}
"""Bold or not → fonts, the first that has a letter writes it."""
_FONTS = Path(__file__).with_name("fonts")


def readable(words: str) -> str:
    """Return words as they are written: letters with their accents, in one line, without what steers a text."""
    return "".join(letter for letter in unicodedata.normalize("NFC", words) if unicodedata.category(letter)[0] != "C")


def runs(words: str, *, bold: bool = False) -> Iterator[tuple[str, str]]:
    """Return readable words as they stand on paper from left to right: (name of the font, letters), font by font."""
    seen = readable(words)
    if not seen.isascii():
        seen = str(get_display(seen, base_dir="L"))
    for name, run in groupby(seen, key=lambda letter: face_of(letter, bold=bold)):
        yield name, "".join(run)


def width_of(words: str, size: float, *, bold: bool = False) -> float:
    """Return how wide words are in points."""
    return sum(pdfmetrics.stringWidth(run, name, size) for name, run in runs(words, bold=bold))


def has(name: str, letter: str) -> bool:
    """Whether a font has a letter."""
    return ord(letter) in _font(name).face.charToGlyph


@cache
def face_of(letter: str, *, bold: bool) -> str:
    """Return the font that writes a letter; the first, with its box, when none has it."""
    return next((name for name in CHAINS[bold] if has(name, letter)), CHAINS[bold][0])


@cache
def _font(name: str) -> TTFont:
    """Return one of the fonts in `fonts/`, read once and known to whatever is written from now on."""
    font = TTFont(name, str(_FONTS / f"{name}.ttf"))
    pdfmetrics.registerFont(font)
    return font
