"""System tools QVOICE needs: installed when we may, else the exact command is told."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from qvoice.kit.errors import Unavailable

APT = ("apt-get", "-o", "DPkg::Lock::Timeout=300")
"""A machine that has just booted updates itself: wait for that instead of failing."""


class ToolMissing(Unavailable):
    """A system tool is missing."""

    code = "tool-missing"


def root_of_project() -> Path:
    """The checkout: where engine/, portal/ and the locks are."""
    return Path(os.environ.get("QVOICE_HOME") or Path(__file__).resolve().parents[3])


def need(program: str, package: str) -> str:
    """Return the path of `program`, installing the Debian `package` when running as root. Raises ToolMissing with the
    command to run.
    """
    need_all({program: package})
    found = shutil.which(program)
    assert found, program
    return found


def need_all(wanted: Mapping[str, str]) -> None:
    """Have every program of `{program: Debian package}`; raises ToolMissing with one command for them all."""
    missing = {program: package for program, package in wanted.items() if not shutil.which(program)}
    if not missing:
        return
    packages = " ".join(dict.fromkeys(missing.values()))
    names, verb = " and ".join(missing), "is" if len(missing) == 1 else "are"
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise ToolMissing(f"{names} {verb} missing. Run: sudo apt-get install -y {packages}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([*APT, "update", "-qq"], env=environment, check=False, capture_output=True)
    run = subprocess.run(
        [*APT, "install", "-y", "-qq", "--no-install-recommends", *packages.split()],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode or not all(shutil.which(program) for program in missing):
        raise ToolMissing(
            f"{names} {verb} missing and `apt-get install {packages}` failed:\n{run.stderr.strip()[-500:]}"
        )
