"""Lamps: NOTIFYs a second when many watched lines change at once, and how long one change takes to be seen.

Four phones watch the same lines, 1,000 subscriptions in all; a batch as call control writes them changes every line.
"""

from __future__ import annotations

import asyncio
import re
import time
from typing import Any

from tests.sip.agent import UserAgent
from tests.sip.agent.watching import Watching

from bench.figures import Figure, percentile
from bench.installation import Installation
from qvoice.db import Database
from qvoice.features.channels.write import Batch, write

PHONES = 4
LINES = 250
ROUNDS = 10
SINGLES = 60
PATIENCE = 60.0


def measure(installation: Installation) -> list[Figure]:
    """Subscribe, change all lines again and again, then one line at a time."""
    account = next(a for a in installation.demo["accounts"] if a["name"] == "Acme")
    quick = installation.quick
    return asyncio.run(_measure(installation, account, 10 if quick else LINES, 2 if quick else ROUNDS))


async def _measure(installation: Installation, account: dict[str, Any], lines: int, rounds: int) -> list[Figure]:
    host, port = "127.0.0.1", installation.settings.ports.sip
    db = Database(installation.settings.dsn())
    phones: list[UserAgent] = []
    watched: list[Watching] = []

    async def show(ids: range, state: str) -> None:
        rows = [
            {"account_id": account["id"], "presence_id": f"bench{n}", "source": "bench", "state": state, "number": "1"}
            for n in ids
        ]
        await write(db, Batch("bench", presence=rows).encode())

    latest: dict[str, str] = {}
    read: dict[str, int] = {}

    async def reach(waiting: list[Watching], state: str) -> None:
        """Wait until each of these shows `state`: by what was said last, for a change that overtakes another is one."""
        until = time.perf_counter() + PATIENCE
        missing = {one.call_id for one in waiting}
        while missing:
            if time.perf_counter() > until:
                raise TimeoutError(f"{len(missing)} of {len(waiting)} lamps do not show {state}")
            await asyncio.sleep(0.001)
            for phone in phones:
                fresh = phone.notices[read.get(phone.user, 0) :]
                read[phone.user] = read.get(phone.user, 0) + len(fresh)
                latest.update({one.get("Call-ID"): _state(one.body) for one in fresh})
            missing = {call_id for call_id in missing if latest.get(call_id) != state}

    try:
        for user in account["users"][:PHONES]:
            device = user["devices"][0]
            phone = await UserAgent.start(
                proxy=(host, port), user=device["username"], realm=account["realm"], password=device["password"]
            )
            phones.append(await phone.registered())
        began = time.perf_counter()
        for n in range(lines):
            watched += await asyncio.gather(*(Watching(phone, "dialog", f"bench{n}").begin() for phone in phones))
        subscribing = time.perf_counter() - began
        await reach(watched, "terminated")
        speeds, waits = [], []
        for turn in range(rounds):
            began, state = time.perf_counter(), "confirmed" if turn % 2 else "early"
            await show(range(lines), state)
            await reach(watched, state)
            speeds.append(len(watched) / (time.perf_counter() - began))
        for turn in range(6 if installation.quick else SINGLES):
            began, state = time.perf_counter(), "confirmed" if turn % 2 else "early"
            await show(range(1), state)
            await reach(watched[: len(phones)], state)
            waits.append((time.perf_counter() - began) * 1000)
        note = f"{len(watched)} subscriptions of {len(phones)} phones"
        return [
            Figure("subscriptions", len(watched) / subscribing, "/s", note=f"{note}, one after the other by phone"),
            Figure("lamps: all lines change", percentile(speeds, 0.5), "NOTIFY/s p50", note=f"{rounds} rounds; {note}"),
            Figure(
                "lamps: one line changes, all its watchers told",
                percentile(waits, 0.5),
                "ms p50",
                note=f"{len(waits)} changes; p99 {percentile(waits, 0.99):.0f} ms",
            ),
        ]
    finally:
        await show(range(lines), "terminated")
        for one in watched:
            await one.send(0)
        for phone in phones:
            await phone.register(0)
            await phone.close()
        await db.close()


def _state(body: bytes) -> str:
    found = re.search(rb"<state>(\w+)</state>", body)
    return found[1].decode() if found else ""
