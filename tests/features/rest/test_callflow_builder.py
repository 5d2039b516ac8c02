"""What the callflow builder asks of the API: modules, checking, trying, versions and the way back (D19, G3)."""

from __future__ import annotations

import pytest

from qvoice.core.flow.simulate import READS
from qvoice.features.callflows.context import collect_answers

pytestmark = [pytest.mark.db, pytest.mark.anyio]


async def test_G3_the_registry_is_served(acme):
    modules = {module["name"]: module for module in await acme.data("GET", "callflows/modules")}
    assert modules["user"]["fields"][0]["of"] == "users"
    assert modules["user"]["title"] == {"en": "User", "fr": "Utilisateur"}


async def test_D19_every_version_is_kept_compared_and_restored(acme):
    flow = await acme.create("callflows", name="Sales", numbers=["200"], flow={"module": "play", "data": {"id": "a"}})
    path = f"callflows/{flow['id']}"
    await acme.data("PATCH", path, {"flow": {"data": {"id": "b"}}})
    await acme.data("PATCH", path, {"numbers": ["200", "201"]})
    listed = await acme.data("GET", f"{path}/versions")
    assert [(v["revision"], v["action"]) for v in listed] == [(3, "edited"), (2, "edited"), (1, "created")]
    assert listed[0]["numbers"] == ["200", "201"]
    assert (await acme.data("GET", f"{path}/versions/1"))["flow"]["data"] == {"id": "a"}
    second = await acme.data("GET", f"{path}/versions/2/changes")
    assert (second["since"], [(c["path"], c["before"], c["after"]) for c in second["changes"]]) == (
        1, [("flow.data.id", "a", "b")],
    )  # fmt: skip
    whole = await acme.data("GET", f"{path}/versions/3/changes?since=1")
    assert {c["path"] for c in whole["changes"]} == {"flow.data.id", "numbers"}

    stale = await acme.ask("POST", f"{path}/versions/1", {}, headers={"If-Match": "2"})
    assert stale.status_code == 409
    back = await acme.ask("POST", f"{path}/versions/1", {}, headers={"If-Match": "3"})
    assert (back.status_code, back.json()["revision"]) == (200, "4") or back.json()["revision"] == 4
    now = await acme.data("GET", path)
    assert (now["numbers"], now["flow"]["data"]) == (["200"], {"id": "a"})
    assert (await acme.ask("GET", f"{path}/versions/9")).status_code == 404
    assert (await acme.ask("GET", f"{path}/versions/2/changes?since=x")).status_code == 400


async def test_D19_versions_stay_within_their_account(acme, globex):
    flow = await acme.create("callflows", numbers=["200"], flow={"module": "hangup"})
    for path in (f"callflows/{flow['id']}/versions", f"callflows/{flow['id']}/versions/1"):
        assert (await globex.ask("GET", path)).status_code == 404
    assert (await globex.ask("POST", f"callflows/{flow['id']}/versions/1", {})).status_code == 404


async def test_G3_problems_are_told_by_path_before_saving(acme):
    other = await acme.create("callflows", name="Sales", numbers=["200"], flow={"module": "hangup"})
    document = {
        "numbers": ["200"],
        "flow": {"module": "user", "data": {"id": "f" * 32}, "children": {"_": {"module": "ring_group", "data": 3}}},
    }
    found = await acme.data("POST", "callflows/check", document)
    assert {(p["path"], p["code"], p["severity"]) for p in found} == {
        ("flow.data", "not-found", "warning"),
        ("flow.children._.data", "type", "error"),
        ("numbers", "unique", "error"),
    }
    assert next(p for p in found if p["path"] == "numbers")["callflow_id"] == other["id"]
    assert await acme.data("POST", "callflows/check", {**document, "id": other["id"], "flow": {"module": "play"}}) == []


async def test_D19_a_call_is_tried_with_the_stored_flow_and_with_a_draft(acme):
    user = await acme.create("users", first_name="Ann", last_name="Lee", username="ann@example.test")
    await acme.create("devices", name="Desk", owner_id=user["id"], sip={"username": "ann", "password": "abcde12345"})
    flow = await acme.create(
        "callflows", name="Ann", numbers=["200"], flow={"module": "user", "data": {"id": user["id"]}}
    )
    tried = await acme.data(
        "POST", "callflows/simulate", {"number": "200", "caller": {"type": "user", "id": user["id"]}}
    )
    assert tried["flow"]["id"] == flow["id"]
    assert [(s["path"], s["module"]) for s in tried["steps"]] == [("flow", "user")]
    tried = await acme.data(
        "POST", "callflows/simulate", {"number": "200", "caller": {"number": "+14165550199", "name": "Bob"}}
    )
    (leg,) = tried["steps"][0]["acts"][0]["legs"]
    assert (leg["name"], leg["owner"], leg["caller"]["number"]) == ("Desk", "Ann Lee", "+14165550199")

    draft = {**flow, "numbers": ["201"], "flow": {"module": "sleep", "data": {"duration": 1}}}
    tried = await acme.data("POST", "callflows/simulate", {"number": "201", "callflow": draft})
    assert [s["module"] for s in tried["steps"]] == ["sleep"]
    nobody = await acme.data("POST", "callflows/simulate", {"number": "200", "callflow": draft})
    assert nobody["refused"]["code"] == 404
    straight = await acme.data("POST", "callflows/simulate", {"callflow": {"flow": {"module": "answer"}}})
    assert [s["module"] for s in straight["steps"]] == ["answer"]
    assert (await acme.data("GET", f"callflows/{flow['id']}"))["numbers"] == ["200"]
    assert (await acme.ask("POST", "callflows/simulate", {"at": "soon", "number": "200"})).status_code == 400
    assert (await acme.ask("POST", "callflows/simulate", {})).status_code == 400


async def test_D19_a_forwarded_call_is_followed_into_its_own_flow(acme):
    """Ann forwards to an extension that forwards back to her: the circle is seen, and where everything ends."""
    ann = await acme.create("users", first_name="Ann", last_name="Lee")
    bob = await acme.create("users", first_name="Bob", last_name="Ray")
    for user, own, to in ((ann, "210", "211"), (bob, "211", "210")):
        forward = {"enabled": True, "number": to, "require_keypress": False}
        await acme.data("PATCH", f"users/{user['id']}", {"call_forward": forward})
        flow = {"module": "user", "data": {"id": user["id"]}, "children": {"_": {"module": "hangup", "data": {}}}}
        await acme.create("callflows", numbers=[own], flow=flow)
    tried = await acme.data("POST", "callflows/simulate", {"number": "210", "caller": {"number": "+14165550199"}})
    leg = tried["steps"][0]["acts"][0]["legs"][0]
    assert (leg["why"], leg["owner"], leg["number"]) == ("forwarded", "Ann Lee", "211")
    inner = leg["then"]["steps"][0]["acts"][0]["legs"][0]
    assert (inner["why"], inner["owner"], inner["number"]) == ("forwarded", "Bob Ray", "210")
    assert inner["then"]["end"]["cause"] == "EXCHANGE_ROUTING_ERROR"
    away = {"enabled": True, "number": "+14165550123"}
    await acme.data("PATCH", f"users/{bob['id']}", {"call_forward": away})
    tried = await acme.data("POST", "callflows/simulate", {"number": "211"})
    outside = tried["steps"][0]["acts"][0]["legs"][0]["then"]
    assert outside["refused"]["code"] == 404, "this account has no way out"


def test_D19_every_question_that_a_simulation_asks_has_an_answer():
    assert set(collect_answers()) >= READS
