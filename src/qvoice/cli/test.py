"""`qvoice test [TIER]`: everything there is, or one tier of it, with progress and an honest exit code.

Tiers run cheapest first: `house` (style, imports, types, guards, the portal's own), `core` (no engine, no database),
`db` (PostgreSQL), `sip` (real engines, real calls), `browser` (Chromium). Before a tier, what it needs is made: engine
images, packages of the portal, and for the last two installations with the demo in them: real calls wait more than they
work, so their files are spread over `INSTALLATIONS` of them. A tier that fails does not keep
the next ones from running. The last line says `N passed, N failed`, counting tests, and each step without tests as one.

Real calls on a busy machine can miss a deadline: up to `SECOND_TRIES` tests of `sip` and `browser` that failed are
tried once more, alone. What passed only then is said so in the outcome: a test that stands there twice has a fault to
be found.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from subprocess import STDOUT
from typing import IO
from xml.etree import ElementTree

from qvoice.engine import addresses, images, portal, supervise, tools
from qvoice.kit.errors import QvoiceError
from qvoice.kit.settings import load

ROOT = Path(__file__).resolve().parents[3]
BIN = Path(sys.executable).parent
OFFSETS = range(1200, 9200, 500)
"""Where free ports for the installations are sought, unless `QVOICE_PORTS_OFFSET` says where."""
INSTALLATIONS = 2
SHORT_WAITS = {"QVOICE_EDGE_LOCK_SECONDS": "15", "QVOICE_MEDIA_SILENCE_SECONDS": "15"}
"""Settings of the installations that are tested: what operators wait a minute for, tests need not."""
STEP_LIMIT_S = 1500
"""After this a step is stopped and has failed. One test that hangs is stopped much sooner (tests/conftest.py)."""
SECOND_TRIES = 4
REPORT = "{report}"
"""In a command: the file where the tool writes how its tests went (JUnit's XML)."""


@dataclass(frozen=True, slots=True)
class Step:
    """One command of a tier. `npm`: its arguments are npm's, and it runs in the portal. `beside`: it runs at the same
    time as the tier's other steps. `spread`: its files go over all installations, a pytest worker for each.
    """

    label: str
    command: tuple[str, ...]
    npm: bool = False
    beside: bool = False
    spread: bool = False

    @property
    def is_pytest(self) -> bool:
        """Whether it takes pytest's arguments."""
        return "pytest" in self.command


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a step went. `word`: for people; counts are of tests."""

    tier: str
    label: str
    word: str
    passed: int
    failed: int
    skipped: int
    seconds: float


def pytest(*arguments: str) -> tuple[str, ...]:
    """A pytest command that prints slow tests and each failure's short summary."""
    return (
        sys.executable, "-m", "pytest", "--durations=5", "--durations-min=5", "-rfEs", f"--junitxml={REPORT}",
        *arguments,
    )  # fmt: skip


SPREAD = ("-n", "auto", "--maxprocesses", "8", "--dist", "loadfile")
"""Over the processors, for tests that have their world to themselves: each worker starts a database server of its own,
and tests of one file share what they made.
"""

TIERS: dict[str, tuple[Step, ...]] = {
    "house": (
        Step("style", (str(BIN / "ruff"), "check", "src", "tests", "bench")),
        Step("imports", (str(BIN / "lint-imports"),)),
        Step("types", (str(BIN / "basedpyright"), "--level", "error")),
        Step("guards", pytest("tests/arch")),
        Step("portal: types, style", ("run", "check"), npm=True),
        Step(
            "portal: unit tests",
            ("test", "--", "--reporter=default", "--reporter=junit", f"--outputFile.junit={REPORT}"),
            npm=True,
        ),
    ),
    "core": (Step("unit tests", pytest(*SPREAD, "-m", "not db and not sip and not browser", "--ignore=tests/arch")),),
    "db": (Step("database tests", pytest(*SPREAD, "-m", "db and not sip and not browser")),),
    # Side by side: both wait more than they work, and each has engines of its own.
    "sip": (
        Step("real calls", pytest("-m", "sip and shared and not browser"), beside=True, spread=True),
        Step("one media node", pytest("-m", "sip and not shared and not browser"), beside=True),
    ),
    "browser": (Step("browser tests", pytest("-m", "browser")),),
}
NOTHING_COLLECTED = 5
"""pytest's exit code when no test was selected."""
NO_TESTS = "NO TESTS"


def say(line: str) -> None:
    """Show progress at once, in order with what the steps print."""
    print(line, flush=True)


class InstallationFailed(QvoiceError):
    """An installation for the tests did not start."""


class Installations:
    """Those that the tiers `sip` and `browser` use; `QVOICE_TEST_DATA` names one that is up already."""

    def __init__(self) -> None:
        self.ours = "QVOICE_TEST_DATA" not in os.environ
        self.environments: list[dict[str, str]] = []
        """What each one is called by and was started with; the first one's is that of a step that is not spread."""

    def up(self, number: int) -> None:
        """Start `number` or more, and again what a tier has left broken. Raises InstallationFailed."""
        if not self.ours:
            return
        given = os.environ.get("QVOICE_PORTS_OFFSET")  # ports for one
        while len(self.environments) < (1 if given else number):
            data = tempfile.mkdtemp(prefix="qvoice-test-")
            taken = [one["QVOICE_PORTS_OFFSET"] for one in self.environments]
            offset = given or free_offset(Path(data), but=taken)
            self.environments.append({"QVOICE_TEST_DATA": data, "QVOICE_PORTS_OFFSET": offset} | SHORT_WAITS)
        with ThreadPoolExecutor() as pool:
            codes = list(pool.map(lambda one: _qvoice("up", "--detach", "--demo", environment=one), self.environments))
        for environment, code in zip(self.environments, codes, strict=True):
            if code:
                logs = f"{environment['QVOICE_TEST_DATA']}/logs"
                raise InstallationFailed(f"An installation for the tests did not start. Logs: {logs}")

    def environment(self, *, spread: bool) -> dict[str, str]:
        """What a step is told: of the first one, or of all (tests/conftest.py gives each worker its own)."""
        together = self.environments if spread else self.environments[:1]
        keys = together[0] if together else {}
        return {key: os.pathsep.join(dict.fromkeys(one[key] for one in together)) for key in keys}

    def down(self, *, keep: bool) -> None:
        """Stop them and, unless `keep`, remove them."""
        for environment in self.environments:
            data = environment["QVOICE_TEST_DATA"]
            _qvoice("down", environment=environment)
            if keep:
                say(f"An installation that was tested is kept for a look: {data} (logs: {data}/logs)")
            else:
                shutil.rmtree(data, ignore_errors=True)


def _qvoice(*arguments: str, environment: dict[str, str]) -> int:
    command = [str(ROOT / "qvoice"), *arguments, "--data", environment["QVOICE_TEST_DATA"]]
    return subprocess.run(
        command, cwd=ROOT, env=os.environ | environment, stdin=subprocess.DEVNULL, check=False
    ).returncode


def free_offset(data: Path, *, but: Sequence[str] = ()) -> str:
    """Return the first of `OFFSETS` at which nobody listens, none of `but`; the first of all when there is none, `up`
    then tells.
    """
    for offset in OFFSETS:
        if str(offset) in but:
            continue
        settings = load(data, environ=os.environ | {"QVOICE_PORTS_OFFSET": str(offset)})
        if not supervise.port_users(addresses.listened(settings)):
            return str(offset)
    return str(OFFSETS[0])


def _engines() -> None:
    for image in ("store", "voice"):
        images.ensure(image, say)


def _chromium() -> None:
    if "QVOICE_CHROMIUM" not in os.environ:
        tools.need("chromium", "chromium")


def needs(tier: str, installations: Installations) -> tuple[Callable[[], object], ...]:
    """What must be done before a tier, in order; each raises QvoiceError with what to do."""
    return {
        "house": (lambda: portal.packages(say),),
        "core": (),
        "db": (lambda: images.ensure("store", say), lambda: tools.need("bwrap", "bubblewrap")),
        "sip": (_engines, partial(installations.up, INSTALLATIONS)),
        "browser": (_engines, _chromium, partial(installations.up, 1)),
    }[tier]


def counts(report: Path, code: int) -> tuple[int, int, int]:
    """Return (passed, failed, skipped) of a step that ended with `code`; without a report it counts as one."""
    try:
        suites = list(ElementTree.parse(report).iter("testsuite"))
    except (FileNotFoundError, ElementTree.ParseError):
        return int(code == 0), int(code != 0), 0
    total, failures, errors, skipped = (
        sum(int(suite.get(name, "0")) for suite in suites) for name in ("tests", "failures", "errors", "skipped")
    )
    failed = failures + errors
    # A tool that failed though no test of it did (it crashed, it found none) has failed all the same.
    return max(0, total - failed - skipped), failed or int(code != 0), skipped


def run_step(
    tier: str, step: Step, *, extra: tuple[str, ...], environment: dict[str, str], report: Path, screen: IO[str] | None
) -> Outcome:
    """Run one step and say how it went. `screen`: where it prints, None is our own standard output."""
    print(f"\n=== {tier}: {step.label}", file=screen, flush=True)
    report.unlink(missing_ok=True)
    command, where = (*step.command, *extra) if step.is_pytest else step.command, ROOT
    if step.npm:
        npm, more = portal.npm()
        command, environment, where = (*npm, *command), environment | more, ROOT / "portal"
    command = tuple(part.replace(REPORT, str(report)) for part in command)
    started = time.monotonic()
    try:
        code = subprocess.run(
            command, cwd=where, env=environment, stdin=subprocess.DEVNULL, stdout=screen, stderr=screen and STDOUT,
            timeout=STEP_LIMIT_S, check=False,
        ).returncode  # fmt: skip
        word = "passed" if code == 0 else NO_TESTS if code == NOTHING_COLLECTED else f"FAILED ({code})"
    except subprocess.TimeoutExpired:
        code, word = 1, f"STOPPED after {STEP_LIMIT_S} s"
    return Outcome(tier, step.label, word, *counts(report, code), time.monotonic() - started)


def second_try(first: Outcome, again: Outcome) -> Outcome:
    """Return how a step went whose failed tests were tried once more."""
    word = again.word if again.failed else f"passed ({first.failed} on the second try)"
    passed, skipped = first.passed + again.passed, first.skipped + again.skipped
    return Outcome(first.tier, first.label, word, passed, again.failed, skipped, first.seconds + again.seconds)


def run_tier(tier: str, *, extra: tuple[str, ...], installations: Installations, folder: Path) -> list[Outcome]:
    """Make what the tier needs and run its steps."""
    started = time.monotonic()
    try:
        for make in needs(tier, installations):
            make()
    except QvoiceError as problem:
        say(f"\n=== {tier}: cannot run\n{problem.message}")
        return [Outcome(tier, "what it needs", "FAILED", 0, 1, 0, time.monotonic() - started)]
    made = time.monotonic() - started
    environment = os.environ | {"PYTHONUNBUFFERED": "1", "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"}
    steps = TIERS[tier]
    if all(step.beside for step in steps):
        with ThreadPoolExecutor(len(steps)) as pool:
            outcomes = list(
                pool.map(partial(_beside, tier, extra, environment, installations, folder), range(len(steps)))
            )
    else:
        outcomes = [
            _tried(tier, step, extra, environment, installations, folder / "report.xml", None) for step in steps
        ]
    if extra and any(one.word != NO_TESTS for one in outcomes):  # the tests that were named are all in one step
        outcomes = [one for one in outcomes if one.word != NO_TESTS]
    return [Outcome(tier, "what it needs", "made", 0, 0, 0, made), *outcomes] if made > 1 else outcomes


def _tried(
    tier: str, step: Step, extra: tuple[str, ...], environment: dict[str, str], installations: Installations,
    report: Path, screen: IO[str] | None,
) -> Outcome:  # fmt: skip
    run_it = partial(run_step, tier, step, report=report, screen=screen)
    workers = len(installations.environments) if step.spread else 1
    spread = ("-n", str(workers), "--dist", "loadfile", "--max-worker-restart=0") if workers > 1 else ()
    outcome = run_it(extra=(*spread, *extra), environment=environment | installations.environment(spread=bool(spread)))
    if tier in ("sip", "browser") and 0 < outcome.failed <= SECOND_TRIES and outcome.passed:
        print(f"\n{outcome.failed} failed; trying them once more, alone", file=screen, flush=True)
        alone = environment | installations.environment(spread=False)
        again = run_it(extra=(*extra, "--last-failed", "--last-failed-no-failures=none"), environment=alone)
        outcome = second_try(outcome, again)
    return outcome


def _beside(
    tier: str, extra: tuple[str, ...], environment: dict[str, str], installations: Installations, folder: Path,
    number: int,
) -> Outcome:  # fmt: skip
    """Run a step while others run. The first one prints as it goes, the others when they have ended."""
    step, report = TIERS[tier][number], folder / f"{number}.xml"
    extra = (*extra, "-o", f"cache_dir={folder}/cache-{number}")
    if number == 0:
        return _tried(tier, step, extra, environment, installations, report, None)
    with (folder / f"{number}.out").open("w+") as screen:
        outcome = _tried(tier, step, extra, environment, installations, report, screen)
        screen.seek(0)
        say(screen.read())
    return outcome


def run(tier: str, *, extra: tuple[str, ...] = ()) -> int:
    """Run `tier` (or `all`); `extra` goes to pytest. Returns 0 only if every step passed; no tests is a failure."""
    if tier != "all" and tier not in TIERS:
        print(f"no tier {tier!r}; there are: all, {', '.join(TIERS)}", file=sys.stderr)
        return 2
    outcomes: list[Outcome] = []
    took: dict[str, float] = {}
    installations = Installations()
    try:
        with tempfile.TemporaryDirectory(prefix="qvoice-report-") as folder:
            for name in TIERS if tier == "all" else (tier,):
                started = time.monotonic()
                outcomes += run_tier(name, extra=extra, installations=installations, folder=Path(folder))
                took[name] = time.monotonic() - started
    finally:
        installations.down(keep=any(outcome.failed for outcome in outcomes if outcome.tier in ("sip", "browser")))
    say("\n=== outcome")
    for one in outcomes:
        tests = f"{one.passed} passed, {one.failed} failed" + (f", {one.skipped} skipped" if one.skipped else "")
        say(f"{one.tier:<8} {one.label:<20} {one.word:<12} {one.seconds:6.0f} s   {tests}")
    for name, seconds in took.items():
        say(f"{name:<8} {'all':<33} {seconds:6.0f} s")
    passed, failed = sum(one.passed for one in outcomes), sum(one.failed for one in outcomes)
    say(f"{passed} passed, {failed} failed")
    return 1 if failed else 0
