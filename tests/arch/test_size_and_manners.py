"""Files stay readable, say why they exist, and do not print; nobody's machine or registry is named."""

from __future__ import annotations

import ast
import re

import pytest

from tests.arch.tree import ROOT, modules, tracked

LIMITS = {".py": 400, ".tsx": 250, ".ts": 400, ".cfg": 400}
GENERATED = re.compile(r"portal/src/(api/generated|routeTree\.gen)|\.lock$")
FORBIDDEN_NAMES = frozenset(
    {"utils.py", "helpers.py", "manager.py", "service.py", "services.py", "common.py", "misc.py"}
)
REGISTRIES = re.compile(
    "|".join(
        ("registry" + r"\.npmjs\.org", "pypi" + r"\.org/simple", "files\\." + "pythonhosted", "proxy\\." + "golang")
    )
)
MACHINE = re.compile(r"/(?:work|home/[a-z]+|root)/[A-Za-z]")


@pytest.mark.parametrize("suffix", LIMITS)
def test_files_are_short_enough_to_read(suffix: str) -> None:
    long = [
        f"{file.relative_to(ROOT)}: {lines} lines"
        for file in tracked()
        if file.suffix == suffix and not GENERATED.search(str(file.relative_to(ROOT)))
        if (lines := len(file.read_text().splitlines())) > LIMITS[suffix]
    ]
    assert not long, "\n".join(long)


def test_no_file_is_named_after_nothing() -> None:
    assert not [str(f.relative_to(ROOT)) for f in tracked() if f.name in FORBIDDEN_NAMES]


def test_every_module_says_why_it_exists() -> None:
    silent = [
        str(file.relative_to(ROOT))
        for file, source in modules("src", "tests", "bench")
        if source.body.body and not ast.get_docstring(source.body)
    ]
    assert not silent, "\n".join(silent)


def test_only_the_command_line_prints() -> None:
    found = [
        f"{file.relative_to(ROOT)}:{line}"
        for file, source in modules("src/qvoice")
        if file.relative_to(ROOT / "src" / "qvoice").parts[0] not in ("cli", "engine")
        for line, name in source.calls
        if name == "print"
    ]
    assert not found, "\n".join(found)


def test_no_exception_is_swallowed() -> None:
    found = []
    for file, source in modules("src"):
        for node in ast.walk(source.body):
            if isinstance(node, ast.ExceptHandler):
                bare = node.type is None
                silent = len(node.body) == 1 and isinstance(node.body[0], ast.Pass)
                said = "#" in file.read_text().splitlines()[node.body[0].lineno - 1]
                if bare or (silent and not said):
                    found.append(f"{file.relative_to(ROOT)}:{node.lineno}")
    assert not found, "log it, handle it, or say in a comment on the line why not:\n" + "\n".join(found)


def test_no_registry_host_and_no_path_of_a_machine_is_tracked() -> None:
    found = []
    for file in tracked():
        try:
            text = file.read_text()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if REGISTRIES.search(line) or MACHINE.search(line):
                found.append(f"{file.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    assert not found, "\n".join(found)
