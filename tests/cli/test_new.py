"""`qvoice new` writes files that fit the project, one failing test among them."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from qvoice.cli import new


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        ("module", "call_park", "src/qvoice/core/flow/modules/call_park.py"),
        ("module", "call_park", "tests/core/flow/test_call_park.py"),
        ("resource", "pager", "src/qvoice/features/pagers/resource.py"),
        ("resource", "directory_entry", "src/qvoice/features/directory_entries/api.py"),
        ("page", "reports", "portal/src/routes/_app/a/$account/reports/index.tsx"),
    ],
)
def test_a_scaffold_is_whole_and_parses(kind: str, name: str, expected: str, tmp_path: Path) -> None:
    files = {str(path.relative_to(tmp_path)): text for path, text in new.plan(kind, name, root=tmp_path).items()}
    assert expected in files
    assert not [path for path, text in files.items() if "@@" in text or "@@" in path or ".tmpl" in path]
    for path, text in files.items():
        if path.endswith(".py"):
            assert ast.get_docstring(ast.parse(text)), path
        if path.endswith(".json"):
            json.loads(text)
    assert any("pytest.fail" in text or "expect.fail" in text for text in files.values())


def test_the_scaffold_passes_the_style_check(tmp_path: Path) -> None:
    for kind, name in (("module", "call_park"), ("resource", "pager")):
        for path, text in new.plan(kind, name, root=tmp_path).items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    command = [str(Path(sys.executable).parent / "ruff"), "check", "--no-cache", "--ignore", "I001", "--config"]
    command += [str(new.ROOT / "pyproject.toml"), "."]  # `new` itself sorts the imports, in the project
    checked = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def test_a_new_resources_migration_follows_the_last_one() -> None:
    words = new.words_for("resource", "pager")
    assert int(words["revision"]) == int(words["previous"]) + 1
    versions = new.ROOT / "src" / "qvoice" / "db" / "migrations" / "versions"
    assert list(versions.glob(f"{words['previous']}_*.py"))
    assert not list(versions.glob(f"{words['revision']}_*.py"))


@pytest.mark.parametrize("name", ["Park", "1st", "a-b", "class", "../x", "", "x" * 60, "park_"])
def test_names_that_make_no_file_are_refused(name: str) -> None:
    with pytest.raises(new.Refused, match="no name"):
        new.plan("module", name)


def test_what_is_there_is_not_overwritten() -> None:
    with pytest.raises(new.Refused, match="already there"):
        new.plan("module", "device")
    with pytest.raises(new.Refused, match="there are: module, page, resource"):
        new.plan("thing", "device")
