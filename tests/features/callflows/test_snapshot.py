"""What calls read: right at once after every change, without SQL when nothing changed, and still there without a
database.
"""

from __future__ import annotations

import asyncio
import json
import uuid

import psycopg
import pytest
from psycopg.types.json import Jsonb

from qvoice.core.flow.world import GLOBAL_POOL
from qvoice.db import Database
from qvoice.db.engine import DatabaseAway
from qvoice.features.callflows.defaults import create_no_match
from qvoice.features.callflows.snapshot import AccountGone, Snapshots
from qvoice.features.documents import store

pytestmark = [pytest.mark.db, pytest.mark.anyio]


def flow(module, **data):
    return {"module": module, "data": data, "children": {}}


@pytest.fixture
async def following(snapshots, database):
    """Follow the notices, and return a function that waits until all sent so far were taken."""
    taken: asyncio.Queue[str] = asyncio.Queue()
    original = snapshots.on_notice

    def on_notice(notice):
        original(notice)
        taken.put_nowait(str(notice.get("id", "connected")))

    snapshots.on_notice = on_notice
    task = asyncio.create_task(snapshots.follow(database.app_url))
    assert await asyncio.wait_for(taken.get(), 20) == "connected"

    async def until(id):
        while await asyncio.wait_for(taken.get(), 20) != id:
            pass

    yield until
    task.cancel()


@pytest.fixture
def statements(db):
    """Transactions opened by the snapshots' database from now on."""
    opened = []
    original = db.tx

    def tx(scope):
        opened.append(scope)
        return original(scope)

    db.tx = tx
    return opened


async def test_A3_same_extension_in_two_accounts_finds_each_accounts_own_flow(accounts, snapshots, put):
    for name in ("acme", "globex"):
        menu = await put(accounts[name], "menus", name=f"Menu of {name}")
        await put(accounts[name], "callflows", name=name, numbers=["1000"], flow=flow("menu", id=menu))
    for name in ("acme", "globex"):
        found = await snapshots.find_flow(accounts[name].account_id, "1000")
        assert found.flow.name == name
        assert found.world.menu(found.flow.root.data.id)["name"] == f"Menu of {name}"
    assert await snapshots.find_flow(accounts["reseller"].account_id, "1000") is None


async def test_the_hot_path_opens_no_transaction(accounts, snapshots, put, statements):
    acme = accounts["acme"].account_id
    user = await put(accounts["acme"], "menus", name="M")
    await put(accounts["acme"], "callflows", numbers=["1000"], flow=flow("menu", id=user))
    await snapshots.find_flow(acme, "1000")
    await snapshots.endpoint(acme, "0" * 32)
    statements.clear()
    for _ in range(50):
        found = await snapshots.find_flow(acme, "1000")
        await snapshots.endpoint(acme, "0" * 32)
        assert await snapshots.find_flow(acme, "2000") is None
    assert statements == []
    assert (await snapshots.find_flow(acme, "1000")).flow is found.flow


async def test_calls_at_once_on_a_cold_account_load_it_once(accounts, snapshots, put, statements):
    await put(accounts["acme"], "callflows", numbers=["1000"], flow=flow("hangup"))
    statements.clear()
    found = await asyncio.gather(*(snapshots.find_flow(accounts["acme"].account_id, "1000") for _ in range(100)))
    assert all(found)
    assert len(statements) == 2  # the account with its flows, then what this flow names


async def test_changes_are_seen_by_the_next_call(accounts, snapshots, put, db, following):
    acme = accounts["acme"]
    menu = await put(acme, "menus", name="Old")
    id = await put(acme, "callflows", numbers=["1000"], flow=flow("menu", id=menu))
    await following(id)  # what is waited for below is not the news of their making
    first = await snapshots.find_flow(acme.account_id, "1000")
    async with db.tx(acme) as session:
        await store.merge(session, "menus", menu, {"name": "New"})
    await following(menu)
    second = await snapshots.find_flow(acme.account_id, "1000")
    assert second.world.menu(menu)["name"] == "New"
    assert second.flow is first.flow  # the callflow itself did not change
    async with db.tx(acme) as session:
        await store.merge(session, "callflows", id, {"numbers": ["1001"], "flow": flow("hangup")})
    await following(id)
    assert await snapshots.find_flow(acme.account_id, "1000") is None
    assert (await snapshots.find_flow(acme.account_id, "1001")).flow.root.name == "hangup"
    async with db.tx(acme) as session:
        await store.remove(session, "callflows", id)
    await following(id)
    assert await snapshots.find_flow(acme.account_id, "1001") is None
    assert await snapshots.load_flow(acme.account_id, id) is None


async def test_a_document_that_appears_later_is_found(accounts, snapshots, put, db, following):
    acme = accounts["acme"]
    await put(acme, "callflows", numbers=["1000"], flow=flow("menu", id="a" * 32))
    found = await snapshots.find_flow(acme.account_id, "1000")
    assert found.world.menu("a" * 32) is None
    async with db.tx(acme) as session:
        await store.create(session, "menus", {"name": "Late"}, id="a" * 32)
    await following("a" * 32)
    assert (await snapshots.find_flow(acme.account_id, "1000")).world.menu("a" * 32)["name"] == "Late"


async def test_a_running_call_keeps_its_documents_while_they_are_out_of_date(accounts, snapshots, put):
    acme = accounts["acme"]
    menu = await put(acme, "menus", name="Kept")
    await put(acme, "callflows", numbers=["1000"], flow=flow("menu", id=menu))
    running = await snapshots.find_flow(acme.account_id, "1000")
    snapshots.on_notice({"account": acme.account_id, "type": "menus", "id": menu, "action": "edited"})
    assert running.world.menu(menu)["name"] == "Kept"


async def test_A1_a_flow_cannot_reach_documents_of_another_account(accounts, snapshots, put):
    theirs = await put(accounts["globex"], "menus", name="Secret")
    await put(accounts["acme"], "callflows", numbers=["1000"], flow=flow("menu", id=theirs))
    found = await snapshots.find_flow(accounts["acme"].account_id, "1000")
    assert found.world.menu(theirs) is None
    theirs_flow = await put(accounts["globex"], "callflows", numbers=["1"], flow=flow("hangup"))
    assert await snapshots.load_flow(accounts["acme"].account_id, theirs_flow) is None


async def test_users_bring_their_devices_and_groups_their_members(accounts, snapshots, put, db):
    acme = accounts["acme"]
    async with db.tx(acme) as session:
        user = (
            await store.create(
                session, "users", {"first_name": "Ann", "last_name": "Lee", "hotdesk": {"enabled": True}}
            )
        ).id
        other = (await store.create(session, "users", {"first_name": "Bob", "last_name": "Ray"})).id
    device = await put(acme, "devices", name="Desk", owner_id=user, sip={"username": "ann", "password": "secret-1"})
    hot = await put(
        acme, "devices", name="Hot", hotdesk={"users": {user: {}}}, sip={"username": "hot", "password": "secret-2"}
    )
    group = await put(acme, "groups", name="G", endpoints={user: {"type": "user"}, other: {"type": "user"}})
    endpoints = [{"id": group, "endpoint_type": "group"}]
    await put(acme, "callflows", numbers=["1000"], flow=flow("ring_group", endpoints=endpoints))
    found = await snapshots.find_flow(acme.account_id, "1000")
    assert sorted(found.world.devices_of(user)) == sorted([device, hot])
    assert found.world.user(other)["first_name"] == "Bob"
    endpoint = await snapshots.endpoint(acme.account_id, device)
    assert (endpoint.username, endpoint.owner_id, endpoint.realm) == ("ann", user, "acme.example.test")


async def test_no_match_is_made_for_a_new_account_and_open_only_when_allowed(accounts, snapshots, db):
    acme = accounts["acme"]
    async with db.tx(acme) as session:
        await create_no_match(session)
    assert await snapshots.find_flow(acme.account_id, "+14165550100") is None
    found = await snapshots.find_flow(acme.account_id, "+14165550100", True)
    assert found.flow.root.name == "offnet"
    assert await snapshots.find_flow(acme.account_id, "somebody", True) is None


async def test_B5_parent_is_the_nearest_account_above_with_trunks_and_finally_the_master(
    accounts, snapshots, put, db, following
):
    ids = {name: scope.account_id for name, scope in accounts.items()}
    trunk = {"gateways": [{"server": "192.0.2.1", "username": "u", "password": "not-for-calls"}], "rules": ["^"]}
    master_trunk = await put(accounts["master"], "resources", name="M", **trunk)

    async def parent(name):
        world = await snapshots.world(ids[name])
        return [trunk["id"] for trunk in world.pool(GLOBAL_POOL)]

    for name in ids:
        assert await parent(name) == [master_trunk]
    own = await put(accounts["reseller"], "resources", name="R", **trunk)
    await following(own)
    assert await parent("acme") == [own]
    assert await parent("reseller") == [master_trunk]
    async with db.tx(accounts["reseller"]) as session:
        await store.merge(session, "resources", own, {"enabled": False})
    await following(own)
    assert await parent("acme") == [master_trunk]
    world = await snapshots.world(ids["acme"])
    assert "not-for-calls" not in str(world.pools)
    assert set(world.pools) == {GLOBAL_POOL, ids["master"], ids["reseller"]}


async def test_B5_local_trunks_are_the_accounts_own_and_hunting_reaches_only_upwards(accounts, snapshots, put):
    ids = {name: scope.account_id for name, scope in accounts.items()}
    trunk = {"gateways": [{"server": "192.0.2.1"}], "rules": ["^"]}
    mine = await put(accounts["acme"], "resources", name="A", **trunk)
    await put(accounts["globex"], "resources", name="G", **trunk)
    world = await snapshots.world(ids["acme"])
    assert [trunk["id"] for trunk in world.pool(ids["acme"])] == [mine]
    assert world.pool(ids["globex"]) == ()
    assert world.pool(GLOBAL_POOL) == ()
    assert [document["id"] for document in world.ancestors] == [ids["reseller"], ids["master"]]


async def test_B6_a_gateways_health_reaches_every_world_at_once(accounts, snapshots):
    acme = accounts["acme"].account_id
    assert (await snapshots.world(acme)).dead_gateways == frozenset()
    snapshots.set_dead_gateways({("r", 0)})
    assert (await snapshots.world(acme)).dead_gateways == {("r", 0)}
    assert (await snapshots.world(accounts["globex"].account_id)).dead_gateways == {("r", 0)}


async def test_database_away_calls_go_on_with_what_is_cached(accounts, put, database):
    acme = accounts["acme"]
    menu = await put(acme, "menus", name="Kept")
    await put(acme, "callflows", numbers=["1000"], flow=flow("menu", id=menu))
    other = Database(database.app_url)
    snapshots = Snapshots(other)
    await snapshots.find_flow(acme.account_id, "1000")
    with psycopg.connect(database.server.admin_url, autocommit=True) as admin:
        admin.execute(f"alter database {database.name} allow_connections false")
        admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [database.name])
        try:
            snapshots.on_notice({})  # reconnecting marks everything out of date
            found = await snapshots.find_flow(acme.account_id, "1000")
            assert found.world.menu(menu)["name"] == "Kept"
            with pytest.raises(DatabaseAway):
                await snapshots.find_flow(accounts["globex"].account_id, "1000")
        finally:
            admin.execute(f"alter database {database.name} allow_connections true")
    await other.close()


async def test_number_owners_are_cached_and_expire_with_a_notice(accounts, snapshots, database, statements):
    with psycopg.connect(database.admin_url) as admin:
        admin.execute(
            "insert into phone_numbers (number, account_id, state) values ('+14165550100', %s, 'in_service')",
            [accounts["acme"].account_id],
        )
    owner = await snapshots.number_owner("+14165550100")
    assert (owner.account_id, owner.force_outbound) == (accounts["acme"].account_id, False)
    assert await snapshots.number_owner("+14165550199") is None
    statements.clear()
    await snapshots.number_owner("+14165550100")
    await snapshots.number_owner("+14165550199")
    assert statements == []
    with psycopg.connect(database.admin_url) as admin:
        admin.execute("update phone_numbers set account_id = %s", [accounts["globex"].account_id])
    snapshots.on_notice(
        {"account": accounts["acme"].account_id, "type": "phone_numbers", "id": "+14165550100", "action": "edited"}
    )
    assert (await snapshots.number_owner("+14165550100")).account_id == accounts["globex"].account_id


async def test_B5_formatters_of_trunks_are_read_for_calls_of_nobody_yet_and_again_after_a_notice(
    accounts, snapshots, database
):
    acme, trunk, other = accounts["acme"].account_id, uuid.uuid4(), uuid.uuid4()
    rules = {"request": {"prefix": "+1"}}
    with psycopg.connect(database.admin_url) as admin:
        for id, formatters in ((trunk, rules), (other, {})):
            admin.execute(
                "insert into resources (id, account_id, doc, name, enabled) values (%s, %s, %s, 'T', true)",
                [id, acme, Jsonb({"name": "T", "formatters": formatters})],
            )
    assert await snapshots.inbound_formatters(trunk.hex) == rules
    assert await snapshots.inbound_formatters(other.hex) == {}
    with psycopg.connect(database.admin_url) as admin:
        admin.execute("update resources set enabled = false where id = %s", [trunk])
    snapshots.on_notice({"account": acme, "type": "resources", "id": trunk.hex, "action": "edited"})
    assert await snapshots.inbound_formatters(trunk.hex) == {}


async def test_a_disabled_account_above_disables_those_below(accounts, snapshots, database):
    acme = accounts["acme"].account_id
    assert await snapshots.enabled(acme)
    with psycopg.connect(database.admin_url) as admin:
        admin.execute("update accounts set enabled = false where id = %s", [accounts["reseller"].account_id])
    snapshots.on_notice(
        {"account": accounts["reseller"].account_id, "type": "accounts", "id": accounts["reseller"].account_id}
    )
    assert not await snapshots.enabled(acme)


@pytest.mark.parametrize("id", ["0" * 32, "nonsense", "../x"])
async def test_an_account_that_is_not_there(snapshots, accounts, id):
    with pytest.raises(AccountGone):
        await snapshots.find_flow(id, "1000")
    assert await snapshots.world(id) is None
    assert not await snapshots.enabled(id)


async def test_memory_is_bounded_and_evicted_accounts_come_back(accounts, db, put):
    small = Snapshots(db, max_documents=3)
    for name in ("acme", "globex"):
        for number in range(3):
            await put(accounts[name], "callflows", numbers=[str(number + 1)], flow=flow("hangup"))
    for name in ("acme", "globex", "acme"):
        assert await small.find_flow(accounts[name].account_id, "1")
        assert len(small._tenants) == 1


async def test_B6_gateways_the_edge_found_dead_are_avoided(accounts, snapshots, database, following):
    acme, resource = accounts["acme"].account_id, "a" * 32
    await snapshots.world(acme)
    with psycopg.connect(database.admin_url) as admin:
        admin.execute("insert into edge.gateway_state (resource_id, gateway, alive) values (%s, 1, false)", [resource])
        for kind, id in (("gateway_state", "first"), ("none", "second")):
            admin.execute("select pg_notify('qvoice_doc', %s)", [json.dumps({"account": "", "type": kind, "id": id})])
    await following("second")  # notices are taken in order: the first was carried out
    assert (await snapshots.world(acme)).dead_gateways == {(resource, 1)}
