"""A logo on a paper: PNG and JPEG.

What is no picture, or would cost too much to take apart, is left out: a paper without its logo is still a paper.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO

from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

MOST_PIXELS = 10_000_000
"""Of a logo as it was uploaded; it takes four bytes each while it is made smaller."""
SHARP = (1250, 420)
"""Pixels that a logo needs at most in its corner of the paper, 600 an inch."""
_FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG"}


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that can be drawn, and its size in pixels."""

    width: int
    height: int
    pixels: Image.Image = field(repr=False)

    def draw(self, canvas: Canvas, x: float, y: float, width: float, height: float) -> None:
        """Draw it into a box, in points; what is transparent in it stays so."""
        canvas.drawImage(ImageReader(self.pixels), x, y, width, height, mask="auto")


@lru_cache(maxsize=16)
def picture(kind: str, data: bytes) -> Picture | None:
    """Return what can be drawn of a file of type `kind`, None when it is no such picture or too large."""
    if kind not in _FORMATS:
        return None
    try:
        with Image.open(BytesIO(data), formats=[_FORMATS[kind]]) as found:
            if found.width * found.height > MOST_PIXELS:
                return None
            found.draft("RGB", SHARP)  # a JPEG is made smaller while it is read
            pixels = found.convert("RGBA" if found.has_transparency_data else "RGB")
    except (AssertionError, EOFError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None  # broken: its owner sees that in the portal, where it is shown
    pixels.thumbnail(SHARP, Image.Resampling.LANCZOS)
    return Picture(pixels.width, pixels.height, pixels)
