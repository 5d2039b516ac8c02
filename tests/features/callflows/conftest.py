"""A master, a reseller, its customers, and the cache that calls read from."""

from __future__ import annotations

import psycopg
import pytest
from tests.fixtures.tenants import make_account

from qvoice.db import Scope
from qvoice.features.callflows.snapshot import Snapshots
from qvoice.features.documents import store


@pytest.fixture
def accounts(database) -> dict[str, Scope]:
    master = make_account(database, None, "Master")
    reseller = make_account(database, master, "Northern")
    return {
        "master": master,
        "reseller": reseller,
        "acme": make_account(database, reseller, "Acme"),
        "globex": make_account(database, reseller, "Globex"),
    }


@pytest.fixture
def snapshots(db):
    return Snapshots(db)


@pytest.fixture
def put(db):
    """Create a document as the API does; returns its id."""

    async def create(scope, type, **document):
        async with db.tx(scope) as session:
            return (await store.create(session, type, document)).id

    return create


@pytest.fixture
def queries(database):
    """Count of SQL statements that the app's role ran on tables, by PostgreSQL's own account."""

    def count() -> int:
        with psycopg.connect(database.admin_url) as admin:
            admin.execute("select pg_stat_force_next_flush()")
            return admin.execute(
                "select xact_commit from pg_stat_database where datname = current_database()"
            ).fetchone()[0]

    return count
