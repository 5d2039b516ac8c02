"""`qvoice new KIND NAME`: lay out a callflow module, a REST resource or a portal page, each with one test that fails.

The failing test is the point: it says what to write first. Templates are the trees below `templates/<kind>/`, whose
paths mirror the project's; `__word__` in a path and `@@word@@` in a text stand for the names.
"""

from __future__ import annotations

import keyword
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
TEMPLATES = Path(__file__).parent / "templates"
NEXT = {
    "module": "docs/handbook/add-a-callflow-module.md",
    "resource": "docs/handbook/add-a-resource.md",
    "page": "docs/handbook/README.md",
}


class Refused(Exception):
    """The name or kind cannot be scaffolded; the text says why and what to do."""


def words_for(kind: str, name: str, *, root: Path = ROOT) -> dict[str, str]:
    """Return what the placeholders stand for. Raises Refused for a name that would not make a sound file or table."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,39}", name) or keyword.iskeyword(name) or name.endswith("_"):
        raise Refused(f"{name!r} is no name: use lower-case letters, digits and _, a letter first, such as call_park")
    plural = name if name.endswith("s") else name[:-1] + "ies" if re.search(r"[^aeiou]y$", name) else name + "s"
    singular = name[:-1] if kind == "resource" and name.endswith("s") else name
    words = {
        "name": singular if kind == "resource" else name,
        "Name": "".join(part.capitalize() for part in singular.split("_")),
        "words": singular.replace("_", " "),
        "Words": singular.replace("_", " ").capitalize(),
        "plural": plural,
        "Plural": plural.replace("_", " ").capitalize(),
    }
    if kind == "resource":
        versions = root / "src" / "qvoice" / "db" / "migrations" / "versions"
        numbers = sorted(file.name[:4] for file in versions.glob("[0-9][0-9][0-9][0-9]_*.py"))
        last = numbers[-1] if numbers else "0000"
        words |= {"previous": last, "revision": f"{int(last) + 1:04d}"}
    return words


def plan(kind: str, name: str, *, root: Path = ROOT) -> dict[Path, str]:
    """Return the files to write with their texts. Raises Refused if the kind is unknown or a file is already there."""
    kinds = sorted(folder.name for folder in TEMPLATES.iterdir() if folder.is_dir())
    if kind == "vendor":
        raise Refused("phones are not provisioned yet: there is no vendor folder to add to")
    if kind not in kinds:
        raise Refused(f"no kind {kind!r}; there are: {', '.join(kinds)}")
    words = words_for(kind, name, root=root)
    files: dict[Path, str] = {}
    for template in sorted((TEMPLATES / kind).rglob("*.tmpl")):
        path, text = str(template.relative_to(TEMPLATES / kind)).removesuffix(".tmpl"), template.read_text()
        for word, value in words.items():
            path, text = path.replace(f"__{word}__", value), text.replace(f"@@{word}@@", value)
        files[root / path] = text
    there = [str(file.relative_to(root)) for file in files if file.exists()]
    if there:
        raise Refused(f"already there: {', '.join(there)}")
    return files


def run(kind: str, name: str) -> int:
    """Write the files and say what to do next. Returns the exit code."""
    try:
        files = plan(kind, name)
    except Refused as problem:
        print(problem, file=sys.stderr)
        return 2
    for file, text in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        print(file.relative_to(ROOT))
    python = [str(file) for file in files if file.suffix == ".py"]
    if python:  # where an import sorts depends on the name
        subprocess.run(
            [str(Path(sys.executable).parent / "ruff"), "check", "-q", "--select", "I", "--fix", *python], check=True
        )
    print(f"next: make the failing test say what you want ({NEXT[kind]})")
    return 0
