"""What stands on a PDF that we made, as somebody reads who searches it: letters by the fonts' own tables."""

from __future__ import annotations

import re
import zlib


def objects(pdf: bytes) -> dict[int, bytes]:
    """Return the objects by number, checking that the table at the end leads to each."""
    table = int(re.search(rb"startxref\n(\d+)", pdf)[1])
    assert pdf[table : table + 4] == b"xref"
    places = [int(found) for found in re.findall(rb"(\d{10}) 00000 n", pdf)]
    assert all(pdf[place:].startswith(f"{number} 0 obj".encode()) for number, place in enumerate(places, 1))
    ends = [*places[1:], table]
    return {number: pdf[place:end] for number, (place, end) in enumerate(zip(places, ends, strict=True), 1)}


def stream(one: bytes) -> bytes:
    """Return what an object holds."""
    return zlib.decompress(re.search(rb"stream\n(.*)\nendstream", one, re.DOTALL)[1])


def letters(found: dict[int, bytes], font: int) -> dict[str, str]:
    """Return what each glyph of a font says: {four hexadecimal digits: letter}."""
    table = stream(found[int(re.search(rb"/ToUnicode (\d+) 0 R", found[font])[1])]).decode()
    pairs = re.findall(r"<([0-9A-F]{4})> <([0-9A-F]+)>\n", table)
    return {glyph: bytes.fromhex(letter).decode("utf-16-be") for glyph, letter in pairs}


def written(pdf: bytes) -> set[str]:
    """Return the texts on all pages."""
    found = objects(pdf)
    texts: set[str] = set()
    for page in (one for one in found.values() if b"/Type /Page " in one):
        named = re.findall(rb"/(F\d) (\d+) 0 R", page)
        fonts = {name.decode(): letters(found, int(number)) for name, number in named}
        drawn = stream(found[int(re.search(rb"/Contents (\d+) 0 R", page)[1])]).decode()
        for text in re.findall(r"BT (.*?)ET", drawn):
            runs = re.findall(r"/(F\d) \d+ Tf <([0-9A-F]*)> Tj", text)
            texts.add(
                "".join(fonts[font][glyphs[at : at + 4]] for font, glyphs in runs for at in range(0, len(glyphs), 4))
            )
    return texts
