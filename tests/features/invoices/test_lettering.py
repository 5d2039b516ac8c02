"""Names in any letters stand on papers as they are, can be searched, and never stop one (C6)."""

from __future__ import annotations

from io import BytesIO

from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from tests.features.invoices.on_paper import written

from qvoice.features.invoices.lettering import CHAINS, face_of, has, readable, runs, width_of
from qvoice.features.invoices.pdf import MARGIN, Paper, wrapped

NAMES = ("Łódź", "Žižkov", "Ελλάδα", "Київ", "Ủy ban nhân dân", "北京电信有限公司", "東京ソフトフォン", "Ñandú & Söhne")


def on_paper(*texts: str) -> bytes:
    paper = Paper()
    for text in texts:
        paper.text(MARGIN, text)
        paper.text(MARGIN, text, bold=True, right=True)
        paper.down()
    return paper.bytes(texts[0])


def test_C6_names_in_any_letters_are_drawn_and_found() -> None:
    assert set(NAMES) <= written(on_paper(*NAMES))
    for name in NAMES:
        for bold in CHAINS:
            assert all(has(face_of(letter, bold=bold), letter) for letter in name), name
    faces = {face_of(letter, bold=False) for name in NAMES for letter in name}
    assert faces == {"LiberationSans-Regular", "DroidSansFallbackFull"}


def test_C6_the_same_paper_is_the_same_bytes() -> None:
    assert on_paper(*NAMES) == on_paper(*NAMES)


def test_C6_a_letter_that_no_font_has_is_a_box() -> None:
    assert [*runs("नok")] == [("LiberationSans-Regular", "नok")]
    assert width_of("😀", 10) > 3, "a box is as wide as a letter"
    assert any("ok" in text for text in written(on_paper("नमस्ते 😀 ok")))


def test_C6_hebrew_is_written_from_right_to_left() -> None:
    assert "".join(run for _, run in runs("Beit אל שלום, Haifa 12")) == "Beit םולש לא, Haifa 12"


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=40))
def test_C6_no_text_stops_a_paper_or_steers_it(text: str) -> None:
    pages = PdfReader(BytesIO(on_paper(f"begin{text}", "end")), strict=True).pages
    assert len(pages) == 1
    found = pages[0].extract_text()
    assert "begin" in found
    assert found.count("end") >= 2
    for line in wrapped(text, 60):
        assert readable(line) == readable(readable(line))


def test_C6_the_fonts_in_a_paper_are_fonts_of_its_letters_only() -> None:
    page = PdfReader(BytesIO(on_paper("Łódź", "北京"))).pages[0]
    fonts = [font["/FontDescriptor"]["/FontFile2"].get_data() for font in page["/Resources"]["/Font"].values()
             if "/FontDescriptor" in font]  # fmt: skip
    assert len(fonts) == 3  # plain, bold, Chinese
    assert all(0 < len(font) < 60_000 for font in fonts)
