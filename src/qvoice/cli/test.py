"""`qvoice test [TIER]`: everything there is, or one tier of it, with progress and an honest exit code.

Tiers run cheapest first: `house` (style, imports, types, guards), `core` (no engine, no database), `db` (PostgreSQL),
`sip` (real engines, real calls), `browser` (Chromium). A tier that fails does not keep the next ones from running; the
last lines say how each one ended.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
BIN = Path(sys.executable).parent


@dataclass(frozen=True, slots=True)
class Step:
    """One command of a tier."""

    label: str
    command: tuple[str, ...]


def pytest(*arguments: str) -> tuple[str, ...]:
    """A pytest command that prints slow tests and each failure's short summary."""
    return (sys.executable, "-m", "pytest", "--durations=5", "--durations-min=5", "-rfE", *arguments)


TIERS: dict[str, tuple[Step, ...]] = {
    "house": (
        Step("style", (str(BIN / "ruff"), "check", "src", "tests", "bench")),
        Step("imports", (str(BIN / "lint-imports"),)),
        Step("types", (str(BIN / "basedpyright"), "--level", "error")),
        Step("guards", pytest("tests/arch")),
    ),
    "core": (Step("unit tests", pytest("-m", "not db and not sip and not browser", "--ignore=tests/arch")),),
    "db": (Step("database tests", pytest("-m", "db and not sip and not browser")),),
    "sip": (Step("real calls", pytest("-m", "sip and not browser")),),
    "browser": (Step("browser tests", pytest("-m", "browser")),),
}
NOTHING_COLLECTED = 5
"""pytest's exit code when no test was selected."""


def run(tier: str, *, extra: tuple[str, ...] = ()) -> int:
    """Run `tier` (or `all`); `extra` goes to pytest. Returns 0 only if every step passed; no tests is a failure."""
    if tier != "all" and tier not in TIERS:
        print(f"no tier {tier!r}; there are: all, {', '.join(TIERS)}", file=sys.stderr)
        return 2
    outcomes: list[tuple[str, str, int, float]] = []
    environment = os.environ | {"PYTHONUNBUFFERED": "1", "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"}
    for name in TIERS if tier == "all" else (tier,):
        for step in TIERS[name]:
            print(f"\n=== {name}: {step.label}", flush=True)
            started = time.monotonic()
            command = (*step.command, *extra) if "pytest" in step.command else step.command
            code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
            outcomes.append((name, step.label, code, time.monotonic() - started))
    print("\n=== outcome", flush=True)
    for name, label, code, seconds in outcomes:
        word = "passed" if code == 0 else "NO TESTS" if code == NOTHING_COLLECTED else f"FAILED ({code})"
        print(f"{name:<8} {label:<16} {word:<12} {seconds:6.0f} s")
    failed = sum(code != 0 for _, _, code, _ in outcomes)
    print(f"{failed} of {len(outcomes)} steps failed" if failed else f"all {len(outcomes)} steps passed", flush=True)
    return 1 if failed else 0
