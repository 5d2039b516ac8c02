"""Tenants are kept apart by the database itself, whatever a query forgets."""

from __future__ import annotations

import uuid

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from qvoice.db import SYSTEM, Database, Scope
from qvoice.db.tenancy import UNPROTECTED_TABLES, definer

pytestmark = [pytest.mark.db, pytest.mark.anyio]


def make_account(database, parent: Scope | None, name: str) -> Scope:
    """Insert an account behind the curtain and return its scope."""
    account_id = uuid.uuid4().hex
    path = f"{parent.path}.{account_id}" if parent else account_id
    with psycopg.connect(database.admin_url) as admin:
        admin.execute(
            "insert into accounts (id, parent_id, path, doc, name, name_key, realm, timezone, language)"
            " values (%s, %s, %s, '{}', %s, %s, %s, 'UTC', 'en-us')",
            [
                account_id,
                parent.account_id if parent else None,
                path,
                name,
                name.lower(),
                f"{name.lower()}.example.test",
            ],
        )
    return Scope(account_id, path)


@pytest.fixture
def tree(database):
    master = make_account(database, None, "Master")
    left, right = make_account(database, master, "Left"), make_account(database, master, "Right")
    return {"master": master, "left": left, "right": right, "leaf": make_account(database, left, "Leaf")}


INSERT = text(
    "insert into users (id, account_id, doc, priv_level, enabled) values (gen_random_uuid(), :account, '{}', 'user',"
    " true)"
)


async def test_every_table_with_an_account_has_forced_row_security_and_the_policy(database):
    with psycopg.connect(database.admin_url) as admin:
        assert admin.execute(UNPROTECTED_TABLES).fetchall() == []
        admin.execute("create table forgotten (account_id uuid)")
        assert admin.execute(UNPROTECTED_TABLES).fetchall() == [("forgotten",)]


async def test_app_role_owns_nothing_and_cannot_bypass(database):
    with psycopg.connect(database.admin_url) as admin:
        rows = admin.execute(
            "select rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb from pg_roles"
            " where rolname in ('qvoice_app', 'qvoice_edge', 'qvoice_lookup', 'qvoice_owner') order by 1"
        ).fetchall()
        assert [row[0] for row in rows] == ["qvoice_app", "qvoice_edge", "qvoice_lookup", "qvoice_owner"]
        assert not any(flag for row in rows for flag in row[1:])
        owned = admin.execute("select relname from pg_class where relowner = 'qvoice_app'::regrole").fetchall()
        assert owned == []
        member = admin.execute("select count(*) from pg_auth_members where member = 'qvoice_app'::regrole").fetchone()
        assert member == (0,)


async def test_definer_functions_fix_their_search_path_and_are_not_public(database):
    with psycopg.connect(database.admin_url) as admin:
        rows = admin.execute(
            "select proname, proconfig, pg_get_userbyid(proowner), has_function_privilege('public', oid, 'execute')"
            " from pg_proc where prosecdef and pronamespace = 'public'::regnamespace"
        ).fetchall()
    assert len(rows) >= 6
    for name, config, owner, public in rows:
        assert any(setting.startswith("search_path=") for setting in config or []), name
        assert owner == "qvoice_lookup", name
        assert not public, name
    with pytest.raises(ValueError, match="security definer"):
        definer("f()", "create function f() returns int language sql as 'select 1'")


async def test_without_account_every_tenant_table_is_empty(db: Database, tree):
    async with db.tx(tree["left"]) as s:
        await s.execute(INSERT, {"account": tree["left"].account_id})
    async with db.tx(SYSTEM) as s:
        assert (await s.execute(text("select count(*) from users"))).scalar() == 0
        assert (await s.execute(text("select count(*) from accounts"))).scalar() == 0


async def test_account_sees_and_writes_its_own_rows_only(db: Database, tree):
    async with db.tx(tree["left"]) as s:
        await s.execute(INSERT, {"account": tree["left"].account_id})
    for other in ("right", "master", "leaf"):
        async with db.tx(tree[other]) as s:
            assert (await s.execute(text("select count(*) from users"))).scalar() == 0
            assert (await s.execute(text("update users set priv_level = 'admin'"))).rowcount == 0
    for other in ("right", "master", "leaf"):
        with pytest.raises(DBAPIError, match="row-level security"):
            async with db.tx(tree[other]) as s:
                await s.execute(INSERT, {"account": tree["left"].account_id})


async def test_A5_account_sees_the_tree_below_it_and_nothing_beside_or_above(db: Database, tree):
    expected = {
        "master": {"Master", "Left", "Right", "Leaf"},
        "left": {"Left", "Leaf"},
        "right": {"Right"},
        "leaf": {"Leaf"},
    }
    for who, names in expected.items():
        async with db.tx(tree[who]) as s:
            assert set((await s.execute(text("select name from accounts"))).scalars()) == names


async def test_audit_is_append_only(db: Database, tree):
    async with db.tx(tree["left"]) as s:
        await s.execute(
            text("insert into audit (account_id, method, path, status, request_id) values (:a, 'PUT', '/x', 201, 'r')"),
            {"a": tree["left"].account_id},
        )
    for statement in ("update audit set path = '/y'", "delete from audit", "truncate audit"):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with db.tx(tree["left"]) as s:
                await s.execute(text(statement))


async def test_failed_transaction_leaves_nothing(db: Database, tree):
    async def fail() -> None:
        async with db.tx(tree["left"]) as s:
            await s.execute(INSERT, {"account": tree["left"].account_id})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    async with db.tx(tree["left"]) as s:
        assert (await s.execute(text("select count(*) from users"))).scalar() == 0


async def test_account_scope_says_who_is_above_and_whether_all_are_enabled(db: Database, tree, database):
    with psycopg.connect(database.admin_url) as admin:
        admin.execute(
            "update accounts set is_reseller = true, enabled = false where id = %s", [tree["left"].account_id]
        )
    [row] = await db.fetch("select * from account_scope(:id)", {"id": tree["leaf"].account_id})
    assert (row.path, row.realm, row.enabled, row.reseller_id.hex) == (
        tree["leaf"].path, "leaf.example.test", False, tree["left"].account_id,
    )  # fmt: skip
