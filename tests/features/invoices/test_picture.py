"""A logo on a PDF has the colours and the transparency it had (C6)."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image
from pypdf import PdfReader

from qvoice.features.invoices.pdf import Paper
from qvoice.features.invoices.picture import MOST_PIXELS, picture

RED, CLEAR = (200, 10, 20, 255), (0, 0, 0, 0)


def file(kind: str, mode: str = "RGBA", size: tuple[int, int] = (8, 4)) -> bytes:
    """A picture whose left half is red and whose right half is clear, or white where nothing can be clear."""
    drawn = Image.new("RGBA", size, CLEAR)
    drawn.paste(RED, (0, 0, size[0] // 2, size[1]))
    if mode not in ("RGBA", "P"):
        drawn = Image.alpha_composite(Image.new("RGBA", size, "white"), drawn).convert(mode)
    out = BytesIO()
    (drawn.quantize(8) if mode == "P" else drawn).save(out, kind)
    return out.getvalue()


def on_paper(kind: str, data: bytes) -> Image.Image:
    found = picture(kind, data)
    assert found is not None
    paper = Paper()
    paper.picture(found)
    pdf = paper.bytes("logo")
    assert pdf == paper.bytes("logo")
    [image] = PdfReader(BytesIO(pdf)).pages[0].images
    assert image.image is not None
    return image.image


@pytest.mark.parametrize("mode", ["RGBA", "P", "RGB"])
def test_C6_colours_and_transparency_are_as_they_were(mode: str) -> None:
    shown = on_paper("image/png", file("PNG", mode)).convert("RGBA")
    assert shown.size == (8, 4)
    assert shown.getpixel((0, 0)) == RED
    assert shown.getpixel((7, 3))[3] == (255 if mode == "RGB" else 0)


def test_C6_a_photograph_is_a_logo_too() -> None:
    red, green, blue = on_paper("image/jpeg", file("JPEG", "RGB", (80, 40))).convert("RGB").getpixel((10, 20))
    assert red > 180
    assert green < 40
    assert blue < 50


def test_C6_a_large_picture_is_made_as_small_as_paper_needs() -> None:
    found = picture("image/png", file("PNG", size=(2600, 200)))
    assert found is not None
    assert (found.width, found.height) == (1250, 96)


def test_C6_a_picture_that_is_none_is_left_out() -> None:
    whole = file("PNG")
    noise = BytesIO()
    Image.effect_noise((40, 40), 80).save(noise, "PNG")
    for broken in (noise.getvalue()[:400], whole[:20], b"\x89PNG\r\n\x1a\n", b"", file("JPEG", "RGB")):
        assert picture("image/png", broken) is None
    assert picture("image/jpeg", b"\xff\xd8\xff\xe0\x00\x04") is None
    palette_without_colours = (
        "89504e470d0a1a0a0000000d49484452000000140000000f0103000000de567d16"
        "00000003504c544a000000ff192d8c0000000c49444154"
    )
    assert picture("image/png", bytes.fromhex(palette_without_colours)) is None
    assert picture("image/gif", file("GIF", "P")) is None
    assert picture("image/png", file("PNG", "L", (10_000, MOST_PIXELS // 10_000 + 1))) is None
