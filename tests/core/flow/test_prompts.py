"""Every prompt named in the core exists among the core sounds that the engine image carries."""

from __future__ import annotations

import ast
from pathlib import Path

import qvoice.core.flow
from qvoice.core.flow.modules.temporal_route import ACTIONS
from qvoice.core.flow.modules.voicemail.settings import INTROS

SOUNDS = frozenset((Path(__file__).parent / "core_sounds.txt").read_text().split())
HELPERS = {"Prompt", "press", "counted", "_say", "_typed"}


def _named() -> set[tuple[str, str]]:
    found = set()
    for file in Path(qvoice.core.flow.__file__).parent.rglob("*.py"):
        for call in (n for n in ast.walk(ast.parse(file.read_text())) if isinstance(n, ast.Call)):
            name = call.func.id if isinstance(call.func, ast.Name) else ""
            if name not in HELPERS:
                continue
            compared = {
                id(c) for a in call.args for n in ast.walk(a) if isinstance(n, ast.Compare) for c in ast.walk(n)
            }
            constants = [
                t for a in call.args for t in ast.walk(a) if isinstance(t, ast.Constant) and id(t) not in compared
            ]
            for text in [constant.value for constant in constants]:
                if isinstance(text, str) and (len(text) > 1) and not text.endswith("_media"):
                    found.add((text, file.name))
    return found


def test_E1_every_prompt_is_one_of_the_core_sounds() -> None:
    named = _named()
    assert len(named) > 30, "the search for prompts finds too few to be right"
    missing = sorted((text, file) for text, file in named if text not in SOUNDS)
    assert missing == []


def test_prompts_kept_in_tables_exist_too() -> None:
    assert {prompt for _, prompt in ACTIONS.values()} | set(INTROS.values()) <= SOUNDS
