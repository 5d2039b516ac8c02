"""The letters of a PDF: each in the first font that has it, and those fonts embedded with the glyphs that were used.

What is written can be found and copied: each glyph says which letter it is (ISO 32000-1, 9.7 and 9.10.3). A letter that
no font has is a box, and still the letter for who searches. Hebrew is written from right to left; scripts whose letters
join (Arabic, Devanagari) have no font here.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby

from qvoice.features.invoices.truetype import Font, font

CHAINS = {
    False: ("LiberationSans-Regular", "DroidSansFallbackFull"),
    True: ("LiberationSans-Bold", "DroidSansFallbackFull"),
}
"""Bold or not → fonts, the first that has a letter writes it."""
_HEBREW = re.compile("[\u0591-\u05f4](?:[\u0591-\u05f4 ]*[\u0591-\u05f4])?")
Drawn = tuple[str, int]
"""Name of the font, and the number of the glyph in it."""


def readable(words: str) -> str:
    """Return words as they are written: letters with their accents, in one line, without what steers a text."""
    return "".join(letter for letter in unicodedata.normalize("NFC", words) if unicodedata.category(letter)[0] != "C")


@lru_cache(maxsize=4096)
def drawn(letter: str, *, bold: bool) -> Drawn:
    """Return by what a letter is drawn; by the first font's box when no font has it."""
    for name in CHAINS[bold]:
        glyph = font(name).glyph(letter)
        if glyph:
            return name, glyph
    return CHAINS[bold][0], 0


def width_of(words: str, size: float, *, bold: bool = False) -> float:
    """Return how wide words are in points."""
    found = (drawn(letter, bold=bold) for letter in readable(words))
    return sum(font(name).width(glyph) for name, glyph in found) * size / 1000


class Lettering:
    """The fonts of one PDF, and which letters it has of each."""

    def __init__(self) -> None:
        self._used: dict[str, dict[str, int]] = {}

    def runs(self, words: str, *, bold: bool) -> Iterator[tuple[str, str]]:
        """Return words as (name of the font in the PDF, glyphs in hexadecimal), font by font."""
        seen = _HEBREW.sub(lambda found: found[0][::-1], readable(words))
        letters = ((letter, drawn(letter, bold=bold)) for letter in seen)
        for name, run in groupby(letters, key=lambda one: one[1][0]):
            numbers = self._used.setdefault(name, {})
            # Each letter has a number of its own, those that are boxes too, so that each can be found.
            glyphs = [numbers.setdefault(letter, len(numbers) + 1) for letter, _ in run]
            yield self._name(name), "".join(f"{number:04X}" for number in glyphs)

    def objects(self, first: int) -> tuple[str, list[bytes]]:
        """Return the entries of the pages' dictionary of fonts, and the fonts' objects, numbered from `first`."""
        entries, objects = [], []
        for name, numbers in self._used.items():
            entries.append(f"/{self._name(name)} {first + len(objects)} 0 R")
            objects += _embedded(name, font(name), numbers, first + len(objects))
        return " ".join(entries), objects

    def _name(self, name: str) -> str:
        return f"F{list(self._used).index(name) + 1}"


def _embedded(name: str, face: Font, numbers: dict[str, int], first: int) -> list[bytes]:
    glyphs = [0, *(face.glyph(letter) for letter in numbers)]
    tagged = f"{_tag(''.join(numbers))}+{name}"
    widths = " ".join(str(face.width(glyph)) for glyph in glyphs)
    box = " ".join(str(side) for side in face.box)
    file = face.subset(glyphs)
    return [
        f"<< /Type /Font /Subtype /Type0 /BaseFont /{tagged} /Encoding /Identity-H /DescendantFonts [{first + 1} 0 R]"
        f" /ToUnicode {first + 3} 0 R >>".encode(),
        f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{tagged} /CIDToGIDMap /Identity"
        f" /FontDescriptor {first + 2} 0 R /CIDSystemInfo"
        f" << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /W [0 [{widths}]] >>".encode(),
        f"<< /Type /FontDescriptor /FontName /{tagged} /Flags 4 /FontBBox [{box}] /ItalicAngle 0 /StemV 80"
        f" /Ascent {face.ascent} /Descent {face.descent} /CapHeight 700 /FontFile2 {first + 4} 0 R >>".encode(),
        stream(_letters(numbers)),
        stream(file, f" /Length1 {len(file)}"),
    ]


def _letters(numbers: dict[str, int]) -> bytes:
    """Return the table that says which letter a glyph is."""
    rows = [f"<{number:04X}> <{letter.encode('utf-16-be').hex().upper()}>" for letter, number in numbers.items()]
    blocks = [rows[at : at + 100] for at in range(0, len(rows), 100)]
    listed = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        f"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n{listed}\n"
        "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
    ).encode()


def _tag(letters: str) -> str:
    """Return six capitals for a subset, the same for the same letters (ISO 32000-1, 9.6.4)."""
    number = zlib.crc32(letters.encode())
    return "".join(chr(65 + number // 26**place % 26) for place in range(6))


def stream(data: bytes, entries: str = "") -> bytes:
    """Return an object that holds data, packed."""
    packed = zlib.compress(data)
    head = f"<< /Length {len(packed)} /Filter /FlateDecode{entries} >>\nstream\n"
    return head.encode() + packed + b"\nendstream"
