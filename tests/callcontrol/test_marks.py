"""A writer waits until call control has heard of his change, and not for ever."""

from __future__ import annotations

import asyncio

import pytest

from qvoice.callcontrol import marks as module
from qvoice.callcontrol.marks import Marks

pytestmark = pytest.mark.anyio


async def test_who_asks_before_the_notice_came_is_answered_with_it() -> None:
    marks = Marks()
    asking = [asyncio.create_task(marks.heard({"mark": "m1"})) for _ in range(2)]
    await asyncio.sleep(0)
    marks.on_notice({"account": "a", "mark": "another"})
    await asyncio.sleep(0)
    assert not any(task.done() for task in asking)
    marks.on_notice({"account": "a", "mark": "m1"})
    assert [await task for task in asking] == [{"heard": True}] * 2


async def test_who_asks_after_the_notice_is_answered_at_once() -> None:
    marks = Marks()
    marks.on_notice({"mark": "m1"})
    assert await marks.heard({"mark": "m1"}) == {"heard": True}


@pytest.mark.parametrize("notice", [{}, {"mark": None}, {"mark": 7}, {"account": "a"}])
async def test_what_never_comes_is_told_so(notice: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_S", 0.01)
    marks = Marks()
    marks.on_notice(notice)
    assert await marks.heard({"mark": "m1"}) == {"heard": False}
    assert await marks.heard({}) == {"heard": False}


async def test_only_the_last_marks_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_S", 0.01)
    monkeypatch.setattr(module, "KEPT", 3)
    marks = Marks()
    for mark in "abcde":
        marks.on_notice({"mark": mark})
    assert [(await marks.heard({"mark": mark}))["heard"] for mark in "abcde"] == [False, False, True, True, True]
