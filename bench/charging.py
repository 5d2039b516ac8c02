"""Authorising and charging calls: how many a second on one balance that 1,000 calls share, and in a tree of six levels.

Real database, real statements, no SIP. Durability is the installation's own.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from bench.figures import Figure, percentile
from bench.installation import Installation
from qvoice.core.limits.admission import OffNet
from qvoice.core.rating.sheet import read_row
from qvoice.db import Database, Scope
from qvoice.features import documents
from qvoice.features.accounts.store import create_account
from qvoice.features.auth.tokens import TokenKey
from qvoice.features.channels.write import Batch, write
from qvoice.features.charging.admission import Admission, Authoriser
from qvoice.features.charging.charge import charge, finish
from qvoice.features.ledgers import queries
from qvoice.features.ledgers.post import ADJUSTMENTS, Line, post
from qvoice.features.ratedecks.bind import bind
from qvoice.features.rates.change import create
from qvoice.kit.clock import utcnow
from qvoice.kit.ids import new_id

DEPTH = 6
NUMBER = "+15145550123"
AT_ONCE = 16


async def tree(
    db: Database, key: TokenKey, top: str, depth: int, mark: str, money: Decimal = Decimal(1_000_000)
) -> list[Scope]:
    """Make accounts one below the other, each with money and a deck of the one above; the lowest comes last."""
    row = (await db.fetch("select path from account_scope(cast(:id as uuid))", {"id": top}))[0]
    way = [Scope(top, row.path)]
    for level in range(depth):
        above = way[-1]
        async with db.tx(above) as s:
            deck = await documents.create(s, "ratedecks", {"name": f"bench {mark} {level}"})
            await create(s, deck.id, read_row({"prefix": "1", "rate_cost": f"0.0{depth - level}", "rate_increment": 6}))
            _, scope = await create_account(
                s, key, {"name": f"bench {mark} {level}", "realm": f"{mark}{level}.invalid"}
            )
            await bind(s, deck.id)
        way.append(scope)
        async with db.tx(above) as s:
            lines = [Line(scope.account_id, "balance", money), Line(above.account_id, ADJUSTMENTS, -money)]
            await post(s, key=new_id(), kind="credit", at=utcnow(), lines=lines)
    return way


async def take(authoriser: Authoriser, account: str, calls: int) -> tuple[list[Admission], list[float], float]:
    """Authorise calls of one account, some at once; returns admissions, the time of each, and all of it."""
    admitted: list[Admission] = []
    times: list[float] = []
    todo = iter(range(calls))

    async def some() -> None:
        for _ in todo:
            began = time.perf_counter()
            answer = await authoriser.admit(OffNet(account, NUMBER, "did_us"), call_id=new_id(), now=utcnow())
            times.append(time.perf_counter() - began)
            assert isinstance(answer, Admission), answer
            admitted.append(answer)

    began = time.perf_counter()
    await asyncio.gather(*(some() for _ in range(AT_ONCE)))
    return admitted, times, time.perf_counter() - began


async def settle(db: Database, admitted: list[Admission], seconds: int = 61) -> float:
    """Charge calls of some seconds in batches as the journal writes them; returns the seconds it took."""

    def row(one: Admission) -> dict[str, Any]:
        now = datetime.now(UTC).timestamp()
        return charge(one, leg=new_id(), record_id="x", caller="+14165550100", seconds=seconds, ended=now).row

    rows = [row(one) for one in admitted]
    began = time.perf_counter()
    for start in range(0, len(rows), 20):
        await write(db, Batch("bench", charges=rows[start : start + 20]).encode())
    return time.perf_counter() - began


async def run(installation: Installation) -> list[Figure]:
    """Measure one balance, then the tree."""
    calls = 100 if installation.quick else 1000
    settings = installation.settings
    key = TokenKey(settings.secret("token-key"))
    db = Database(settings.dsn(), pool_size=6, overflow=10, info={"token_key": key})
    master = installation.demo["master"]["account_id"]
    figures: list[Figure] = []
    try:
        for name, depth in (("one balance", 1), ("6 levels", DEPTH)):
            way = await tree(db, key, master, depth, new_id()[:8])
            account = way[-1].account_id
            async with db.tx(way[-1]) as s:
                await documents.create(s, "limits", {"twoway_trunks": 100_000, "max_daily_spend": 900_000}, id=account)
            authoriser = Authoriser(db, node="bench")
            running, _, _ = await take(authoriser, account, calls)
            again, times, seconds = await take(authoriser, account, calls)
            note = f"with {calls} to {2 * calls} calls running, {AT_ONCE} at once, lines and cap counted"
            figures += [
                Figure(f"authorisations, {name}", calls / seconds, "per second", None, note),
                Figure(f"one authorisation, {name}, median", percentile(times, 0.5) * 1000, "ms"),
            ]
            took = await settle(db, again)
            figures.append(
                Figure(f"charge of one call, {name}", took / len(again) * 1000, "ms", None, "in batches of 20")
            )
            await write(db, Batch("bench", charges=[finish(one) for one in running]).encode())
    finally:
        await db.close()
    return figures


async def never_below_zero(installation: Installation) -> list[Figure]:
    """Let many more calls ask at once than a balance can pay, talk longer than was reserved, and count what is left."""
    asked = 100 if installation.quick else 1000
    settings = installation.settings
    key = TokenKey(settings.secret("token-key"))
    db = Database(settings.dsn(), pool_size=6, overflow=10, info={"token_key": key})
    try:
        way = await tree(db, key, installation.demo["master"]["account_id"], 1, new_id()[:8], Decimal(1))
        authoriser = Authoriser(db, node="bench")
        admitted: list[Admission] = []
        todo = iter(range(asked))

        async def some() -> None:
            for _ in todo:
                call = OffNet(way[-1].account_id, NUMBER, "did_us")
                answer = await authoriser.admit(call, call_id=new_id(), now=utcnow())
                if isinstance(answer, Admission):
                    admitted.append(answer)

        await asyncio.gather(*(some() for _ in range(AT_ONCE)))
        async with db.tx(way[-1]) as s:
            running = await queries.balance(s)
        await settle(db, admitted, seconds=3_600)
        async with db.tx(way[-1]) as s:
            left = await queries.balance(s)
        wrong = await db.fetch("select * from ledger_discrepancies()")
        assert 0 < len(admitted) < asked, len(admitted)
        assert running.amount - running.held >= 0, running
        assert left.amount >= 0, left
        assert left.held == 0, left
        assert wrong == [], wrong
    finally:
        await db.close()
    note = f"{asked} asked at once, {len(admitted)} let through, each talked an hour"
    return [Figure("balance of 1.00 after more calls than it pays", float(left.amount), "", (">=", 0), note)]


def measure(installation: Installation) -> list[Figure]:
    """Authorise and charge."""
    return asyncio.run(run(installation)) + asyncio.run(never_below_zero(installation))
