"""A PDF of text in columns, with one picture and its fonts."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO

from reportlab.pdfgen.canvas import Canvas

from qvoice.features.invoices.lettering import readable, runs, width_of
from qvoice.features.invoices.picture import Picture

WIDTH, HEIGHT, MARGIN = 595, 842, 50
"""A4 in points."""
RIGHT = WIDTH - MARGIN
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
    """Pages under construction, written from the top down; each holds what draws it."""

    pages: list[list[Callable[[Canvas], None]]] = field(default_factory=lambda: [[]])
    y: float = HEIGHT - MARGIN

    def text(self, x: float, words: str, *, size: int = 9, bold: bool = False, right: bool = False) -> None:
        """Write on the current line; `right`: ending at x."""
        if right:
            x -= width_of(words, size, bold=bold)
        self.pages[-1].append(_words(x, self.y, words, size, bold=bold))

    def block(self, x: float, words: str, *, size: int = 9, bold: bool = False, until: float = WIDTH - MARGIN) -> None:
        """Write words below one another as they fit before `until`, their own lines kept; leaves a new line."""
        for own in words.split("\n"):
            for line in wrapped(own, until - x, size):
                self.text(x, line, size=size, bold=bold)
                self.down(size + 4)

    def picture(self, picture: Picture, *, width: float = 150, height: float = 50) -> None:
        """Draw a picture into the upper right corner of the first page, as large as fits into width and height."""
        scale = min(width / picture.width, height / picture.height)
        wide, high = picture.width * scale, picture.height * scale
        x, y = WIDTH - MARGIN - wide, HEIGHT - MARGIN + 14 - high
        self.pages[0].append(lambda canvas: picture.draw(canvas, x, y, wide, high))

    def down(self, points: float = 14) -> None:
        """Go to the next line, on a new page when this one is full."""
        self.y -= points
        if self.y < MARGIN:
            self.pages.append([])
            self.y = HEIGHT - MARGIN

    def rule(self) -> None:
        """Draw a line across."""
        y = self.y - 4

        def line(canvas: Canvas) -> None:
            canvas.setLineWidth(0.5)
            canvas.line(MARGIN, y, WIDTH - MARGIN, y)

        self.pages[-1].append(line)

    def bytes(self, title: str) -> bytes:
        """Return the file, always the same for the same paper; pages say which they are when there are several."""
        file = BytesIO()
        canvas = Canvas(file, pagesize=(WIDTH, HEIGHT), invariant=1, pageCompression=1, pdfVersion=(1, 4))
        canvas.setTitle(readable(title))
        canvas.setAuthor("")
        canvas.setCreator("QVOICE")
        for place, page in enumerate(self.pages, 1):
            for draw in page:
                draw(canvas)
            if len(self.pages) > 1:
                said = f"{title}  {place} / {len(self.pages)}"
                _words(RIGHT - width_of(said, 8), MARGIN - 25, said, 8)(canvas)
            canvas.showPage()
        canvas.save()
        return file.getvalue()


def _words(x: float, y: float, words: str, size: int, *, bold: bool = False) -> Callable[[Canvas], None]:
    def draw(canvas: Canvas) -> None:
        line = canvas.beginText(x, y)
        for name, letters in runs(words, bold=bold):
            line.setFont(name, size)
            line.textOut(letters)
        canvas.drawText(line)

    return draw
