"""A deck of 100,000 rates (`--big`: a million) from a CSV sheet, by the installation's own worker, which is killed in
the middle; calls are authorised all the while, and each must have the price that is in force: the old deck's until the
new one is whole.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from bench.figures import Figure, percentile
from bench.installation import Failed, Installation
from qvoice.core.limits.admission import OffNet
from qvoice.core.rating.sheet import read_row
from qvoice.db import Database, Scope
from qvoice.features import documents
from qvoice.features.accounts.store import create_account
from qvoice.features.auth.tokens import TokenKey
from qvoice.features.channels.write import Batch, write
from qvoice.features.charging.admission import Admission, Authoriser
from qvoice.features.charging.charge import finish
from qvoice.features.ledgers.post import ADJUSTMENTS, Line, post
from qvoice.features.ratedecks.bind import bind
from qvoice.features.rates import imports
from qvoice.features.rates.change import create
from qvoice.kit.clock import utcnow
from qvoice.kit.ids import new_id

ROWS, BIG = 100_000, 1_000_000
PIECE = 4 * 1024 * 1024
OLD_COST = Decimal("0.5")
KILL_AT = 0.3
"""Share of the sheet that is read when the worker is killed."""
WITHIN_S = 1200
PAUSE_S = 0.1


@dataclass
class Seen:
    """While it was imported: milliseconds of authorising a call, the worker's memory (bytes), progress."""

    times: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    progress: list[float] = field(default_factory=list)
    killed: bool = False


def sheet(rows: int) -> tuple[bytes, dict[str, str]]:
    """Return a sheet with prefixes of different lengths, each once, and the cost of each."""
    chance = random.Random(7)
    costs = [f"0.{n:04d}" for n in range(1, 5_000)]
    found: dict[str, str] = {"1": "0.0123"}
    while len(found) < rows:
        length = chance.choices(range(4, 12), weights=(1, 4, 10, 20, 25, 20, 10, 6))[0]
        found.setdefault(str(chance.randrange(10 ** (length - 1), 10**length)), chance.choice(costs))
    lines = ["prefix,rate_cost,rate_increment,rate_minimum,rate_name"]
    lines += [f"{prefix},{cost},6,6,zone {cost}" for prefix, cost in found.items()]
    return "\n".join(lines).encode(), found


def expected(found: dict[str, str], number: str) -> Decimal | None:
    """Return the cost of a number by the sheet, by trying every length of prefix."""
    digits = number.removeprefix("+")
    for length in range(len(digits), 0, -1):
        if digits[:length] in found:
            return Decimal(found[digits[:length]])
    return None


async def customer(db: Database, key: TokenKey, master: str) -> tuple[Scope, Scope, str]:
    """Make an account with money that pays the master by a deck with one rate; return both scopes and the deck."""
    mark = new_id()[:8]
    row = (await db.fetch("select path from account_scope(cast(:id as uuid))", {"id": master}))[0]
    above = Scope(master, row.path)
    async with db.tx(above) as s:
        deck = await documents.create(s, "ratedecks", {"name": f"bench {mark}"})
        for digit in range(1, 10):
            await create(s, deck.id, read_row({"prefix": str(digit), "rate_cost": str(OLD_COST)}))
        _, scope = await create_account(s, key, {"name": f"bench {mark}", "realm": f"{mark}.invalid"})
        await bind(s, deck.id)
    async with db.tx(above) as s:
        lines = [Line(scope.account_id, "balance", Decimal(10**6)), Line(master, ADJUSTMENTS, Decimal(-(10**6)))]
        await post(s, key=new_id(), kind="credit", at=utcnow(), lines=lines)
    return above, scope, deck.id


async def priced(db: Database, authoriser: Authoriser, account: str, number: str) -> tuple[Decimal | None, float]:
    """Authorise a call as call control does after each change, and end it; return its cost a minute (None: there is no
    rate for it) and the milliseconds that the authorising took.
    """
    authoriser.levels.on_notice({})
    began = time.perf_counter()
    answer = await authoriser.admit(OffNet(account, number, "did_us"), call_id=new_id(), now=utcnow())
    took = (time.perf_counter() - began) * 1000
    if not isinstance(answer, Admission):
        return None, took
    await write(db, Batch("bench", charges=[finish(answer)]).encode())
    return answer.levels[0].rate.cost, took


def resident(pid: int) -> int:
    """Return the bytes of memory that a process has; 0 when it is gone."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


async def follow(installation: Installation, db: Database, above: Scope, id: str, account: str) -> Seen:
    """Watch an import to its end, authorise calls meanwhile, kill the worker once."""
    seen, authoriser = Seen(), Authoriser(db, node="bench")
    worker = installation.processes()["worker"]["pid"]
    deadline = time.monotonic() + WITHIN_S
    while time.monotonic() < deadline:
        async with db.tx(above) as s:
            before = imports.shown(await imports.find(s, id))
        cost, took = await priced(db, authoriser, account, "+12125550100")
        async with db.tx(above) as s:
            after = imports.shown(await imports.find(s, id))
        if after["ended"]:
            if after["state"] != "success":
                raise Failed(f"the import ended with {after['state']}: {after['message']}")
            return seen
        assert cost == OLD_COST, (cost, before)
        seen.times.append(took)
        seen.progress.append(after["progress"])
        if memory := resident(worker):
            seen.memory.append(memory)
        else:  # its guard has started another
            worker = (await asyncio.to_thread(installation.processes))["worker"].get("pid", 0)
        if after["progress"] >= KILL_AT and not seen.killed and worker:
            os.kill(worker, signal.SIGKILL)
            seen.killed = True
        await asyncio.sleep(PAUSE_S)
    raise Failed(f"the import was not over after {WITHIN_S} s: {seen.progress[-1:]}")


async def run(installation: Installation, rows: int) -> list[Figure]:
    """Upload, follow, then compare prices of a thousand numbers with the sheet."""
    settings = installation.settings
    key = TokenKey(settings.secret("token-key"))
    text, found = sheet(rows)
    db = Database(settings.dsn(), pool_size=4, overflow=4, info={"token_key": key})
    try:
        above, scope, deck = await customer(db, key, installation.demo["master"]["account_id"])
        authoriser = Authoriser(db, node="bench")
        quiet = [(await priced(db, authoriser, scope.account_id, "+12125550100"))[1] for _ in range(50)]
        idle = resident(installation.processes()["worker"]["pid"])
        began = time.perf_counter()
        async with db.tx(above) as s:
            id = await imports.start(s, deck, bytes=len(text), file_name="bench.csv")
        for at in range(0, len(text), PIECE):
            async with db.tx(above) as s:
                await imports.add_piece(s, id, at, text[at : at + PIECE])
        seen = await follow(installation, db, above, id, scope.account_id)
        took = time.perf_counter() - began
        chance = random.Random(1)
        for _ in range(300 if not installation.quick else 30):
            number = f"+1{chance.randrange(2 * 10**9, 10**10)}"
            cost, _ = await priced(db, authoriser, scope.account_id, number)
            assert cost == expected(found, number), (number, cost, expected(found, number))
    finally:
        await db.close()
    during = percentile(seen.times, 0.5)
    resumed = "worker killed at 30 %, nothing lost or twice" if seen.killed else "too short to kill its worker"
    return [
        Figure(f"{rows:,} rates from CSV, in force after", took, "s", None, f"{len(text) / 1e6:.0f} MB; {resumed}"),
        Figure("rows a second", rows / took, "/s", (">=", 5_000)),
        Figure("the worker's memory, most above idle", (max(seen.memory, default=idle) - idle) / 2**20, "MB"),
        Figure("authorising a call meanwhile, median", during, "ms", None, f"{len(seen.times)}, all by the old deck"),
        Figure("the same / when nothing is imported", during / percentile(quiet, 0.5), "times"),
    ]


def measure(installation: Installation) -> list[Figure]:
    """Import a large sheet."""
    return asyncio.run(run(installation, 20_000 if installation.quick else BIG if installation.big else ROWS))
