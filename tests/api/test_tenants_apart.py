"""A5: nothing of another tenant can be read, changed or made to ring by naming its ids: in URLs, bodies, filters,
searches, pages, raw downloads or simulations; not sideways, not upwards, not from a child's URL.
"""

from __future__ import annotations

import json
import os

import pytest
from tests.fixtures.tenants import tone

from qvoice.api.app import endpoints
from qvoice.engine import images
from qvoice.features.documents import resources

pytestmark = [pytest.mark.db, pytest.mark.anyio]

HERE = "/v2/accounts/{account_id}/"
BODIES = {
    "users": {"first_name": "Secret", "last_name": "Person", "username": "secret", "password": "secret-password"},
    "devices": {"name": "Secret device", "sip": {"username": "secretphone", "password": "secret-sip"}},
    "callflows": {"name": "Secret flow", "numbers": ["7319"], "flow": {"module": "hangup", "data": {}}},
    "vmboxes": {"name": "Secret box", "mailbox": "7319"},
    "menus": {"name": "Secret menu"},
    "media": {"name": "Secret media", "media_source": "upload"},
    "temporal_rules": {"name": "Secret rule", "cycle": "daily"},
    "temporal_rules_sets": {"name": "Secret set"},
    "groups": {"name": "Secret group", "endpoints": {}},
    "conferences": {"name": "Secret room", "member": {"numbers": ["7319"], "pins": ["7319"]}},
    "directories": {"name": "Secret directory"},
    "faxboxes": {"name": "Secret fax"},
    "blacklists": {"name": "Secret blacklist", "numbers": {"+14165550000": {}}},
    "lists": {"name": "Secret list"},
    "resources": {"name": "Secret trunk", "gateways": [{"server": "secret.example.test"}], "rules": ["^(.*)$"]},
    "external_numbers": {"number": "+15145550123", "name": "Secret number"},
    "ratedecks": {"name": "Secret deck"},
    "port_requests": {"name": "Secret port", "numbers": {"+14165557319": {}}},
    "webhooks": {"name": "Secret hook", "hook": "voicemail", "uri": "https://secret.example.test/"},
}
"""A document of each kind, with a word in it that nobody else may ever see."""


async def furnish(who) -> dict[str, str]:
    """Create one document of each kind in an account; return their ids by collection."""
    made = {}
    for collection, body in BODIES.items():
        made[collection] = (await who.put(f"accounts/{{A}}/{collection}", body))["id"]
    path = f"accounts/{{A}}/media/{made['media']}/raw"
    answer = await who.call("POST", path, content=tone(0.3), headers={"content-type": "audio/wav"})
    assert answer.status_code == 200, answer.text
    return made


@pytest.fixture(scope="module")
async def furnished(shared_world):
    """(world, ids of the stranger's documents, ids of the reseller's, above the customer)."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QVOICE_STORE_IMAGE", os.environ.get("QVOICE_STORE_IMAGE") or str(images.ensure("store", print)))
        # Decks are for resellers.
        await shared_world.master.put(f"accounts/{shared_world.stranger.account_id}/reseller", {})
        yield shared_world, await furnish(shared_world.stranger), await furnish(shared_world.reseller)


def test_every_kind_of_document_is_tried():
    # Plans are given by id from one account to those below it: tests/features/services tries who may.
    # Carriers are the master's alone: tests/features/carriers tries everybody else.
    apart = {"accounts", "limits", "allotments", "fraud", "apps_store", "service_plans", "carriers"}
    missing = set(resources()) - set(BODIES) - apart
    assert missing == set(), "write a body for each kind, so that its ids are tried from other tenants"


async def test_A5_another_tenants_ids_in_urls_are_not_there(furnished):
    world, *others = furnished
    me, leaks, wrong = world.customer, [], []
    owners = list(zip((world.stranger, world.reseller), others, strict=True))
    before = json.dumps([await snapshot(who, ids) for who, ids in owners])
    for ids in others:
        for endpoint in endpoints(world.app):
            collection = endpoint.path.removeprefix(HERE).split("/")[0]
            if not endpoint.path.startswith(HERE + collection + "/{") or collection not in ids:
                continue
            path = endpoint.path.removeprefix("/v2/").replace("{account_id}", me.account_id)
            path = path.replace(path[path.index("{") : path.index("}") + 1], ids[collection], 1)
            while "{" in path:
                path = path.replace(path[path.index("{") : path.index("}") + 1], "1", 1)
            for method in endpoint.methods:
                body = None if method == "GET" else BODIES.get(collection, {}) if path.count("/") == 3 else {}
                for who in (me, world.reseller) if ids is others[1] else (me,):
                    answer = await who.call(method, path, body)
                    if answer.status_code < 400 and answer.json().get("data") != []:
                        wrong.append((method, endpoint.path, answer.status_code))
                    if "Secret" in answer.text and "Secret" not in json.dumps(body):
                        leaks.append((method, endpoint.path))
    assert wrong == []
    assert leaks == []
    after = json.dumps([await snapshot(who, ids) for who, ids in owners])
    assert after == before


async def snapshot(who, ids: dict[str, str]) -> list[str]:
    """Return what an account's own documents look like to it."""
    return [
        (await who.call("GET", f"accounts/{{A}}/{collection}/{id}")).json()["data"] for collection, id in ids.items()
    ]


def naming(ids: dict[str, str]) -> list[tuple[str, dict]]:
    """Return documents that name another tenant's documents wherever a document may name one."""

    def node(module: str, **data) -> dict:
        return {"module": module, "data": data, "children": {}}

    members = [{"id": ids[kind], "endpoint_type": kind[:-1]} for kind in ("users", "devices", "groups")]
    flows = [
        node("user", id=ids["users"]), node("device", id=ids["devices"]), node("group", id=ids["groups"]),
        node("callflow", id=ids["callflows"]), node("voicemail", id=ids["vmboxes"], action="compose"),
        node("menu", id=ids["menus"]), node("play", id=ids["media"]), node("directory", id=ids["directories"]),
        node("temporal_route", rules=[ids["temporal_rules"]], rule_set=ids["temporal_rules_sets"]),
        node("ring_group", endpoints=members), node("resources", hunt_account_id=ids["accounts"]),
        node("play", id=f"/{ids['accounts']}/{ids['media']}"), node("conference", id=ids["conferences"]),
        {"module": "temporal_route", "data": {}, "children": {ids["temporal_rules"]: node("hangup")}},
    ]  # fmt: skip
    found = [
        ("callflows", {"name": f"names {n}", "numbers": [f"91{n:02d}"], "flow": flow}) for n, flow in enumerate(flows)
    ]
    media = {"media_id": ids["media"]}
    return [
        *found,
        ("users", {"first_name": "N", "last_name": "N", "music_on_hold": media, "directories": {
            ids["directories"]: ids["callflows"]}}),
        ("devices", {"name": "N", "hotdesk": {"users": {ids["users"]: {}}}, "music_on_hold": media}),
        ("groups", {"name": "N", "endpoints": {ids["users"]: {"type": "user"}, ids["devices"]: {"type": "device"}}}),
        ("menus", {"name": "N", "media": {"greeting": ids["media"]}}),
        ("vmboxes", {"name": "N", "mailbox": "9190", "media": {"unavailable": ids["media"]}}),
        ("temporal_rules_sets", {"name": "N", "temporal_rules": [ids["temporal_rules"]]}),
    ]  # fmt: skip


async def test_A5_naming_another_tenants_documents_shows_and_rings_nothing_of_them(furnished):
    world, *others = furnished
    me = world.customer
    for ids, owner in zip(others, (world.stranger, world.reseller), strict=True):
        for collection, document in naming({**ids, "accounts": owner.account_id}):
            answer = await me.call("PUT", f"accounts/{{A}}/{collection}", document)
            assert answer.status_code in (201, 400), (document, answer.text)
            if answer.status_code == 400:
                continue
            id = answer.json()["data"]["id"]
            for path in (f"{collection}/{id}", collection, f"{collection}?filter_id={id}"):
                shown = (await me.call("GET", f"accounts/{{A}}/{path}")).text
                assert "Secret" not in shown, path
            if collection == "callflows":
                number = document["numbers"][0]
                for wanted in ({"number": number}, {"number": number, "caller": {"number": "+14165550199"}}):
                    tried = await me.call("POST", "accounts/{A}/callflows/simulate", wanted)
                    assert "ecret" not in tried.text, document
                checked = await me.call("POST", "accounts/{A}/callflows/check", document)
                assert "ecret" not in checked.text, document
            await me.delete(f"accounts/{{A}}/{collection}/{id}")


async def test_A5_no_document_gets_an_owner_of_another_tenant(furnished):
    world, *others = furnished
    for ids in others:
        for collection in ("devices", "callflows", "vmboxes", "conferences", "faxboxes"):
            document = {**BODIES[collection], "owner_id": ids["users"], "mailbox": "9191", "numbers": ["9191"]}
            answer = await world.customer.call("PUT", f"accounts/{{A}}/{collection}", document)
            assert answer.status_code == 400, (collection, answer.text)
            assert answer.json()["data"]["owner_id"]["not_found"]["message"], collection


async def test_A5_filters_searches_and_page_keys_reach_no_other_tenant(furnished):
    world, *others = furnished
    me, ids = world.customer, others[0]
    for collection in BODIES:
        key = (await world.stranger.call("GET", f"accounts/{{A}}/{collection}?page_size=1")).json().get("start_key")
        queries = [f"filter_id={ids[collection]}", f"filter_name=Secret {collection[:-1]}", "has_key=name",
                   f"filter_account_id={world.stranger.account_id}", f"filter_owner_id={ids['users']}",
                   f"start_key={key or ''}", "paginate=false"]  # fmt: skip
        for query in queries:
            answer = await me.call("GET", f"accounts/{{A}}/{collection}?{query}")
            assert answer.status_code in (200, 400)
            assert "Secret" not in answer.text, (collection, query)
    for type, view in (("user", "name"), ("callflow", "name_and_number"), ("device", "name"), ("account", "name")):
        for prefix in ("accounts/{A}/", ""):
            for text in ("Sec", "7319", "stran"):
                answer = await me.call("GET", f"{prefix}search?t={type}&q={view}&v={text}")
                assert answer.json()["data"] == [], (type, view, text)


async def test_A5_sound_of_another_tenant_is_never_sent(furnished):
    world, *others = furnished
    for ids, owner in zip(others, (world.stranger, world.reseller), strict=True):
        own = await owner.call("GET", f"accounts/{{A}}/media/{ids['media']}/raw")
        assert own.content[:4] == b"RIFF"
        for account in (world.customer.account_id, owner.account_id):
            path = f"accounts/{account}/media/{ids['media']}/raw"
            assert (await world.customer.call("GET", path)).status_code in (403, 404)
            plain = await world.nobody.call("GET", f"{path}?auth_token={world.customer.token}")
            assert plain.status_code in (403, 404)


async def test_A5_a_simulation_names_trunks_to_those_who_own_them_or_stand_above(furnished):
    world, _, theirs = furnished
    me = world.customer
    flow = {"module": "resources", "data": {"hunt_account_id": world.reseller.account_id}, "children": {}}
    made = await me.put("accounts/{A}/callflows", {"name": "Out", "numbers": ["no_match"], "flow": flow})
    device = await me.put("accounts/{A}/devices", {"name": "Desk"})
    wanted = {"number": "+14165550177", "caller": {"type": "device", "id": device["id"]}}
    for who, name in ((me, ""), (world.reseller, "Secret trunk"), (world.master, "Secret trunk")):
        tried = await who.post(f"accounts/{me.account_id}/callflows/simulate", wanted)
        legs = [leg for step in tried["steps"] for act in step["acts"] for leg in legs_in(act)]
        assert [(leg["to"], leg["name"]) for leg in legs] == [("trunk", name)], who.username
        assert (theirs["resources"] in json.dumps(tried)) is bool(name)
    await me.delete(f"accounts/{{A}}/callflows/{made['id']}")


def legs_in(value) -> list[dict]:
    """Return every leg in an act of a simulation."""
    if isinstance(value, dict):
        return [value] if "to" in value else [leg for item in value.values() for leg in legs_in(item)]
    return [leg for item in value for leg in legs_in(item)] if isinstance(value, list) else []
