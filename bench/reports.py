"""Reports over 200,000 call records (`--big`: a million): how long folding them in takes, and how long a report takes
to read, beside counting the same records when asked. On the installation's PostgreSQL, in a database of its own.
"""

from __future__ import annotations

import asyncio
import statistics as middle
import time
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

from bench.figures import Figure
from bench.installation import Installation
from qvoice.db import Database, Scope, migrate
from qvoice.db.roles import LOGIN_ROLES
from qvoice.features.reports import queries
from qvoice.features.reports.jobs import fold
from qvoice.features.reports.period import DAY, Period
from qvoice.features.resources import statistics
from qvoice.kit.settings import load

NAME = "qvoice_bench_reports"
FIRST, DAYS = date(2026, 10, 20), 30
ZONE = "America/St_Johns"
RESELLERS, CUSTOMERS = 10, 100
"""Below the master, and below each of them: a thousand customers. They have a fifth of the calls (and all that are
folded in by the clock), the master itself has the others: those are added up sooner.
"""
NEW = 20_000
"""Records that are folded in as the worker does it, and timed; those before them in large pieces."""
PIECE = 100_000
TIMES = 9


def measure(installation: Installation) -> list[Figure]:
    """Fill a database with records of thirty days, fold them in, and read reports of the master account."""
    settings = load(installation.data, environ=installation.environ)
    admin = urlunsplit(urlsplit(settings.dsn("admin"))._replace(path=f"/{NAME}"))
    server = urlunsplit(urlsplit(admin)._replace(path="/postgres"))
    passwords = {role: settings.secret(f"db-{role}") for role in LOGIN_ROLES}
    records = 50_000 if installation.quick else 1_000_000 if installation.big else 200_000
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"drop database if exists {NAME} with (force)")
    try:
        migrate.upgrade_dsn(admin, passwords)
        new = min(records, NEW)
        master, trunk = _fill(admin, records, records - new)
        app = urlunsplit(urlsplit(settings.dsn())._replace(path=f"/{NAME}"))
        return asyncio.run(_measure(app, admin, records, new, master, trunk))
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"drop database if exists {NAME} with (force)")


def _fill(dsn: str, records: int, old: int) -> tuple[Scope, str]:
    """Make the tree, one trunk of the master's, and legs over it as call control records them; `old` of them are in the
    sums already.
    """
    top, trunk = uuid.uuid4().hex, uuid.uuid4().hex
    with psycopg.connect(dsn) as connection:
        _account(connection, top, None, top)
        for reseller in range(RESELLERS):
            above = uuid.uuid4().hex
            _account(connection, above, top, f"{top}.{above}", f"reseller {reseller}")
            for customer in range(CUSTOMERS):
                one = uuid.uuid4().hex
                _account(connection, one, above, f"{top}.{above}.{one}", f"customer {reseller}/{customer}")
        connection.execute(
            "insert into resources (id, account_id, doc, name, enabled) values (%s, %s, '{}', 'carrier', true)",
            [trunk, top],
        )
        connection.execute("set session_replication_role = replica")  # fast: the queue is filled below
        connection.execute(
            """
            insert into cdrs (id, account_id, call_id, interaction_id, created, doc)
            select '202611-' || n, case when n > %s or n %% 5 = 0 then
                    a.ids[1 + (n::bigint * 7919) %% cardinality(a.ids)] else %s::uuid end, n::text, n::text, t.at,
                jsonb_build_object('traffic', 'outbound', 'attempt', 1 + (n %% 20 = 0)::int, 'gateway', n %% 3,
                    'destination', (array['CA', 'US', 'GB', 'GB:mobile', 'FR', 'IN:mobile'])[1 + n %% 6],
                    'disposition', case when n %% 3 > 0 then 'ANSWER' else 'BUSY' end,
                    'billing_seconds', case when n %% 3 > 0 then n %% 300 else 0 end,
                    'hangup_code', case when n %% 3 > 0 then 'sip:200' else 'sip:486' end,
                    'hangup_cause', 'NORMAL_CLEARING', 'pdd_ms', 200 + n %% 4000, 'from', 'sip:1000@example.invalid',
                    'custom_channel_vars', jsonb_build_object('resource_id', %s::text))
            from generate_series(1, %s) n,
                (select array_agg(id) as ids from accounts where nlevel(path) = 3) a,
                lateral (select %s::timestamptz + n * (interval '1 day' * %s / %s::int) as at) t""",
            [old, top, trunk, records, datetime(FIRST.year, FIRST.month, FIRST.day, 6, tzinfo=UTC), DAYS, records],
        )
        connection.execute("insert into report_queue (leg) select id from cdrs order by created")
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("vacuum analyze")
        for done in range(0, old, PIECE):
            connection.execute("select reports_fold(%s)", [min(PIECE, old - done)])
        connection.execute("vacuum analyze")
    return Scope(top, top), trunk


def _account(connection: Any, id: str, parent: str | None, path: str, name: str = "master") -> None:
    connection.execute(
        "insert into accounts (id, parent_id, path, doc, name, name_key, realm, timezone, language, country)"
        " values (%s, %s, %s, '{}', %s, %s, %s, 'UTC', 'en-us', 'CA')",
        [id, parent, path, name, name, f"{id}.invalid"],
    )


async def _middle(work: Callable[[], Awaitable[Any]]) -> float:
    """Return the median of the milliseconds that something takes."""
    times: list[float] = []
    for _ in range(TIMES):
        began = time.perf_counter()
        await work()
        times.append(time.perf_counter() - began)
    return middle.median(times) * 1000


async def _measure(dsn: str, admin: str, records: int, new: int, master: Scope, trunk: str) -> list[Figure]:
    db = Database(dsn, statement_timeout_ms=120_000)
    period = Period(FIRST, FIRST + timedelta(days=DAYS - 1), ZONE)
    try:
        began = time.perf_counter()
        folded = await fold(db)
        took = time.perf_counter() - began
        assert folded == new, folded

        async def days() -> list[list[Any]]:
            async with db.tx(master) as s:
                return await queries.series(s, period, period.begins(DAY))

        async def listed(axis: str) -> None:
            async with db.tx(master) as s:
                await queries.by_key(s, axis, period)

        async def carrier() -> None:
            async with db.tx(master) as s:
                await statistics.of_one(s, period, trunk)

        report = await _middle(days)
        accounts = await _middle(lambda: listed("account"))
        destinations = await _middle(lambda: listed("destination"))
        trunks = await _middle(carrier)
        async with db.tx(master) as s:
            seen = await statistics.of_one(s, period, trunk)
        assert seen["outbound"]["attempts"] > records * 0.9, seen["outbound"]
        legs = seen["outbound"]["attempts"]
        assert sum(row.calls for part in await days() for row in part) > records * 0.9
    finally:
        await db.close()
    asked = _counted(admin, period)
    return [
        Figure(
            f"records added, {records:,} there", new / took, "per second", None, "1,000 customers, three levels"
        ),
        Figure("report: days of a month, whole tree", report, "ms", ("<=", 500)),
        Figure("the same counted from the records / report", asked / report, "times", (">=", 5), f"{asked:.0f} ms"),
        Figure("report: by account / by destination", accounts, "ms", ("<=", 500), f"{destinations:.0f} ms"),
        Figure(f"a trunk's statistics, {legs:,} legs", trunks, "ms", ("<=", 50)),
    ]


def _counted(admin: str, period: Period) -> float:
    """Return the median of the milliseconds that the same takes by reading every record, without any policy."""
    times: list[float] = []
    with psycopg.connect(admin, autocommit=True) as connection:
        for _ in range(3):
            began = time.perf_counter()
            connection.execute(
                "select width_bucket(created, %s::timestamptz[]), doc ->> 'traffic', count(*),"
                " count(*) filter (where doc ->> 'disposition' = 'ANSWER'), sum((doc ->> 'billing_seconds')::int)"
                " from cdrs where created >= %s and created < %s group by 1, 2",
                [period.begins(DAY), period.since, period.until],
            ).fetchall()
            times.append(time.perf_counter() - began)
    return middle.median(times) * 1000
