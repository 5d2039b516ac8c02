"""A benchmark that cannot be run here does not make the others fail, one that is broken is told."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from bench.figures import Figure
from bench.installation import LeftOut

from qvoice.cli import bench
from qvoice.engine.tools import ToolMissing


def _raises(problem: Exception) -> Any:
    def measure(installation: Any) -> list[Figure]:
        raise problem

    return SimpleNamespace(measure=measure)


def test_what_cannot_be_measured_here_is_left_out_and_what_breaks_is_told() -> None:
    known = {
        "good": SimpleNamespace(measure=lambda installation: [Figure("calls", 5, "/s", (">=", 4))]),
        "browser": _raises(LeftOut("Chromium is missing.")),
        "tool": _raises(ToolMissing("sipp is missing.")),
        "wrong": _raises(ValueError("no")),
        "start": _raises(AssertionError("never called: the installation is somebody's")),
    }
    results = bench.measure(SimpleNamespace(quick=False, start_seconds={}), known, list(known), quick=True)
    assert list(results.figures) == ["good"]
    assert set(results.left_out) == {"browser", "tool", "start"}
    assert (results.broken, results.unmet) == (["wrong"], False)
    said = "\n".join(results.as_lines())
    assert "browser: left out. Chromium is missing." in said
    assert "wrong: BROKEN" in said
    assert results.as_json()["left_out"]["tool"] == "sipp is missing."
