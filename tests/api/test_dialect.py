"""The dialect's transport, H1-H19 of the client contract (kazoo.md 3.2)."""

from __future__ import annotations

import base64
import json
import re

import pytest

pytestmark = [pytest.mark.db, pytest.mark.anyio]

FLOW = {"module": "hangup", "data": {}, "children": {}}


async def test_H1_any_origin_may_ask_with_the_dialects_methods_and_headers(shared_world):
    answer = await shared_world.http.options(
        "/v2/accounts", headers={"origin": "http://ui.test", "access-control-request-method": "PATCH"}
    )
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    for method in ("GET", "PUT", "POST", "PATCH", "DELETE", "OPTIONS"):
        assert method in answer.headers["access-control-allow-methods"]
    for header in ("Content-Type", "X-Auth-Token", "Accept", "Cache-Control", "X-Requested-With", "X-Kazoo-Cluster-ID"):
        assert header in answer.headers["access-control-allow-headers"]
    plain = await shared_world.nobody.call("GET", "about")
    assert plain.headers["access-control-allow-origin"] == "*"
    assert "Content-Type" in plain.headers["access-control-expose-headers"]


async def test_H2_errors_have_exactly_the_type_application_json(shared_world):
    for path, token in (("about", False), ("accounts/x/users", True), ("nothing/here", True)):
        client = shared_world.customer if token else shared_world.nobody
        answer = await client.call("GET", path)
        assert answer.status_code >= 400
        assert answer.headers["content-type"] == "application/json"
        body = answer.json()
        assert body["status"] == "error"
        assert body["error"] == str(answer.status_code)
        assert body["request_id"] == answer.headers["x-request-id"]


async def test_H3_token_has_three_parts_and_the_claims_that_clients_read(shared_world):
    middle = shared_world.customer.token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    assert claims["account_id"] == shared_world.customer.account_id
    assert claims["owner_id"] == shared_world.customer.user_id
    assert claims["method"] == "cb_user_auth"
    assert claims["exp"] > 0


async def test_H4_unknown_parameters_are_ignored(shared_world):
    await shared_world.customer.get("accounts/{A}/users?_=1700000000000&foo=bar&has_type=type")


async def test_H5_H6_unknown_keys_and_ui_metadata_are_kept_and_filtered_by(shared_world):
    me = shared_world.customer
    document = {
        "numbers": ["h5"], "flow": FLOW, "type": "mainUserCallflow", "nested": {"deep": [1, {"x": None}]},
        "ui_metadata": {"origin": "voip", "ui": "monster-ui", "version": "4.3"},
    }  # fmt: skip
    made = await me.put("accounts/{A}/callflows", document)
    for data in (made, await me.get(f"accounts/{{A}}/callflows/{made['id']}")):
        for key, value in document.items():
            assert data[key] == value
    replaced = await me.post(f"accounts/{{A}}/callflows/{made['id']}", {**document, "another": "kept"})
    assert replaced["another"] == "kept"
    rows = await me.get("accounts/{A}/callflows?filter_ui_metadata.origin=voip")
    assert made["id"] in [row["id"] for row in rows]
    rows = await me.get("accounts/{A}/callflows?filter_not_ui_metadata.origin=[voip,callqueues,csv-onboarding]")
    assert made["id"] not in [row["id"] for row in rows]


async def test_H8_patch_merges_deeply_and_null_removes(shared_world):
    me = shared_world.customer
    made = await me.put(
        "accounts/{A}/users", {"first_name": "A", "last_name": "B", "profile": {"a": 1, "b": {"c": 2}}, "x": 1}
    )
    changed = await me.patch(f"accounts/{{A}}/users/{made['id']}", {"profile": {"b": {"d": 3}}, "x": None})
    assert changed["profile"] == {"a": 1, "b": {"c": 2, "d": 3}}
    assert "x" not in changed


async def test_H10_a_wrong_token_is_401_invalid_credentials(shared_world):
    for token in ("x", "a.b.c", shared_world.customer.token[:-2] + "zz"):
        answer = await shared_world.nobody.call("GET", "accounts/x", headers={"x-auth-token": token})
        assert (answer.status_code, answer.json()["message"]) == (401, "invalid_credentials")


async def test_H12_validation_errors_name_field_rule_and_what_to_do(shared_world):
    answer = await shared_world.customer.call("PUT", "accounts/{A}/users", {"first_name": "", "priv_level": "king"})
    assert answer.status_code == 400
    data = answer.json()["data"]
    assert data["last_name"]["required"]["message"]
    assert data["first_name"]["minLength"]["target"] == 1
    assert "user" in str(data["priv_level"]["enum"]["target"])


async def test_H13_numbers_may_be_words_and_duplicates_are_numbers_unique(shared_world):
    me = shared_world.customer
    await me.put("accounts/{A}/callflows", {"numbers": ["MainOpenHours", "undefinedMainNumber"], "flow": FLOW})
    answer = await me.call("PUT", "accounts/{A}/callflows", {"numbers": ["x1", "MainOpenHours"], "flow": FLOW})
    assert answer.status_code == 400
    assert answer.json()["data"]["numbers"]["unique"]["cause"] == "MainOpenHours"
    # and the same number in another account is nobody's business
    await shared_world.stranger.put("accounts/{A}/callflows", {"numbers": ["MainOpenHours"], "flow": FLOW})


async def test_H15_downloads_take_the_token_in_the_query(shared_world):
    answer = await shared_world.nobody.call(
        "GET",
        f"accounts/{shared_world.customer.account_id}/users?accept=text/csv&auth_token={shared_world.customer.token}",
    )
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.text.splitlines()[0].startswith("id,")


async def test_H16_app_rows_have_no_api_url(shared_world):
    rows = await shared_world.customer.get("accounts/{A}/apps_store")
    assert {"voip", "callflows", "accounts", "numbers"} <= {row["name"] for row in rows}
    assert not any("api_url" in row for row in rows)
    icon = await shared_world.customer.call("GET", f"accounts/{{A}}/apps_store/{rows[0]['id']}/icon")
    assert icon.headers["content-type"] == "image/svg+xml"


async def test_H17_an_ancestors_token_works_below_and_nowhere_else(shared_world):
    w = shared_world
    target = f"accounts/{w.customer.account_id}/users"
    for client, status in ((w.master, 200), (w.reseller, 200), (w.customer, 200), (w.stranger, 403), (w.nobody, 401)):
        assert (await client.call("GET", target)).status_code == status
    missing = await w.stranger.call("GET", "accounts/" + "0" * 32 + "/users")
    foreign = await w.stranger.call("GET", target)
    assert (missing.status_code, missing.json()["data"]) == (foreign.status_code, foreign.json()["data"])


async def test_H18_times_are_gregorian_seconds(shared_world):
    account = await shared_world.customer.get("accounts/{A}")
    assert 63_000_000_000 < account["created"] < 70_000_000_000
    assert account["_read_only"]["modified"] >= account["created"]


async def test_H19_rows_and_callflows_have_the_parts_that_pages_die_without(shared_world):
    me = shared_world.customer
    assert all(isinstance(row["features"], list) for row in await me.get("accounts/{A}/users?paginate=false"))
    made = await me.put("accounts/{A}/callflows", {"numbers": ["h19"], "flow": FLOW})
    assert (await me.get(f"accounts/{{A}}/callflows/{made['id']}"))["metadata"] == {}
    assert (await me.get("accounts/{A}/phone_numbers"))["numbers"] == {}


async def test_request_id_is_echoed_and_odd_ones_replaced(shared_world):
    answer = await shared_world.nobody.call("GET", "about", headers={"x-request-id": "abc-1"})
    assert answer.headers["x-request-id"] == answer.json()["request_id"] == "abc-1"
    answer = await shared_world.nobody.call("GET", "about", headers={"x-request-id": "a b"})
    assert answer.headers["x-request-id"] != "a b"


async def test_token_is_taken_from_header_bearer_basic_query_and_body(shared_world):
    me, nobody = shared_world.customer, shared_world.nobody
    path = f"accounts/{me.account_id}"

    credential = shared_world.md5("admin", me.password)
    basic = base64.b64encode(f"{me.account_id}:{credential}".encode()).decode()
    for options in (
        {"headers": {"x-auth-token": me.token}},
        {"headers": {"authorization": f"Bearer {me.token}"}},
        {"headers": {"authorization": f"Basic {basic}"}},
        {"params": {"auth_token": me.token}},
    ):
        assert (await nobody.call("GET", path, **options)).status_code == 200
    answer = await nobody.call("PATCH", path, {"tag": 1}, envelope={"auth_token": me.token})
    assert answer.status_code == 200


async def test_post_tunnels_other_methods_by_verb(shared_world):
    me = shared_world.customer
    made = await me.call("POST", "accounts/{A}/users?verb=PUT", {"first_name": "T", "last_name": "U"})
    assert made.status_code == 201
    gone = await me.call("POST", f"accounts/{{A}}/users/{made.json()['data']['id']}", {}, envelope={"verb": "delete"})
    assert gone.status_code == 200
    assert gone.json()["data"]["_read_only"]["deleted"] is True


@pytest.mark.parametrize(
    "path",
    [
        "multi_factor/qrcode", "multi_factor/reset_qrcode", "telexsmsboxes",
        "trunkingio_settings", "trunkingio_settings/check", "match_lists", "qubicle_queues",
        "qubicle_recipients", "entitlements",
    ],
)  # fmt: skip
async def test_urls_of_the_5x_interface_are_404_json(shared_world, path):
    for method in ("GET", "PUT", "POST"):
        answer = await shared_world.customer.call(method, f"accounts/{{A}}/{path}", {} if method != "GET" else None)
        # Beside ids of port orders another method is 405; clients take either as "not here".
        assert answer.status_code == 404 or (answer.status_code == 405 and method != "GET")
        assert answer.headers["content-type"] == "application/json"


async def test_a_known_url_with_another_method_is_405(shared_world):
    answer = await shared_world.customer.call("DELETE", "accounts/{A}/users")
    assert answer.status_code == 405
    assert "PUT" in answer.headers["allow"]


@pytest.mark.parametrize(
    "raw",
    [
        b"{", b"[]", b'"x"', b"null", b"\xff\xfe", b'{"data": "x"}', b'{"data": null}', b'{"data": []}', b"{}",
        b'{"data": {"first_name": "a\\u0000b", "last_name": "c"}}',
        b'{"data": {"first_name": "\\ud800", "last_name": "c"}}',
        b'{"data": {"first_name": "a", "last_name": "c", "x": 1e999}}',
        b'{"data": {"first_name": "a", "last_name": "c", "x": 99999999999999999999999999999}}',
        b'{"data": {"first_name": {"a": 1}, "last_name": ["c"]}}',
        b'{"data": ' + b'{"a":' * 5000 + b"1" + b"}" * 5000 + b"}",
        b'{"data": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"data": {"first_name": "a", "last_name": "c", "k\\u0000": 1}}',
    ],
)  # fmt: skip
async def test_no_body_gives_a_5xx(shared_world, raw):
    me = shared_world.customer
    for method, path in (("PUT", "users"), ("PUT", "callflows"), ("PUT", "devices"), ("PATCH", "users/" + me.user_id)):
        answer = await me.call(
            method, f"accounts/{{A}}/{path}", content=raw, headers={"content-type": "application/json"}
        )
        assert answer.status_code == 400, (method, path, answer.text[:300])
        assert answer.json()["data"]


async def test_a_body_over_8_MB_is_413(shared_world):
    answer = await shared_world.customer.call(
        "PUT",
        "accounts/{A}/users",
        content=b'{"data":"' + b"x" * 9_000_000 + b'"}',
        headers={"content-type": "application/json"},
    )
    assert answer.status_code == 413


async def test_the_first_visit_burst_of_forty_parallel_writes_succeeds(shared_world):
    import asyncio

    me = shared_world.customer
    answers = await asyncio.gather(
        *(me.call("PUT", "accounts/{A}/callflows", {"numbers": [f"burst{i}"], "flow": FLOW}) for i in range(40))
    )
    assert {answer.status_code for answer in answers} == {201}


async def test_H4_the_description_declares_every_part_of_a_path_and_names_each_operation_once(shared_world):
    document = (await shared_world.http.get("/openapi.json")).json()
    names = []
    for path, operations in document["paths"].items():
        for operation in operations.values():
            names.append(operation["operationId"])
            assert "default" in operation["responses"], path  # every refusal has the same form
            assert operation.get("security") == [] or re.fullmatch(r"\w+:\w+", operation["x-scope"]), path
            declared = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "path"}
            assert declared == set(re.findall(r"{(\w+)}", path)), path
    assert sorted(names) == sorted(set(names))
