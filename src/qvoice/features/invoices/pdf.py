"""A PDF of text in columns, with one picture: the standard fonts, nothing embedded, so nothing to install (PDF 1.4,
ISO 32000-1).
"""

from __future__ import annotations

import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from qvoice.features.invoices.picture import Image

WIDTH, HEIGHT, MARGIN = 595, 842, 50
"""A4 in points."""
_WIDTHS = (
    "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 278 278"
    " 584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 611 722 667 944"
    " 667 667 611 278 278 278 469 556 333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500"
    " 278 556 500 722 500 500 500 334 260 334 584"
)
"""Widths of Helvetica from the space to the tilde, in thousandths (Adobe's metrics of the standard fonts)."""
_WIDE = {chr(32 + place): int(width) for place, width in enumerate(_WIDTHS.split())}
BOLDER = 1.08
_PLAIN = {"ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "\u2212": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " "}


def printable(words: str) -> bytes:
    """Return words in the fonts' letters: one that they lack without its accent, else as a question mark; in one line,
    since what is written between the brackets of a PDF must steer nothing.
    """
    found = bytearray()
    for letter in words:
        plain = _PLAIN.get(letter, letter)
        if unicodedata.category(plain) in ("Cc", "Cf"):
            continue
        try:
            found += plain.encode("cp1252")
        except UnicodeEncodeError:
            found += unicodedata.normalize("NFKD", plain).encode("ascii", "ignore") or b"?"
    return bytes(found)


def width_of(words: str, size: float) -> float:
    """Return how wide words are in points; accents do not widen a letter."""
    base = (unicodedata.normalize("NFKD", letter)[:1] for letter in words)
    return sum(_WIDE.get(letter, 556) for letter in base) * size / 1000


def wrapped(words: str, width: float, size: float = 9) -> list[str]:
    """Return words as lines of at most `width` points; a word that is wider is broken where the line ends."""
    lines: list[str] = [""]
    for word in words.split():
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

    def text(self, x: float, words: str, *, size: int = 9, bold: bool = False, right: bool = False) -> None:
        """Write on the current line; `right`: ending at x."""
        if right:  # bold digits are as wide as others, bold letters wider
            x -= width_of(words, size) * (BOLDER if bold and words[:1].isalpha() else 1)
        written = printable(words).replace(b"\\", rb"\\").replace(b"(", rb"\(").replace(b")", rb"\)")
        font = "F2" if bold else "F1"
        self.pages[-1].append(f"BT /{font} {size} Tf {x:.2f} {self.y:.2f} Td ({written.decode('latin-1')}) Tj ET")

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
        """Return the file."""
        images = [one for one in (self.image, self.image and self.image.mask) if one]
        first = 6 + len(images)
        kids = " ".join(f"{first + 2 * place} 0 R" for place in range(len(self.pages)))
        encoding = "/Encoding /WinAnsiEncoding"
        name = printable(title).decode("latin-1").translate({40: 91, 41: 93, 92: 47})
        objects = [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            f"<< /Type /Pages /Kids [{kids}] /Count {len(self.pages)} >>".encode(),
            f"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica {encoding} >>".encode(),
            f"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold {encoding} >>".encode(),
            f"<< /Title ({name}) /Producer (QVOICE) >>".encode("latin-1"),
            *(_drawn(one, mask=7 if one.mask else None) for one in images),
        ]
        shows = " /XObject << /Im1 6 0 R >>" if images else ""
        for place, drawn in enumerate(self.pages):
            stream = zlib.compress("\n".join(drawn).encode("latin-1"))
            objects.append(
                f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Contents {first + 2 * place + 1} 0 R"
                f" /Resources << /Font << /F1 3 0 R /F2 4 0 R >>{shows} >> >>".encode()
            )
            objects.append(
                f"<< /Length {len(stream)} /Filter /FlateDecode >>\nstream\n".encode() + stream + b"\nendstream"
            )
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
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info 5 0 R >>\nstartxref\n{table}\n%%EOF\n".encode()
    return bytes(out)
