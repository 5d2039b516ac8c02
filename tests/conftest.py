"""What every test shares: fixtures by area, one event loop kind, and time limits that name the test that hangs."""

from __future__ import annotations

import faulthandler
import os
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
pytest_plugins = [f"tests.fixtures.{file.stem}" for file in sorted((HERE / "fixtures").glob("[a-z]*.py"))]

LIMIT = 180
"""Seconds after which a test that does not end has its stacks printed and the run is stopped."""


SCREEN = pytest.StashKey[int]()


def pytest_configure(config: pytest.Config) -> None:
    """Take an installation of one's own. Keep the real standard error: while a test runs, pytest has put a file in its
    place, and that dies with us.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER")  # not set where workers are started: they inherit what is set there
    for name in ("QVOICE_TEST_DATA", "QVOICE_PORTS_OFFSET"):
        each = os.environ.get(name, "").split(os.pathsep)
        if worker and len(each) > 1:
            os.environ[name] = each[int(worker.removeprefix("gw"))]
    config.stash[SCREEN] = os.dup(sys.__stderr__.fileno() if sys.__stderr__ else 2)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Processes run on asyncio; so do tests."""
    return "asyncio"


NEEDS = {"postgres": ("db",), "node": ("sip",), "platform": ("sip", "shared")}
"""What a fixture needs, as markers: a test in the wrong tier would run where its engines are not."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put every test into the tier that its fixtures belong to, also when its author forgot."""
    for item in items:
        for fixture, markers in NEEDS.items():
            if fixture in getattr(item, "fixturenames", ()):
                for marker in markers:
                    item.add_marker(marker)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item):
    """Stop the run when one test hangs: a suite that never ends proves nothing."""
    marker = item.get_closest_marker("limit")
    faulthandler.dump_traceback_later(marker.args[0] if marker else LIMIT, exit=True, file=item.config.stash[SCREEN])
    try:
        return (yield)
    finally:
        faulthandler.cancel_dump_traceback_later()
