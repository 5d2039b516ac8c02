"""System tools QVOICE needs: installed when we may, else the exact command is told."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from qvoice.kit.errors import Unavailable


class ToolMissing(Unavailable):
    """A system tool is missing."""

    code = "tool-missing"


def root_of_project() -> Path:
    """The checkout: where engine/, portal/ and the locks are."""
    return Path(os.environ.get("QVOICE_HOME") or Path(__file__).resolve().parents[3])


def need(program: str, *packages: str) -> str:
    """Return the path of `program`, installing Debian `packages` when running as root. Raises ToolMissing with the
    command to run.
    """
    found = shutil.which(program)
    if found:
        return found
    wanted = " ".join(packages)
    if os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], env=environment, check=False, capture_output=True)
        run = subprocess.run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        found = shutil.which(program)
        if run.returncode == 0 and found:
            return found
        raise ToolMissing(f"{program} is missing and `apt-get install {wanted}` failed:\n{run.stderr.strip()[-500:]}")
    raise ToolMissing(f"{program} is missing. Run: sudo apt-get install -y {wanted}")
