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

ROOT = Path(__file__).resolve().parents[3]
OFFSET = 2600
"""Ports of the installation that is measured; far from the default and from the tests'."""


def modules() -> dict[str, Any]:
    """Every benchmark by name: the modules of `bench/` that have `measure`."""
    sys.path.insert(0, str(ROOT))
    names = sorted(info.name for info in pkgutil.iter_modules([str(ROOT / "bench")]))
    loaded = {name: importlib.import_module(f"bench.{name}") for name in names}
    return {name: module for name, module in loaded.items() if hasattr(module, "measure")}


def run(name: str, *, data: Path, as_json: bool) -> int:
    """Measure `name` (all when empty); prints figures. Returns 1 if a benchmark failed or a wish was not met.

    `data` is left alone: what is measured lives in a temporary folder and is gone afterwards.
    """
    known = modules()
    if name and name not in known:
        print(f"no benchmark {name!r}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    from bench.installation import fresh

    folder = Path(tempfile.mkdtemp(prefix="qvoice-bench-"))
    results: dict[str, Any] = {}
    failed = False
    installation = fresh(folder, offset=OFFSET)
    try:
        print("starting an installation to measure …", file=sys.stderr, flush=True)
        installation.start("cold")
        for one in [name] if name else known:
            print(f"measuring {one} …", file=sys.stderr, flush=True)
            try:
                results[one] = known[one].measure(installation)
            except Exception:  # noqa: BLE001 - one broken benchmark must not hide the others; it is told and counts
                traceback.print_exc()
                failed = True
    finally:
        try:
            installation.stop()
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    figures = [figure for part in results.values() for figure in part]
    failed = failed or any(figure.met is False for figure in figures)
    if as_json:
        print(json.dumps(report(results), indent=1))
    else:
        for one, part in results.items():
            print(f"\n{one}")
            for figure in part:
                print("  " + figure.as_line())
    return 1 if failed else 0


def report(results: dict[str, Any]) -> dict[str, Any]:
    """What `--json` prints: the machine and the figures by benchmark."""
    machine = {"cpus": os.cpu_count(), "system": platform.platform(), "python": platform.python_version()}
    return {
        "machine": machine,
        "figures": {one: [figure.as_json() for figure in part] for one, part in results.items()},
    }
