"""`qvoice bench [NAME]`: run the benchmarks of `bench/` on an installation of their own, side by side in one run."""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import platform
import shutil
import signal
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qvoice.cli import say
from qvoice.engine import images
from qvoice.engine.tools import ToolMissing, need_all

ROOT = Path(__file__).resolve().parents[3]
OFFSET = 2600
"""Ports of the installation that is measured; far from the default and from the tests'."""


@dataclass
class Results:
    """By benchmark: its figures and how many seconds it took; why it was left out; which could not be run."""

    figures: dict[str, list[Any]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    @property
    def unmet(self) -> bool:
        """Whether a wish was not met."""
        return any(figure.met is False for part in self.figures.values() for figure in part)

    def as_json(self) -> dict[str, Any]:
        """What `--json` prints: the machine, the figures by benchmark, and what there are none of."""
        machine = {"cpus": os.cpu_count(), "system": platform.platform(), "python": platform.python_version()}
        return {
            "machine": machine,
            "figures": {one: [figure.as_json() for figure in part] for one, part in self.figures.items()},
            "seconds": {one: round(took, 1) for one, took in self.seconds.items()},
            "left_out": self.left_out,
            "broken": self.broken,
        }

    def as_lines(self) -> list[str]:
        """The same for people."""
        lines: list[str] = []
        for one, part in self.figures.items():
            lines += [f"\n{one} ({self.seconds[one]:.0f} s)", *("  " + figure.as_line() for figure in part)]
        lines += [f"\n{one}: left out. {why}" for one, why in self.left_out.items()]
        return lines + [f"\n{one}: BROKEN, see above" for one in self.broken]


def modules() -> dict[str, Any]:
    """Every benchmark by name: the modules of `bench/` that have `measure`."""
    sys.path.insert(0, str(ROOT))
    names = sorted(info.name for info in pkgutil.iter_modules([str(ROOT / "bench")]))
    loaded = {name: importlib.import_module(f"bench.{name}") for name in names}
    return {name: module for name, module in loaded.items() if hasattr(module, "measure")}


def run(name: str, *, data: Path | None, as_json: bool, quick: bool, big: bool = False) -> int:
    """Measure `name` (all when empty); prints figures. Returns 1 if a benchmark failed or a wish was not met.

    Without `data` what is measured lives in a temporary folder and is gone afterwards; an installation that is given
    is not stopped, so how it starts is not measured.
    """
    known = modules()
    if name and name not in known:
        print(f"no benchmark {name!r}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    from bench.installation import Failed, running

    wanted = [name] if name else list(known)
    # Whoever ends it by a signal gets what Ctrl-C does: all is stopped and removed.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)
    try:
        if data:
            results = measure(running(data.expanduser().absolute()), known, wanted, quick=quick, big=big)
        else:
            results = measure_fresh(known, wanted, quick=quick, big=big)
    except Failed as problem:
        print(problem, file=sys.stderr)
        return 1
    print(json.dumps(results.as_json(), indent=1) if as_json else "\n".join(results.as_lines()))
    # In a quick try the figures are of the machine's warming up: only what cannot be measured at all fails.
    return 1 if results.broken or (not quick and results.unmet) else 0


def _end(number: int, frame: Any) -> None:
    raise SystemExit(128 + number)


def measure_fresh(known: dict[str, Any], wanted: list[str], *, quick: bool, big: bool = False) -> Results:
    """Measure an installation made for it; it is removed afterwards."""
    from bench.installation import fresh

    folder = Path(tempfile.mkdtemp(prefix="qvoice-bench-"))
    installation = fresh(folder, offset=OFFSET)
    for image in ("store", "voice"):  # the cold start is one with images there
        images.ensure(image, say)
    try:
        say("starting an installation to measure …")
        installation.start("cold")
        # How it starts, and what it holds when nobody has called yet, comes first.
        return measure(installation, known, sorted(wanted, key=lambda one: one != "start"), quick=quick, big=big)
    finally:
        try:
            installation.stop()
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def measure(installation: Any, known: dict[str, Any], wanted: list[str], *, quick: bool, big: bool = False) -> Results:
    """Run the benchmarks one after the other. One whose tools (`NEEDS {program: package}` of its module) are missing,
    or that says so (`LeftOut`), is left out.
    """
    from bench.installation import LeftOut

    results = Results()
    installation.quick, installation.big = quick, big
    for one in wanted:
        if one == "start" and not installation.start_seconds:
            results.left_out[one] = "The installation is somebody's: it is not stopped to see how it starts."
            continue
        say(f"measuring {one} …")
        began = time.monotonic()
        try:
            need_all(getattr(known[one], "NEEDS", {}))
            figures = known[one].measure(installation)
        except (LeftOut, ToolMissing) as missing:
            results.left_out[one] = str(missing)
        except Exception:  # noqa: BLE001 - one broken benchmark must not hide the others; it is told and counts
            traceback.print_exc()
            results.broken.append(one)
        else:
            results.figures[one], results.seconds[one] = figures, time.monotonic() - began
    return results
