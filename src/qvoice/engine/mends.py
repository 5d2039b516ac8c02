"""Mending a program of an image: a few bytes of a distribution's binary, where its build has a fault and no newer one
is there (docs/adr/0053-a-byte-of-a-package.md).

A mend names what it finds, once, and what it puts there, as long as what it found. A program in which that is not found
is left as it is: another build, which may not have the fault. Tests with real sound say whether it has.
"""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass
from pathlib import Path

from qvoice.kit.errors import Unavailable

_NOTE = "qvoice-mends.json"


class MendWrong(Unavailable):
    """A mend of a recipe would change the length of a program."""

    code = "mend-wrong"


@dataclass(frozen=True, slots=True)
class Mend:
    """One change: in `file` of the image, on `machine` (as `uname -m` says), the bytes `finds` become `puts` (hex)."""

    name: str
    file: str
    machine: str
    finds: str
    puts: str


def apply(mends: tuple[Mend, ...], image: Path) -> list[str]:
    """Mend the programs of `image` unless that was done; return the names of the mends that are in it now.

    A running program keeps the file it was started from: the mended one gets its name.
    """
    note = image / _NOTE
    wanted = [asdict(mend) for mend in mends]
    try:
        noted = json.loads(note.read_text())
    except (FileNotFoundError, ValueError):  # not there, or torn by a kill: mending again does no harm
        noted = {}
    if noted.get("mends") == wanted:
        return noted["done"]
    done = [mend.name for mend in mends if mend.machine == platform.machine() and _one(mend, image)]
    _put(note, json.dumps({"mends": wanted, "done": done}, indent=1).encode(), mode=0o644)
    return done


def _one(mend: Mend, image: Path) -> bool:
    finds, puts = bytes.fromhex(mend.finds), bytes.fromhex(mend.puts)
    if len(finds) != len(puts):
        raise MendWrong(f"The mend {mend.name} puts {len(puts)} bytes in the place of {len(finds)}.")
    file = image / mend.file.lstrip("/")
    if not file.exists():
        return False
    content = file.read_bytes()
    if content.count(finds) != 1:
        return content.count(puts) == 1
    _put(file, content.replace(finds, puts), mode=file.stat().st_mode & 0o7777)
    return True


def _put(file: Path, content: bytes, *, mode: int) -> None:
    """Write a file whole or not at all; two installations that start may do it at once."""
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    fresh.write_bytes(content)
    fresh.chmod(mode)
    os.replace(fresh, file)
