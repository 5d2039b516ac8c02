"""A PDF of text in columns: the standard fonts, nothing embedded, so nothing to install (PDF 1.4, ISO 32000-1)."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

WIDTH, HEIGHT, MARGIN = 595, 842, 50
"""A4 in points."""
_WIDE = {" ": 278, ".": 278, ",": 278, "-": 333, "(": 333, ")": 333}
"""Widths in Helvetica of what amounts are written with, in thousandths; digits are 556."""


@dataclass
class Paper:
    """Pages under construction, written from the top down."""

    pages: list[list[str]] = field(default_factory=lambda: [[]])
    y: float = HEIGHT - MARGIN

    def text(self, x: float, words: str, *, size: int = 9, bold: bool = False, right: bool = False) -> None:
        """Write on the current line; `right`: ending at x (for amounts, whose width is known)."""
        if right:
            x -= sum(_WIDE.get(letter, 556) for letter in words) * size / 1000
        written = words.encode("cp1252", "replace").replace(b"\\", rb"\\").replace(b"(", rb"\(").replace(b")", rb"\)")
        font = "F2" if bold else "F1"
        self.pages[-1].append(f"BT /{font} {size} Tf {x:.2f} {self.y:.2f} Td ({written.decode('latin-1')}) Tj ET")

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
        first = 6
        kids = " ".join(f"{first + 2 * place} 0 R" for place in range(len(self.pages)))
        encoding = "/Encoding /WinAnsiEncoding"
        name = title.encode("cp1252", "replace").decode("latin-1").translate({40: 91, 41: 93, 92: 47})
        objects = [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            f"<< /Type /Pages /Kids [{kids}] /Count {len(self.pages)} >>".encode(),
            f"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica {encoding} >>".encode(),
            f"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold {encoding} >>".encode(),
            f"<< /Title ({name}) /Producer (QVOICE) >>".encode("latin-1"),
        ]
        for place, drawn in enumerate(self.pages):
            stream = zlib.compress("\n".join(drawn).encode("latin-1"))
            objects.append(
                f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Contents {first + 2 * place + 1} 0 R"
                " /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>".encode()
            )
            objects.append(
                f"<< /Length {len(stream)} /Filter /FlateDecode >>\nstream\n".encode() + stream + b"\nendstream"
            )
        return _file(objects)


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
