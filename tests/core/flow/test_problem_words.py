"""Whatever the compiler and the modules find wrong with a flow has words in both languages of the portal."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from qvoice.core.flow.compile import CompiledFlow, compile_flow
from tests.core.flow.script import node

ROOT = Path(__file__).parents[3]
FLOW = ROOT / "src/qvoice/core/flow"
WORDS = ROOT / "portal/src/routes/_app/a/$account/callflows"
WORDED_OTHERWISE = {"not-found", "not-chosen"}
"""Said by the page without the code's own words (`-model/wording.ts`)."""


def codes() -> set[str]:
    """Every code written in the sources: `Problem(path, "code", …)`, and (field, "code", sentence) of `warnings_of`."""
    found: set[str] = set()
    for file in (FLOW / "compile.py", FLOW / "pickup.py", *sorted((FLOW / "modules").rglob("*.py"))):
        for one in ast.walk(ast.parse(file.read_text())):
            if isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.func.id == "Problem":
                found |= {one.args[1].value} if isinstance(one.args[1], ast.Constant) else set()
            if isinstance(one, ast.FunctionDef) and one.name.startswith("warnings_of"):
                found |= {
                    str(each.elts[1].value)
                    for each in ast.walk(one)
                    if isinstance(each, ast.Tuple) and len(each.elts) == 3 and isinstance(each.elts[1], ast.Constant)
                }
    return found


@pytest.mark.parametrize("language", ["en", "fr"])
def test_G3_each_code_has_words(language: str) -> None:
    words = json.loads((WORDS / f"-{language}.json").read_text())["problems"]["codes"]
    assert {"too-large", "unreachable", "nobody-approved", "pin-short"} <= codes()
    assert codes() - WORDED_OTHERWISE - set(words) == set()


def test_G3_a_problem_has_what_its_words_speak_of() -> None:
    found = compile_flow({"flow": node("sleep", {"duration": 1}, nine=node("unheard_of"))}, None)
    assert isinstance(found, CompiledFlow)
    said = {problem.code: problem.params for problem in found.warnings}
    assert said["unreachable"] == {"module": "sleep", "exit": "nine"}
    assert said["unknown-module"] == {"module": "unheard_of"}
