"""A PDF of text in columns, with one picture and its fonts (PDF 1.4, ISO 32000-1)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from qvoice.features.invoices.lettering import Lettering, readable, stream, width_of
from qvoice.features.invoices.picture import Image

WIDTH, HEIGHT, MARGIN = 595, 842, 50
"""A4 in points."""
RIGHT = WIDTH - MARGIN
_FIRST = 4
"""Number of the first object after the catalogue, the list of pages and the title."""
_BREAKS = re.compile(r"[ \t\n\r\f\v]+")


def wrapped(words: str, width: float, size: float = 9) -> list[str]:
    """Return words as lines of at most `width` points; a word that is wider is broken where the line ends.

    Spaces that do not break hold words together; what stands before a line's first word is kept.
    """
    lines: list[str] = [""]
    for word in filter(None, _BREAKS.split(words)):
        room = f"{lines[-1]} {word}" if lines[-1] else word
        if width_of(room, size) <= width:
            lines[-1] = room
            continue
        if lines[-1]:
            lines.append("")
        for letter in word:
            if width_of(lines[-1] + letter, size) > width:
                lines.append("")
            lines[-1] += letter
    return lines


@dataclass
class Paper:
    """Pages under construction, written from the top down."""

    pages: list[list[str]] = field(default_factory=lambda: [[]])
    y: float = HEIGHT - MARGIN
    image: Image | None = None
    lettering: Lettering = field(default_factory=Lettering)

    def text(self, x: float, words: str, *, size: int = 9, bold: bool = False, right: bool = False) -> None:
        """Write on the current line; `right`: ending at x."""
        if right:
            x -= width_of(words, size, bold=bold)
        self.pages[-1].append(self._shown(x, self.y, words, size, bold=bold))

    def _shown(self, x: float, y: float, words: str, size: int, *, bold: bool = False) -> str:
        shows = "".join(f"/{font} {size} Tf <{glyphs}> Tj " for font, glyphs in self.lettering.runs(words, bold=bold))
        return f"BT {x:.2f} {y:.2f} Td {shows}ET"

    def block(self, x: float, words: str, *, size: int = 9, bold: bool = False, until: float = WIDTH - MARGIN) -> None:
        """Write words below one another as they fit before `until`, their own lines kept; leaves a new line."""
        for own in words.split("\n"):
            for line in wrapped(own, until - x, size):
                self.text(x, line, size=size, bold=bold)
                self.down(size + 4)

    def picture(self, image: Image, *, width: float = 150, height: float = 50) -> None:
        """Draw a picture into the upper right corner of the first page, as large as fits into width and height."""
        scale = min(width / image.width, height / image.height)
        wide, high = image.width * scale, image.height * scale
        x, y = WIDTH - MARGIN - wide, HEIGHT - MARGIN + 14 - high
        self.image = image
        self.pages[0].append(f"q {wide:.2f} 0 0 {high:.2f} {x:.2f} {y:.2f} cm /Im1 Do Q")

    def down(self, points: float = 14) -> None:
        """Go to the next line, on a new page when this one is full."""
        self.y -= points
        if self.y < MARGIN:
            self.pages.append([])
            self.y = HEIGHT - MARGIN

    def rule(self) -> None:
        """Draw a line across."""
        self.pages[-1].append(f"0.5 w {MARGIN} {self.y - 4:.2f} m {WIDTH - MARGIN} {self.y - 4:.2f} l S")

    def bytes(self, title: str) -> bytes:
        """Return the file; pages say which they are when there are several."""
        for place in range(len(self.pages) if len(self.pages) > 1 else 0):
            said = f"{title}  {place + 1} / {len(self.pages)}"
            self.pages[place].append(self._shown(RIGHT - width_of(said, 8), MARGIN - 25, said, 8))
        images = [one for one in (self.image, self.image and self.image.mask) if one]
        fonts, embedded = self.lettering.objects(_FIRST + len(images))
        first = _FIRST + len(images) + len(embedded)
        kids = " ".join(f"{first + 2 * place} 0 R" for place in range(len(self.pages)))
        name = b"\xfe\xff" + readable(title).encode("utf-16-be")
        objects = [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            f"<< /Type /Pages /Kids [{kids}] /Count {len(self.pages)} >>".encode(),
            f"<< /Title <{name.hex()}> /Producer (QVOICE) >>".encode(),
            *(_drawn(one, mask=_FIRST + 1 if one.mask else None) for one in images),
            *embedded,
        ]
        shows = f" /XObject << /Im1 {_FIRST} 0 R >>" if images else ""
        for place, drawn in enumerate(self.pages):
            objects.append(
                f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Contents {first + 2 * place + 1} 0 R"
                f" /Resources << /Font << {fonts} >>{shows} >> >>".encode()
            )
            objects.append(stream("\n".join(drawn).encode()))
        return _file(objects)


def _drawn(image: Image, *, mask: int | None) -> bytes:
    """Return the object of an image; `mask`: the number of the one that says how opaque it is."""
    see = f" /SMask {mask} 0 R" if mask else ""
    head = f"<< /Type /XObject /Subtype /Image /Width {image.width} /Height {image.height} {image.entries}{see}"
    return f"{head} /Length {len(image.data)} >>\nstream\n".encode() + image.data + b"\nendstream"


def _file(objects: Sequence[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info 3 0 R >>\nstartxref\n{table}\n%%EOF\n".encode()
    return bytes(out)
