"""Documents at the edge of what can be stored: deep flows are kept, deeper ones refused, and never a 5xx."""

from __future__ import annotations

import json

import pytest

pytestmark = [pytest.mark.db, pytest.mark.anyio]


def chain(length: int) -> dict:
    """A flow of `length` nodes in a row and a hang-up."""
    flow = {"module": "hangup", "data": {}, "children": {}}
    for _ in range(length):
        flow = {"module": "sleep", "data": {"duration": 1}, "children": {"_": flow}}
    return flow


@pytest.mark.parametrize("length", [20, 126, 190])
async def test_a_long_flow_is_stored_and_comes_back_the_same(shared_world, length):
    me = shared_world.customer
    made = await me.put("accounts/{A}/callflows", {"numbers": [f"deep{length}"], "flow": chain(length)})
    path = f"accounts/{{A}}/callflows/{made['id']}"
    whole = await me.get(path)
    assert whole["flow"] == chain(length)
    assert (await me.post(path, whole))["flow"] == chain(length)
    assert (await me.patch(path, {"name": "long"}))["flow"] == chain(length)


@pytest.mark.parametrize("depth", [260, 390, 5000])
async def test_nesting_is_kept_or_refused_with_400(shared_world, depth):
    me = shared_world.customer
    nested = '{"a":' * depth + "1" + "}" * depth
    for template in ('{"x": %s}', '{"call_forward": {"x": %s}}', '{"caller_id": {"external": {"x": %s}}}'):
        raw = '{"data": {"first_name": "D", "last_name": "P", ' + (template % nested)[1:] + "}"
        answer = await me.call(
            "PUT", "accounts/{A}/users", content=raw.encode(), headers={"content-type": "application/json"}
        )
        assert answer.status_code in (201, 400)
        if answer.status_code == 400:
            rules = [rule for rules in answer.json()["data"].values() for rule in rules]
            assert rules == ["depth"]
        else:
            stored = await me.get(f"accounts/{{A}}/users/{answer.json()['data']['id']}")
            assert json.dumps(stored).count('"a"') == depth


@pytest.mark.parametrize("pattern", ["", "(?=x)", "(a{1000}){1000}", "[", "a" * 20_000])
async def test_a_pattern_that_calls_could_not_run_is_400_and_says_why(shared_world, pattern):
    flow = {"module": "hangup", "data": {}, "children": {}}
    answer = await shared_world.customer.call("PUT", "accounts/{A}/callflows", {"patterns": [pattern], "flow": flow})
    assert answer.status_code == 400
    [rules] = [rules for field, rules in answer.json()["data"].items() if field.startswith("patterns")]
    assert all(rule["message"] for rule in rules.values())
