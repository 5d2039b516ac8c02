"""camping_feature: put through at once, or remembered until the extension is free (kazoo.md 1.2)."""

from __future__ import annotations

from typing import Any

import pytest

from qvoice.core.flow.commands import Ask, Play
from qvoice.core.flow.modules.camping_feature import CANNOT, WILL_CALL
from qvoice.core.flow.requests import CampOn, FindFlow, InCall
from qvoice.core.flow.spoken import sentence
from tests.core.flow.script import ANSWER, ANSWERED, HANGUP, found, make_call, make_world, node, run_script

DOCUMENTS: dict[tuple[str, str], dict[str, Any]] = {
    ("users", "u1"): {"first_name": "Bob"},
    ("devices", "d0"): {"sip": {"username": "alice"}},
    ("devices", "d1"): {"owner_id": "u1", "sip": {"username": "bob"}},
}
BOBS = node("user", {"id": "u1"})


def call(**facts: Any) -> Any:
    defaults = {"device_id": "d0", "authorised_by": "d0", "source": "device", "capture_group": "1001"}
    return make_call(make_world(DOCUMENTS), **{**defaults, **facts})


def asked(busy: frozenset[str]) -> list[Any]:
    flow = found(BOBS, make_world(DOCUMENTS), "f1")
    return [(Ask(FindFlow("1001")), flow), (Ask(InCall(("d1",))), busy)]


def test_who_is_free_is_called_at_once() -> None:
    again = (Ask(FindFlow("1001")), found(BOBS, make_world(DOCUMENTS), "f1"))
    run_script(node("camping_feature"), call(), [*asked(frozenset()), again, (lambda c: True, ANSWERED), HANGUP])


def test_who_is_busy_is_waited_for_within_bounds() -> None:
    wish = CampOn("1001", "d0", ("d1",), ring_seconds=120, tries=2, every_seconds=60, stop_after_seconds=24 * 3600)
    data = {"timeout": 99, "tries": 2, "try_interval": 1, "stop_after": 10**6}
    said = (Play((sentence("camp-on", "en-us", WILL_CALL),)), None)
    steps = [*asked(frozenset({"d1"})), ANSWER, (Ask(wish), None), said, HANGUP]
    run_script(node("camping_feature", data), call(), steps)


@pytest.mark.parametrize(
    "facts", [{"capture_group": ""}, {"source": "carrier", "device_id": None}, {"device_id": "d1"}]
)
def test_nobody_camps_on_nothing_on_himself_or_from_outside(facts: dict[str, Any]) -> None:
    before = [asked(frozenset())[0]] if facts == {"device_id": "d1"} else []
    run_script(node("camping_feature"), call(**facts), [*before, ANSWER, (Play(CANNOT), None), HANGUP])
