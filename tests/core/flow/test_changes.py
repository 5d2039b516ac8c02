"""Two versions of a callflow differ in words that a person understands (D19)."""

from __future__ import annotations

from qvoice.core.flow.changes import changes
from tests.core.flow.script import node


def test_D19_settings_nodes_moves_and_numbers_are_told_apart() -> None:
    before = {
        "numbers": ["100"],
        "flow": node("menu", {"id": "m"}, **{"1": node("user", {"id": "a"}), "2": node("hangup"), "_": node("play")}),
    }
    after = {
        "numbers": ["100", "101"],
        "flow": node("menu", {"id": "m", "x": 1}, **{"1": node("device"), "3": node("hangup"), "_": node("play")}),
    }
    found = {(d.kind, d.path, d.module, d.key) for d in changes(before, after)}
    assert found == {
        ("changed", "numbers", "", "numbers"),
        ("changed", "flow.data.x", "menu", "x"),
        ("added", "flow.children.1", "device", ""),
        ("removed", "flow.children.1", "user", ""),
        ("moved", "flow.children.3", "hangup", ""),
    }
    assert next(d.was for d in changes(before, after) if d.kind == "moved") == "flow.children.2"
    assert changes(before, before) == []
