"""The import contracts of pyproject.toml hold, and processes stay strangers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.arch.tree import ROOT, modules

PROCESSES = ("api", "callcontrol", "worker", "engine", "phoneserver", "gateways")


def test_import_contracts_hold() -> None:
    checked = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_no_process_imports_another() -> None:
    found = []
    for file, tree in modules("src/qvoice"):
        parts = file.relative_to(ROOT / "src" / "qvoice").parts
        if parts[0] not in PROCESSES:
            continue
        for name in tree.imports:
            other = name.split(".")[1] if name.startswith("qvoice.") else ""
            if other in PROCESSES and other != parts[0]:
                found.append(f"{file.relative_to(ROOT)} imports {name}")
    assert not found, "\n".join(found)
