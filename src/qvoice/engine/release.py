"""Which code an installation was started with: a newer checkout changes nothing until it is started again."""

from __future__ import annotations

import hashlib
from pathlib import Path

from qvoice.engine.tools import root_of_project
from qvoice.kit.settings import Settings

_SOURCES = ("src", "engine", "requirements.lock")


def of_checkout(root: Path | None = None) -> str:
    """Return a hash over the code and the engines' configuration as they are on disk now."""
    root = root or root_of_project()
    hashed = hashlib.sha256()
    for name in _SOURCES:
        top = root / name
        for file in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if file.is_file() and "__pycache__" not in file.parts:
                content = file.read_bytes()
                hashed.update(f"{file.relative_to(root).as_posix()}\0{len(content)}\0".encode())
                hashed.update(content)
    return hashed.hexdigest()


def remember(settings: Settings) -> None:
    """Note the code that starts now."""
    _note(settings).write_text(of_checkout())


def is_current(settings: Settings) -> bool:
    """Tell whether what runs is the code on disk; an installation that kept no note is not."""
    note = _note(settings)
    return note.exists() and note.read_text() == of_checkout()


def _note(settings: Settings) -> Path:
    return settings.run / "started-code"
