"""`qvoice bench [NAME]`: run the benchmarks of `bench/` on an installation of their own, side by side in one run."""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import platform
import shutil
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

from qvoice.cli import say
from qvoice.engine import images
from qvoice.engine.tools import need

ROOT = Path(__file__).resolve().parents[3]
OFFSET = 2600
"""Ports of the installation that is measured; far from the default and from the tests'."""


def modules() -> dict[str, Any]:
    """Every benchmark by name: the modules of `bench/` that have `measure`."""
    sys.path.insert(0, str(ROOT))
    names = sorted(info.name for info in pkgutil.iter_modules([str(ROOT / "bench")]))
    loaded = {name: importlib.import_module(f"bench.{name}") for name in names}
    return {name: module for name, module in loaded.items() if hasattr(module, "measure")}


def run(name: str, *, data: Path | None, as_json: bool, quick: bool) -> int:
    """Measure `name` (all when empty); prints figures. Returns 1 if a benchmark failed or a wish was not met.

    Without `data` what is measured lives in a temporary folder and is gone afterwards; an installation that is given
    is not stopped, so how it starts is not measured.
    """
    known = modules()
    if name and name not in known:
        print(f"no benchmark {name!r}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    from bench.installation import Failed, running

    need("sipp", "sip-tester")
    wanted = [name] if name else list(known)
    results: dict[str, Any] = {}
    try:
        if data:
            results, failed = measure(running(data.expanduser().absolute()), known, wanted, quick=quick)
        else:
            results, failed = measure_fresh(known, wanted, quick=quick)
    except Failed as problem:
        print(problem, file=sys.stderr)
        return 1
    figures = [figure for part in results.values() for figure in part]
    # In a quick try the figures are of the machine's warming up: only what cannot be measured at all fails.
    failed = failed or (not quick and any(figure.met is False for figure in figures))
    if as_json:
        print(json.dumps(report(results), indent=1))
    else:
        for one, part in results.items():
            print(f"\n{one}")
            for figure in part:
                print("  " + figure.as_line())
    return 1 if failed else 0


def measure_fresh(known: dict[str, Any], wanted: list[str], *, quick: bool) -> tuple[dict[str, Any], bool]:
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
        return measure(installation, known, sorted(wanted, key=lambda one: one != "start"), quick=quick)
    finally:
        try:
            installation.stop()
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def measure(
    installation: Any, known: dict[str, Any], wanted: list[str], *, quick: bool
) -> tuple[dict[str, Any], bool]:
    """Run the benchmarks one after the other; returns the figures by benchmark, and whether one could not be run."""
    results: dict[str, Any] = {}
    failed = False
    installation.quick = quick
    for one in wanted:
        if one == "start" and not installation.start_seconds:
            say("start is not measured: the installation is somebody's")
            continue
        say(f"measuring {one} …")
        try:
            results[one] = known[one].measure(installation)
        except Exception:  # noqa: BLE001 - one broken benchmark must not hide the others; it is told and counts
            traceback.print_exc()
            failed = True
    return results, failed


def report(results: dict[str, Any]) -> dict[str, Any]:
    """What `--json` prints: the machine and the figures by benchmark."""
    machine = {"cpus": os.cpu_count(), "system": platform.platform(), "python": platform.python_version()}
    return {
        "machine": machine,
        "figures": {one: [figure.as_json() for figure in part] for one, part in results.items()},
    }
