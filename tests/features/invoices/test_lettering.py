"""Names in any letters stand on papers as they are, can be searched, and never stop one (C6)."""

from __future__ import annotations

import re
import struct

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.features.invoices.on_paper import objects, stream, written

from qvoice.features.invoices.lettering import CHAINS, drawn, readable
from qvoice.features.invoices.pdf import MARGIN, Paper, wrapped
from qvoice.features.invoices.truetype import font

NAMES = ("Łódź", "Žižkov", "Ελλάδα", "Київ", "Ủy ban nhân dân", "北京电信有限公司", "東京ソフトフォン", "Ñandú & Söhne")


def on_paper(*texts: str) -> bytes:
    paper = Paper()
    for text in texts:
        paper.text(MARGIN, text)
        paper.text(MARGIN, text, bold=True, right=True)
        paper.down()
    return paper.bytes(texts[0])


def test_C6_names_in_any_letters_are_drawn_and_found() -> None:
    pdf = on_paper(*NAMES)
    assert set(NAMES) <= written(pdf)
    for name in NAMES:
        for bold in CHAINS:
            assert all(drawn(letter, bold=bold)[1] for letter in name), name
    fonts = {face for name in NAMES for face, _ in (drawn(letter, bold=False) for letter in name)}
    assert fonts == {"LiberationSans-Regular", "DroidSansFallbackFull"}


def test_C6_the_same_paper_is_the_same_bytes() -> None:
    assert on_paper(*NAMES) == on_paper(*NAMES)


def test_C6_a_letter_that_no_font_has_is_a_box_and_still_found() -> None:
    text = "नमस्ते 😀 ok"
    assert drawn("😀", bold=False) == ("LiberationSans-Regular", 0)
    assert text in written(on_paper(text))
    box = font("LiberationSans-Regular")
    assert box.width(0) > 300, "a box is as wide as a letter"


def test_C6_hebrew_is_written_from_right_to_left() -> None:
    assert "Beit םולש לא 12" in written(on_paper("Beit אל שלום 12"))


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=40))
def test_C6_no_text_stops_a_paper_or_steers_it(text: str) -> None:
    pdf = on_paper(f"x{text}")
    assert sorted("".join(written(pdf))) == sorted(f"x{readable(text)}")
    for line in wrapped(text, 60):
        assert readable(line) == readable(readable(line))


def test_C6_the_fonts_in_a_paper_are_fonts_of_its_letters_only() -> None:
    pdf = on_paper("Łódź", "北京")
    found = objects(pdf)
    files = [int(number) for one in found.values() for number in re.findall(rb"/FontFile2 (\d+) 0 R", one)]
    assert len(files) == 3  # plain, bold, Chinese
    for number in files:
        data = stream(found[number])
        assert int(re.search(rb"/Length1 (\d+)", found[number])[1]) == len(data) < 60_000
        count = struct.unpack_from(">H", data, 4)[0]
        tables = {
            tag: data[offset : offset + length]
            for tag, _, offset, length in (struct.unpack_from(">4sIII", data, 12 + 16 * n) for n in range(count))
        }
        glyphs = struct.unpack_from(">H", tables[b"maxp"], 4)[0]
        offsets = struct.unpack(f">{glyphs + 1}I", tables[b"loca"])
        assert list(offsets) == sorted(offsets)
        assert offsets[-1] == len(tables[b"glyf"])
        assert len(tables[b"hmtx"]) == 4 * glyphs
        words = struct.unpack(f">{len(data) // 4}I", data)
        assert sum(words) & 0xFFFFFFFF == 0xB1B0AFBA, "the sum of the whole file, as the format wants it"
