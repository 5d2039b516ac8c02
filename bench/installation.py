"""An installation for measuring: its own data and ports, with what only benchmarks need opened (`engine.bench`)."""

from __future__ import annotations

import json
import os
import subprocess
import time
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from qvoice.kit.settings import Settings, load

ROOT = Path(__file__).resolve().parents[1]


class Failed(Exception):
    """A command of the installation failed; the text is what it said."""


class LeftOut(Exception):
    """A benchmark cannot be run here, because of something that is no fault of QVOICE's; the text says what to do."""


@dataclass
class Installation:
    """`start_seconds`: how long the starts took, by name (`cold`: new data, `warm`: data there)."""

    data: Path
    environ: dict[str, str]
    start_seconds: dict[str, float] = field(default_factory=dict)
    quick: bool = False
    """True: try each measurement briefly; the figures say little."""
    big: bool = False
    """True: the sizes that are promised (a million rates, a million call records), which take half an hour more."""

    @property
    def settings(self) -> Settings:
        """Its settings."""
        return load(self.data, environ=self.environ)

    @cached_property
    def demo(self) -> dict[str, Any]:
        """Its demo, made when missing."""
        return json.loads(self.command("demo", "--json"))

    def command(self, *arguments: str, within: float = 1800) -> str:
        """Run `./qvoice …` on it; return its output. Raises Failed."""
        run = subprocess.run(
            [str(ROOT / "qvoice"), *arguments, "--data", str(self.data)],
            cwd=ROOT,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=within,
            check=False,
        )
        if run.returncode != 0:
            raise Failed(f"./qvoice {' '.join(arguments)} ended with {run.returncode}:\n{run.stdout}\n{run.stderr}")
        return run.stdout

    def start(self, name: str) -> None:
        """`up --detach`, timed as `name`."""
        began = time.monotonic()
        self.command("up", "--detach")
        self.start_seconds[name] = time.monotonic() - began

    def stop(self) -> None:
        """`down`."""
        self.command("down")

    def processes(self) -> dict[str, dict[str, Any]]:
        """What `status --json` says of each process."""
        return {row["name"]: row for row in json.loads(self.command("status", "--json"))["processes"]}


def running(data: Path) -> Installation:
    """Return the installation in `data`, which is up. Raises Failed when it was not started for benchmarks."""
    found = Installation(data, dict(os.environ))
    if not found.settings.engine.bench:
        raise Failed(f"{data} has no bare Dial() to compare with; start it with QVOICE_ENGINE_BENCH=1 ./qvoice up")
    found.processes()
    return found


def fresh(data: Path, *, offset: int) -> Installation:
    """Return an installation in the empty folder `data` with every port shifted by `offset`; it is not started."""
    environ = {key: value for key, value in os.environ.items() if not key.startswith("QVOICE_")}
    return Installation(data, environ | {"QVOICE_PORTS_OFFSET": str(offset), "QVOICE_ENGINE_BENCH": "1"})
