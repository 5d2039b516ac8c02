"""The monthly run over a big tree, killed in the middle, and the ledger under many calls at once: on the installation's
PostgreSQL, in a database of its own, so that nobody's money is touched.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
import time
import uuid
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from sqlalchemy import text

from bench.figures import Figure
from bench.installation import Installation
from qvoice.db import SYSTEM, Database, Scope, migrate
from qvoice.db.roles import LOGIN_ROLES
from qvoice.features.ledgers import holds
from qvoice.features.ledgers.post import PAYMENTS, post, transfer
from qvoice.features.services import monthly
from qvoice.kit.clock import utcnow
from qvoice.kit.settings import load

NAME = "qvoice_bench_billing"
MONTH = date(2031, 1, 1)
ITEMS = ("user", "admin")
PLAN = {
    "users": {item: {"rate": 20, "activation_charge": 1} for item in ITEMS},
    "devices": {f"kind{n}": {"rate": 2 + n} for n in range(10)},
    "voicemails": {"mailbox": {"rate": 1}}, "conferences": {"conference": {"rate": 1}},
    "menus": {"menu": {"rate": 1}}, "groups": {"group": {"rate": 1}}, "media": {"file": {"rate": 1}},
    "directories": {"directory": {"rate": 1}}, "faxboxes": {"faxbox": {"rate": 1}},
    "limits": {"twoway_trunks": {"rate": 5, "rates": {"10": 4}}},
}  # fmt: skip
"""Twenty items."""


def measure(installation: Installation) -> list[Figure]:
    """Fill a database with accounts, run a month over them, then let calls reserve and settle on one balance."""
    settings = load(installation.data, environ=installation.environ)
    admin = urlunsplit(urlsplit(settings.dsn("admin"))._replace(path=f"/{NAME}"))
    server = urlunsplit(urlsplit(admin)._replace(path="/postgres"))
    passwords = {role: settings.secret(f"db-{role}") for role in LOGIN_ROLES}
    accounts, calls = (300, 200) if installation.quick else (10_000, 2_000)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"drop database if exists {NAME} with (force)")
    try:
        migrate.upgrade_dsn(admin, passwords)
        master = _fill(admin, accounts)
        app = urlunsplit(urlsplit(settings.dsn())._replace(path=f"/{NAME}"))
        return asyncio.run(_measure(app, admin, accounts, calls, master))
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"drop database if exists {NAME} with (force)")


def _fill(admin: str, accounts: int) -> str:
    master = uuid.uuid4().hex
    with psycopg.connect(admin) as c:
        c.execute(
            "insert into accounts (id, path, doc, name, name_key, realm, timezone, language)"
            " values (%s, %s, '{}', 'Master', 'master', 'master.example', 'UTC', 'en')",
            [master, master],
        )
        c.execute(
            "insert into accounts (id, parent_id, path, doc, name, name_key, realm, timezone, language)"
            " select id, %s, text2ltree(%s || '.' || replace(id::text, '-', '')), '{}', 'c' || n, 'c' || n,"
            " 'c' || n || '.example', 'UTC', 'en' from (select gen_random_uuid() as id, n"
            " from generate_series(1, %s) n) made",
            [master, master, accounts],
        )
        plan = uuid.uuid4().hex
        c.execute(
            "insert into service_plans (id, account_id, doc, name) values (%s, %s, %s, 'Plan')",
            [plan, master, psycopg.types.json.Json({"name": "Plan", "plan": PLAN})],
        )
        c.execute(
            "insert into services (account_id, plans)"
            " select id, jsonb_build_object(%s::text, '{}'::jsonb) from accounts where parent_id is not null",
            [plan],
        )
        c.execute(
            "insert into users (id, account_id, doc, priv_level, enabled) select gen_random_uuid(), a.id, '{}',"
            " case when n = 1 then 'admin' else 'user' end, true from accounts a, generate_series(1, 4) n"
            " where a.parent_id is not null"
        )
        c.execute(
            "insert into devices (id, account_id, doc, device_type, enabled, realm) select gen_random_uuid(), a.id,"
            " '{}', 'kind' || n, true, a.realm from accounts a, generate_series(0, 9) n where a.parent_id is not null"
        )
        c.execute("analyze")
    return master


async def _measure(url: str, admin: str, accounts: int, calls: int, master: str) -> list[Figure]:
    db = Database(url, pool_size=10, overflow=10)
    try:
        took = await _month(db, url, admin, accounts)
        charged = (await db.fetch("select count(*) as n from billing_accounts(null, 1000000)"))[0].n
        [run] = await db.fetch("select done, failed from billing_runs")
        assert (run.failed, run.done) == (0, charged), run
        assert _posted(admin) == (accounts, accounts, 1)  # everybody once, and the same
        held, settled = await _calls(db, calls, master)
        invoiced = await _invoices(db, url, admin, max(accounts // 10, 100))
        assert await db.fetch("select * from ledger_discrepancies()") == []
    finally:
        await db.close()
    return [
        Figure(
            f"monthly run, {accounts:,} accounts x 20 items",
            took,
            "s",
            note="killed at a third, gone on with: each account charged once",
        ),
        Figure("monthly run, accounts a second", accounts / took, "1/s", (">=", 100)),
        Figure(
            "the same with an invoice for each",
            invoiced,
            "1/s",
            (">=", 50),
            "of the month before; killed in the middle",
        ),
        Figure("reservations on one balance", held, "1/s", (">=", 100), f"{calls} calls, 20 at once, 2 levels"),
        Figure("settlements on one balance", settled, "1/s", (">=", 50), "charge posted, reservation freed"),
    ]


async def _month(db: Database, url: str, admin: str, accounts: int) -> float:
    """Run the month; a process that begins it is killed when a third is done. Return the seconds of both."""
    async with db.tx(SYSTEM) as s:
        await s.execute(text("insert into billing_runs (period, state, total) values (:p, 'running', 0)"), {"p": MONTH})
    begun = time.perf_counter()
    first = multiprocessing.get_context("spawn").Process(target=_begin, args=(url,), daemon=True)
    first.start()
    while first.is_alive():
        if (await asyncio.to_thread(_posted, admin))[0] > accounts / 3:
            first.kill()
        await asyncio.sleep(0.2)
    first.join()
    assert first.exitcode == -signal.SIGKILL, first.exitcode
    await _go_on(db)
    return time.perf_counter() - begun


async def _invoices(db: Database, url: str, admin: str, least: int) -> float:
    """Begin the next month, whose run invoices this one, for so many accounts at least, in a process that is killed in
    the middle and then here; return how many a second are done here. Each account has one invoice of all its
    lines, no number misses.
    """
    following = date(MONTH.year, MONTH.month + 1, 1)
    async with db.tx(SYSTEM) as s:
        await s.execute(
            text("insert into billing_runs (period, state, total) values (:p, 'running', 0)"), {"p": following}
        )
    first = multiprocessing.get_context("spawn").Process(target=_begin, args=(url, following), daemon=True)
    first.start()
    while first.is_alive():
        if (await asyncio.to_thread(_issued, admin)) > least / 2:
            first.kill()
        await asyncio.sleep(0.05)
    first.join()
    assert first.exitcode == -signal.SIGKILL, first.exitcode
    begun, had, done = time.perf_counter(), _issued(admin), 0
    while done < least:
        [row] = await db.fetch("select cursor from billing_runs where period = :p", {"p": following})
        after = row.cursor.hex if row.cursor else None
        await monthly.run(db, None, period=following.isoformat(), after=after)  # type: ignore[arg-type]
        [row] = await db.fetch("select done, failed from billing_runs where period = :p", {"p": following})
        assert row.failed == 0, row
        done = row.done
    took = time.perf_counter() - begun
    return (_issued(admin) - had) / took


def _issued(admin: str) -> int:
    """Return how many invoices there are, each the only one of its account, all lines on one, numbered without gap."""
    with psycopg.connect(admin) as c:
        row = c.execute(
            "select count(*), count(distinct account_id), coalesce(max(number), 0), count(distinct number),"
            " coalesce(sum(closing - opening), 0), (select coalesce(sum(l.amount), 0) from invoice_lines i"
            " join ledger_lines l on l.id = i.line_id) from invoices"
        ).fetchone()
    assert row is not None
    assert row[0] == row[1] == row[2] == row[3], row
    assert row[4] == row[5], row
    return row[0]


def _posted(admin: str) -> tuple[int, int, int]:
    """Return how many monthly charges there are, of how many accounts, and how many different amounts."""
    with psycopg.connect(admin) as c:
        row = c.execute(
            "select count(*), count(distinct l.account_id), count(distinct l.amount) from ledger_entries e"
            " join ledger_lines l on l.entry_id = e.id and l.book = 'balance' where e.key like 'monthly:%'"
        ).fetchone()
    assert row is not None
    return row[0], row[1], row[2]


def _begin(url: str, month: date = MONTH) -> None:
    """What the process does that is killed."""

    async def begin() -> None:
        await _go_on(Database(url, pool_size=10, overflow=10), month)

    asyncio.run(begin())


async def _go_on(db: Database, month: date = MONTH) -> None:
    """Do batch after batch from where the run stands, as the worker's jobs do."""
    while True:
        [row] = await db.fetch("select state, cursor from billing_runs where period = :p", {"p": month})
        if row.state == "done":
            return
        after = row.cursor.hex if row.cursor else None
        await monthly.run(db, None, period=month.isoformat(), after=after)  # type: ignore[arg-type]


async def _calls(db: Database, calls: int, master: str) -> tuple[float, float]:
    [row] = await db.fetch("select id, path from billing_accounts(null, 1)")
    scope = Scope(row.id.hex, row.path)
    async with db.tx(SYSTEM) as s:
        lines = transfer(scope.account_id, master, Decimal(-1_000_000), book=PAYMENTS)
        await post(s, key="fund", kind="payments", at=utcnow(), lines=lines)

    async def hold(number: int) -> None:
        async with db.tx(SYSTEM) as s:
            levels = [holds.Level(scope.account_id, Decimal(1)), holds.Level(master, Decimal(0))]
            until = utcnow() + timedelta(minutes=5)
            assert isinstance(await holds.hold(s, call_id=f"call-{number}", levels=levels, until=until), holds.Held)

    async def settle(number: int) -> None:
        async with db.tx(SYSTEM) as s:
            lines = transfer(scope.account_id, master, Decimal("0.5"))
            await holds.settle(
                s, call_id=f"call-{number}", key=f"call-{number}", kind="per-minute-voip", at=utcnow(), lines=lines
            )

    return await _rate(hold, calls), await _rate(settle, calls)


async def _rate(act: Any, count: int) -> float:
    waiting = list(range(count))

    async def worker() -> None:
        while waiting:
            await act(waiting.pop())

    begun = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(20)))
    return count / (time.perf_counter() - begun)
