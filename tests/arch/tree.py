"""Reading the project's own source for the guards: files tracked or about to be, and their syntax trees."""

from __future__ import annotations

import ast
import functools
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Source:
    """A parsed module."""

    body: ast.Module

    @property
    def imports(self) -> list[str]:
        """Every imported module or name, dotted in full, wherever in the file."""
        names: list[str] = []
        for node in ast.walk(self.body):
            if isinstance(node, ast.Import):
                names += [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names += [f"{node.module}.{alias.name}" for alias in node.names]
        return names

    @property
    def calls(self) -> list[tuple[int, str]]:
        """Every call as (line, dotted name); calls on expressions give only what follows the last bracket."""
        return [(node.lineno, ast.unparse(node.func)) for node in ast.walk(self.body) if isinstance(node, ast.Call)]


@functools.cache
def tracked() -> tuple[Path, ...]:
    """Files of the project: tracked by git, or new and not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    files = (ROOT / name for name in listed.stdout.decode().split("\0") if name)
    return tuple(file for file in files if file.is_file())


@functools.cache
def parsed(file: Path) -> Source:
    """The module in `file`."""
    return Source(ast.parse(file.read_text(), str(file)))


def modules(*folders: str) -> Iterator[tuple[Path, Source]]:
    """Every Python file of the project below `folders`, with its tree."""
    roots = [ROOT / folder for folder in folders]
    for file in tracked():
        if file.suffix == ".py" and any(file.is_relative_to(root) for root in roots):
            yield file, parsed(file)
