"""The document mechanism through real routes: filters, pages, revisions, concurrency."""

from __future__ import annotations

import asyncio

import pytest

from qvoice.db import Scope
from qvoice.features import documents
from qvoice.features.documents import filters
from qvoice.features.documents.body import merged

pytestmark = [pytest.mark.db, pytest.mark.anyio]

FLOW = {"module": "hangup", "data": {}, "children": {}}


@pytest.fixture(scope="module")
async def flows(shared_world):
    """An account with the callflows that the literal queries of kazoo.md 3.5 are about; {nickname: id}."""
    me = await shared_world.account(shared_world.reseller, "filters")
    for row in await me.get("accounts/{A}/callflows?paginate=false"):
        await me.delete(f"accounts/{{A}}/callflows/{row['id']}")
    made = {}
    for nick, extra in {
        "main": {
            "numbers": ["0", "+14165550100"],
            "type": "main",
            "ui_metadata": {"origin": "voip"},
            "ui_is_main_number_cf": True,
        },
        "person": {
            "numbers": ["1000"],
            "type": "mainUserCallflow",
            "owner_id": me.user_id,
            "ui_metadata": {"origin": "voip"},
        },
        "base": {"numbers": ["x" * 25], "type": "baseGroup", "group_id": "b" * 32},
        "group": {"numbers": ["2000"], "type": "userGroup", "group_id": "b" * 32},
        "code": {
            "numbers": ["*97"],
            "featurecode": {"name": "voicemail", "number": "97"},
            "ui_metadata": {"origin": "voip"},
        },
        "no_match": {"numbers": ["no_match"], "flow": {"module": "offnet", "data": {}, "children": {}}},
        "two": {"numbers": ["no_match2", "7"], "name": "US Emergency Dispatcher"},
        "conference": {"numbers": ["undefinedconf"], "type": "conference", "name": "MainConference"},
        "empty": {"numbers": ["8"], "type": ""},
    }.items():
        made[nick] = (await me.put("accounts/{A}/callflows", {"flow": FLOW, **extra}))["id"]
    return me, {id: nick for nick, id in made.items()}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("has_type=type", "all"),
        ("has_key=group_id", {"base", "group"}),
        ("has_key=featurecode", {"code"}),
        ("has_key=featurecode.name", {"code"}),
        ("has_key=featurecode&filter_ui_metadata.origin=voip", {"code"}),
        ("has_key=featurecode&filter_not_ui_metadata.origin=voip", set()),
        ("filter_flow.module=offnet", {"no_match"}),
        ("filter_flow.module=qubicle", set()),
        ("has_value=type&key_missing=owner_id&key_missing=group_id", {"main", "conference"}),
        ("has_key=owner_id&filter_type=mainUserCallflow", {"person"}),
        ("has_key=group_id&filter_type=baseGroup", {"base"}),
        ("filter_ui_is_main_number_cf=true", {"main"}),
        ("filter_owner_id={me}", {"person"}),
        ("filter_type=conference", {"conference"}),
        ("filter_numbers=no_match", {"no_match"}),
        ("filter_numbers=7", {"two"}),
        ("filter_numbers=no_match27", {"two"}),
        (
            "filter_not_numbers=no_match&filter_not_name=US Emergency Dispatcher"
            "&filter_not_ui_metadata.origin=[voip,callqueues,callqueues-pro,csv-onboarding]&start_key=",
            {"base", "group", "conference", "empty"},
        ),
        ('filter_type=["baseGroup","userGroup"]', {"base", "group"}),
        ("value_missing=type&has_key=type", {"empty"}),
        ("missing_value=type&has_key=type", {"empty"}),
        ("filter_type=", {"code", "no_match", "two", "empty"}),
        ("created_from=0", "all"),
        ("created_to=1000", set()),
        ("filter_flow.children.x.y=1", set()),
        ("filter_numbers.0=1000", set()),
    ],
)
async def test_the_dialects_queries_find_exactly_these(flows, query, expected):
    me, nick = flows
    rows = await me.get("accounts/{A}/callflows?paginate=false&" + query.replace("{me}", me.user_id))
    found = {nick[row["id"]] for row in rows}
    assert found == (set(nick.values()) if expected == "all" else expected)


async def test_lists_descend_unless_asked_and_pages_cover_everything_once(flows):
    me, nick = flows
    for ascending in (True, False):
        seen, start, sizes = [], "", []
        while True:
            answer = await me.call(
                "GET", f"accounts/{{A}}/callflows?page_size=4&ascending={str(ascending).lower()}&start_key={start}"
            )
            body = answer.json()
            seen += [row["id"] for row in body["data"]]
            sizes.append(body["page_size"])
            start = body.get("next_start_key")
            if not start:
                break
        assert sizes == [4, 4, 1]
        assert set(seen) == set(nick)
        whole = await me.get(f"accounts/{{A}}/callflows?paginate=false&ascending={str(ascending).lower()}")
        assert [row["id"] for row in whole] == seen
    names = [row["name"] for row in await me.get("accounts/{A}/callflows?paginate=false&has_value=name&ascending=true")]
    assert names == sorted(names, key=str.lower)


@pytest.mark.parametrize(
    "query",
    [
        "page_size=0",
        "page_size=x",
        "page_size=-1",
        "start_key=%00",
        "start_key=zzz",
        "created_from=x",
        "created_from=nan",
        "created_from=inf",
    ],
)
async def test_parameters_that_cannot_be_read_are_400_and_say_which(flows, query):
    answer = await flows[0].call("GET", "accounts/{A}/callflows?" + query)
    assert answer.status_code == 400
    assert next(iter(answer.json()["data"])) == (query.split("=")[0] if "%00" not in query else "start_key")


async def test_two_administrators_patching_at_once_both_survive(shared_world):
    me = shared_world.customer
    user = await me.put("accounts/{A}/users", {"first_name": "Both", "last_name": "Edit"})
    path = f"accounts/{{A}}/users/{user['id']}"
    answers = await asyncio.gather(*(me.call("PATCH", path, {"profile": {f"k{i}": i}}) for i in range(12)))
    assert {answer.status_code for answer in answers} == {200}
    final = await me.call("GET", path)
    assert final.json()["data"]["profile"] == {f"k{i}": i for i in range(12)}
    assert final.json()["revision"] == "13"


async def test_a_stale_revision_is_409_and_a_current_one_writes(shared_world):
    me = shared_world.customer
    user = await me.put("accounts/{A}/users", {"first_name": "Stale", "last_name": "Edit"})
    path = f"accounts/{{A}}/users/{user['id']}"
    first = await me.call("GET", path)
    assert first.headers["etag"] == '"1"'
    document = {"first_name": "New", "last_name": "Edit"}
    assert (await me.call("POST", path, document, headers={"if-match": '"1"'})).status_code == 200
    for options in ({"headers": {"if-match": '"1"'}}, {"envelope": {"revision": "1"}}):
        answer = await me.call("POST", path, document, **options)
        assert (answer.status_code, answer.json()["message"]) == (409, "datastore_conflict")
    assert (await me.call("PATCH", path, {**document, "_rev": "1"})).status_code == 409
    assert (await me.call("DELETE", path, headers={"if-match": '"1"'})).status_code == 409
    assert (await me.call("POST", path, document)).status_code == 200
    assert (await me.call("PATCH", path, {"x": 1}, headers={"if-match": '"3"'})).status_code == 200


async def test_private_keys_are_neither_stored_nor_shown(shared_world):
    me = shared_world.customer
    document = {
        "first_name": "P",
        "last_name": "K",
        "pvt_account_id": "x",
        "_id": "y",
        "_read_only": {"a": 1},
        "id": "z",
    }
    made = await me.put("accounts/{A}/users", document)
    shown = await me.get(f"accounts/{{A}}/users/{made['id']}")
    assert not {"pvt_account_id", "_id"} & shown.keys()
    assert shown["_read_only"].keys() == {"type", "created", "modified"}
    assert len(shown["id"]) == 32


async def test_a_deleted_document_is_gone_and_its_unique_values_are_free(shared_world):
    me = shared_world.customer
    made = await me.put(
        "accounts/{A}/users", {"first_name": "D", "last_name": "E", "username": "gone", "password": "secret-1"}
    )
    deleted = await me.delete(f"accounts/{{A}}/users/{made['id']}")
    assert deleted["_read_only"]["deleted"] is True
    for method in ("GET", "POST", "PATCH", "DELETE"):
        assert (
            await me.call(method, f"accounts/{{A}}/users/{made['id']}", {} if method != "GET" else None)
        ).status_code == 404
    await me.put(
        "accounts/{A}/users", {"first_name": "D", "last_name": "F", "username": "gone", "password": "secret-1"}
    )


async def test_python_api_reads_what_rest_wrote_and_only_in_its_account(shared_world):
    w = shared_world
    made = await w.customer.put("accounts/{A}/callflows", {"numbers": ["py"], "flow": FLOW, "type": "t1"})
    scope = Scope(w.customer.account_id, f"{w.master.account_id}.{w.reseller.account_id}.{w.customer.account_id}")
    async with w.db.tx(scope) as s:
        assert (await documents.load(s, "callflows", made["id"])).doc["numbers"] == ["py"]
        assert [d.id for d in await documents.find(s, "callflows", type="t1")] == [made["id"]]
        await documents.merge(s, "callflows", made["id"], {"name": "by python"})
    assert (await w.customer.get(f"accounts/{{A}}/callflows/{made['id']}"))["name"] == "by python"
    async with w.db.tx(Scope(w.stranger.account_id, f"{w.master.account_id}.{w.stranger.account_id}")) as s:
        assert await documents.get(s, "callflows", made["id"]) is None
        with pytest.raises(documents.store.DocumentNotFound):
            await documents.remove(s, "callflows", made["id"])


def test_merge_is_recursive_and_null_removes():
    assert merged({"a": {"b": 1, "c": 2}, "d": 3}, {"a": {"c": None, "e": [1]}, "d": {"f": 1}}) == {
        "a": {"b": 1, "e": [1]},
        "d": {"f": 1},
    }


@pytest.mark.parametrize("text", ["[", "[]", "[a,", "[[[[", '["a"', "[1,true,null]"])
def test_odd_list_values_never_raise(text):
    filters.parse([("filter_x", text)]).holds({"x": "a"})
