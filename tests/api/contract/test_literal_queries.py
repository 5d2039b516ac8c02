"""The query strings of kazoo.md 3.5 outside callflows (those are in features/documents), on a seeded account."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.db, pytest.mark.anyio]

SEED = {
    "users": {
        "plain": {"first_name": "Pat", "last_name": "Plain", "priv_level": "user"},
        "chief": {"first_name": "Ada", "last_name": "Chief", "priv_level": "admin"},
    },
    "devices": {
        "desk": {"name": "desk", "device_type": "sip_device"},
        "mobile": {"name": "mobile", "device_type": "mobile", "mobile": {"mdn": "+14165550123"}},
        "bare": {"name": "bare", "device_type": "mobile"},
        "fresh": {"name": "fresh", "new_user": "7"},
    },
    "vmboxes": {
        "main": {"name": "Main Voicemail Box", "mailbox": "0", "type": "mainVMBox"},
        "other": {"name": "other", "mailbox": "41"},
    },
    "temporal_rules": {
        "typed": {"name": "MainMonday", "type": "main_weekdays", "cycle": "weekly", "wdays": ["monday"]},
        "plain": {"name": "plain", "cycle": "weekly", "wdays": ["friday"]},
    },
    "temporal_rules_sets": {
        "holidays": {"name": "MainHolidays", "type": "main_holidays", "temporal_rules": []},
        "hours": {"name": "hours", "type": "main_custom_hours", "temporal_rules": []},
        "plain": {"name": "plain", "temporal_rules": []},
    },
}
QUERIES = [
    ("users", "filter_priv_level=admin", {"chief"}),
    ("devices", "filter_owner_id={owner}", {"owned"}),
    ("devices", "filter_device_type=mobile&has_key=mobile", {"mobile"}),
    ("devices", "filter_new_user=7", {"fresh"}),
    ("vmboxes", "filter_type=mainVMBox", {"main"}),
    ("vmboxes", "filter_owner_id={owner}", {"owned"}),
    ("temporal_rules", "has_key=type", {"typed"}),
    ("temporal_rules_sets", "has_key=type&filter_type=main_holidays", {"holidays"}),
]


@pytest.fixture(scope="module")
async def seeded(shared_world):
    """An account with SEED; {collection: {id: nickname}} and an owner's id."""
    me = await shared_world.account(shared_world.reseller, "literal")
    names: dict[str, dict[str, str]] = {}
    for collection, documents in SEED.items():
        names[collection] = {
            (await me.put(f"accounts/{{A}}/{collection}", document))["id"]: nick for nick, document in documents.items()
        }
    owner = next(id for id, nick in names["users"].items() if nick == "plain")
    for collection, document in (("devices", {"name": "owned"}), ("vmboxes", {"name": "owned", "mailbox": "42"})):
        made = await me.put(f"accounts/{{A}}/{collection}", {**document, "owner_id": owner})
        names[collection][made["id"]] = "owned"
    names["users"][me.user_id] = "chief"
    return me, names, owner


@pytest.mark.parametrize(("collection", "query", "expected"), QUERIES)
async def test_each_query_finds_exactly_these(seeded, collection, query, expected):
    me, names, owner = seeded
    rows = await me.get(f"accounts/{{A}}/{collection}?{query.format(owner=owner)}&_=1700000000000")
    assert {names[collection][row["id"]] for row in rows} == expected


async def test_numbers_are_a_map_even_when_there_are_none_and_filter_by_state(seeded, shared_world):
    me, _, _ = seeded
    query = 'accounts/{A}/phone_numbers?filter_state=["in_service","port_in"]&paginate=false'
    assert (await me.get(query))["numbers"] == {}
    await shared_world.master.put(f"accounts/{me.account_id}/phone_numbers/+14165550155", {})
    numbers = (await me.get(query))["numbers"]
    assert list(numbers) == ["+14165550155"]
    assert {"state", "used_by", "features"} <= numbers["+14165550155"].keys()
    other = 'accounts/{A}/phone_numbers?filter_state=["port_in"]&paginate=false'
    assert (await me.get(other))["numbers"] == {}


async def test_C10_children_ascend_when_asked(shared_world):
    me = await shared_world.account(shared_world.master, "browser")
    await shared_world.master.put(f"accounts/{me.account_id}/reseller", {})
    for name in ("Beta", "alpha", "Gamma"):
        await me.put("accounts/{A}", {"name": name, "realm": f"{name.lower()}.browser.test"})
    rows = await me.get("accounts/{A}/children?ascending=true")
    assert [row["name"] for row in rows] == ["alpha", "Beta", "Gamma"]
    assert [row["descendants_count"] for row in rows] == [0, 0, 0]
    found = await me.get("accounts/{A}/search/multi?t=account&by_name=al&by_realm=beta&by_id=zz")
    assert {key: [row["name"] for row in rows] for key, rows in found.items()} == {
        "name": ["alpha"], "realm": ["Beta"], "id": [],
    }  # fmt: skip
