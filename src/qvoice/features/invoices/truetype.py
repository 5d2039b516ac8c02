"""TrueType fonts (OpenType specification, 1.9): which glyph a letter has, how wide it is, and a font of a few glyphs.

The fonts lie in `fonts/` as Debian has them (fonts-liberation2 2.1.5: Latin, Greek, Cyrillic, Hebrew;
fonts-droid-fallback 6.0.1: Chinese, Japanese). They are ours, so they are read without distrust.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from functools import cached_property, lru_cache
from pathlib import Path

FONTS = Path(__file__).with_name("fonts")
_NEEDED = ("cvt ", "fpgm", "prep")
"""What hints need, copied as it is."""
_ARGS_ARE_WORDS, _SCALE, _MORE, _SCALE_XY, _TWO_BY_TWO = 0x0001, 0x0008, 0x0020, 0x0040, 0x0080


@lru_cache(maxsize=8)
def font(name: str) -> Font:
    """Return one of the fonts in `fonts/`, such as `LiberationSans-Bold`; it is read once."""
    return Font((FONTS / f"{name}.ttf").read_bytes())


class Font:
    """A font file."""

    def __init__(self, data: bytes) -> None:
        count = struct.unpack_from(">H", data, 4)[0]
        self._data = data
        self._tables = {
            tag.decode(): (offset, length)
            for tag, _, offset, length in (struct.unpack_from(">4sIII", data, 12 + 16 * n) for n in range(count))
        }
        head = self._table("head")
        self.units: int = struct.unpack_from(">H", head, 18)[0]
        """Of its own measure in an em; widths and boxes are given in thousandths of an em."""
        self.box = tuple(self._thousandths(value) for value in struct.unpack_from(">4h", head, 36))
        ascent, descent = struct.unpack_from(">hh", self._table("hhea"), 4)
        self.ascent, self.descent = self._thousandths(ascent), self._thousandths(descent)
        self._long_metrics = struct.unpack_from(">H", self._table("hhea"), 34)[0]
        self._glyphs = struct.unpack_from(">H", self._table("maxp"), 4)[0]

    def glyph(self, letter: str) -> int:
        """Return the number of a letter's glyph; 0, a box, when the font has none."""
        return self._letters.get(ord(letter), 0)

    def width(self, glyph: int) -> int:
        """Return how far a glyph advances, in thousandths of an em."""
        return self._thousandths(self._metrics[min(glyph, self._long_metrics - 1)][0])

    def subset(self, glyphs: Sequence[int]) -> bytes:
        """Return a font file with these glyphs, in this order; it has no letters, only numbers of glyphs.

        Glyphs that others are made of are put behind them. The first should be 0.
        """
        wanted = list(glyphs)
        places = {glyph: place for place, glyph in reversed(list(enumerate(wanted)))}
        outlines, offsets, size = [], [], 0
        for glyph in wanted:  # grows while it is read
            outline = bytearray(self._outline(glyph))
            for at, part in _parts(outline):
                if part not in places:
                    places[part] = len(wanted)
                    wanted.append(part)
                struct.pack_into(">H", outline, at, places[part])
            outline += bytes(-len(outline) % 4)
            outlines.append(outline)
            offsets.append(size)
            size += len(outline)
        tables = {name: self._table(name) for name in _NEEDED if name in self._tables}
        head, hhea, maxp = (bytearray(self._table(name)) for name in ("head", "hhea", "maxp"))
        struct.pack_into(">I", head, 8, 0)
        struct.pack_into(">h", head, 50, 1)  # long offsets
        struct.pack_into(">H", hhea, 34, len(wanted))
        struct.pack_into(">H", maxp, 4, len(wanted))
        tables |= {
            "glyf": b"".join(outlines),
            "head": bytes(head),
            "hhea": bytes(hhea),
            "hmtx": b"".join(self._metric(glyph) for glyph in wanted),
            "loca": struct.pack(f">{len(wanted) + 1}I", *offsets, size),
            "maxp": bytes(maxp),
        }
        return _file(tables)

    def _table(self, name: str) -> bytes:
        offset, length = self._tables[name]
        return self._data[offset : offset + length]

    def _thousandths(self, value: int) -> int:
        return round(value * 1000 / self.units)

    def _metric(self, glyph: int) -> bytes:
        if glyph < self._long_metrics:
            return struct.pack(">Hh", *self._metrics[glyph])
        bearing = struct.unpack_from(
            ">h", self._table("hmtx"), 4 * self._long_metrics + 2 * (glyph - self._long_metrics)
        )
        return struct.pack(">Hh", self._metrics[-1][0], bearing[0])

    @cached_property
    def _metrics(self) -> list[tuple[int, int]]:
        return list(struct.iter_unpack(">Hh", self._table("hmtx")[: 4 * self._long_metrics]))

    @cached_property
    def _offsets(self) -> Sequence[int]:
        loca, count = self._table("loca"), self._glyphs + 1
        if struct.unpack_from(">h", self._table("head"), 50)[0]:
            return struct.unpack_from(f">{count}I", loca)
        return [2 * offset for offset in struct.unpack_from(f">{count}H", loca)]

    def _outline(self, glyph: int) -> bytes:
        start = self._tables["glyf"][0]
        return self._data[start + self._offsets[glyph] : start + self._offsets[glyph + 1]]

    @cached_property
    def _letters(self) -> dict[int, int]:
        """Letters and their glyphs, from the table of the basic plane (format 4), or of all planes (12) if there is."""
        cmap = self._table("cmap")
        found: dict[int, int] = {}
        for n in range(struct.unpack_from(">H", cmap, 2)[0]):
            platform, encoding, at = struct.unpack_from(">HHI", cmap, 4 + 8 * n)
            if platform not in (0, 3) or (platform, encoding) == (3, 0):
                continue
            kind = struct.unpack_from(">H", cmap, at)[0]
            if kind == 12:
                for group in range(struct.unpack_from(">I", cmap, at + 12)[0]):
                    first, last, glyph = struct.unpack_from(">III", cmap, at + 16 + 12 * group)
                    found.update(zip(range(first, last + 1), range(glyph, glyph + last - first + 1), strict=True))
            elif kind == 4:
                found.update(_format_4(cmap, at))
        return found


def _format_4(cmap: bytes, at: int) -> dict[int, int]:
    count = struct.unpack_from(">H", cmap, at + 6)[0] // 2
    ends, starts, deltas, ranges = (
        struct.unpack_from(f">{count}H", cmap, at + 14 + 2 * count * n + (2 if n else 0)) for n in range(4)
    )
    found: dict[int, int] = {}
    for n in range(count):
        for letter in range(starts[n], min(ends[n], 0xFFFE) + 1):
            if ranges[n]:
                place = at + 16 + 6 * count + 2 * n + ranges[n] + 2 * (letter - starts[n])
                glyph = struct.unpack_from(">H", cmap, place)[0]
                glyph = (glyph + deltas[n]) & 0xFFFF if glyph else 0
            else:
                glyph = (letter + deltas[n]) & 0xFFFF
            if glyph:
                found[letter] = glyph
    return found


def _parts(outline: bytes | bytearray) -> list[tuple[int, int]]:
    """Return where in a glyph made of others they are named, and their numbers; none of one that is drawn itself."""
    if len(outline) < 12 or struct.unpack_from(">h", outline)[0] >= 0:
        return []
    found, at, more = [], 10, True
    while more:
        flags, glyph = struct.unpack_from(">HH", outline, at)
        found.append((at + 2, glyph))
        at += 8 if flags & _ARGS_ARE_WORDS else 6
        at += 2 if flags & _SCALE else 4 if flags & _SCALE_XY else 8 if flags & _TWO_BY_TWO else 0
        more = bool(flags & _MORE)
    return found


def _file(tables: dict[str, bytes]) -> bytes:
    """Return a font file of tables, with their sums."""
    power = len(tables).bit_length() - 1
    out = bytearray(
        struct.pack(">IHHHH", 0x00010000, len(tables), 16 << power, power, 16 * len(tables) - (16 << power))
    )
    place = 12 + 16 * len(tables)
    for name, data in sorted(tables.items()):
        out += struct.pack(">4sIII", name.encode(), _sum(data), place, len(data))
        place += len(data) + -len(data) % 4
    head = 0
    for name, data in sorted(tables.items()):
        head = len(out) if name == "head" else head
        out += data + bytes(-len(data) % 4)
    struct.pack_into(">I", out, head + 8, (0xB1B0AFBA - _sum(bytes(out))) & 0xFFFFFFFF)
    return bytes(out)


def _sum(data: bytes) -> int:
    data += bytes(-len(data) % 4)
    return sum(struct.unpack(f">{len(data) // 4}I", data)) & 0xFFFFFFFF
