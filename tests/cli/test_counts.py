"""`./qvoice test` counts honestly: a tool that crashed has failed, though no test of it did."""

from __future__ import annotations

from pathlib import Path

import pytest

from qvoice.cli import test as command

SUITES = '<testsuites><testsuite tests="7" failures="1" errors="1" skipped="2"/><testsuite tests="3"/></testsuites>'


@pytest.mark.parametrize(
    ("written", "code", "wanted"),
    [
        (SUITES, 1, (6, 2, 2)),
        ('<testsuites><testsuite tests="3"/></testsuites>', 0, (3, 0, 0)),
        ('<testsuites><testsuite tests="3"/></testsuites>', 3, (3, 1, 0)),
        ('<testsuites><testsuite tests="0"/></testsuites>', command.NOTHING_COLLECTED, (0, 1, 0)),
        ("<testsuites><testsuite te", 1, (0, 1, 0)),
        (None, 0, (1, 0, 0)),
        (None, 1, (0, 1, 0)),
    ],
)
def test_a_step_is_counted(written: str | None, code: int, wanted: tuple[int, int, int], tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    if written is not None:
        report.write_text(written)
    assert command.counts(report, code) == wanted


def test_an_unknown_tier_is_refused_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.run("everything") == 2
    assert "house, core, db, sip, browser" in capsys.readouterr().err


def test_a_step_is_told_of_one_installation_or_of_all_of_them() -> None:
    several = command.Installations()
    assert several.environment(spread=True) == {}, "one that is up already is in the environment"
    several.environments = [{"QVOICE_TEST_DATA": f"/d{n}", "QVOICE_PORTS_OFFSET": str(n), "SHORT": "1"} for n in (1, 2)]
    assert several.environment(spread=False) == {"QVOICE_TEST_DATA": "/d1", "QVOICE_PORTS_OFFSET": "1", "SHORT": "1"}
    assert several.environment(spread=True) == {
        "QVOICE_TEST_DATA": "/d1:/d2", "QVOICE_PORTS_OFFSET": "1:2", "SHORT": "1",
    }  # fmt: skip
