"""What recording costs: calls with and without it side by side, in processor time of the engines and of call control.

`PAIRS` conversations of phones that send sound all the time (G.711): first as they are, then each recorded, both sides,
by a callflow's `record_call`. The figure is the difference for one call. What the worker spends on keeping them (MP3,
database) is measured afterwards, for each minute recorded.
"""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from typing import Any

from tests.sip.agent import Call, UserAgent

from bench.figures import Figure
from bench.installation import Failed, Installation
from bench.register import processor_seconds
from qvoice.cli.rest import Rest

PAIRS = 10
SECONDS = 10.0
PLAIN, RECORDED = "8610", "8611"
ENGINES = ("asterisk", "rtpengine", "callcontrol")
KEPT_WITHIN = 60.0


def measure(installation: Installation) -> list[Figure]:
    """Talk without recording, then with."""
    pairs, seconds = (2, 2.0) if installation.quick else (PAIRS, SECONDS)
    account = installation.demo["accounts"][0]
    admin = account["admin"]
    rest = Rest(installation.demo["api"]).sign_in(
        account_name=account["name"], username=admin["username"], password=admin["password"]
    )
    base = f"accounts/{account['id']}"
    ring = {"module": "user", "data": {"id": account["users"][1]["id"]}, "children": {}}
    flows = [
        rest.put(f"{base}/callflows", {"name": f"Bench {number}", "numbers": [number], "flow": flow})
        for number, flow in (
            (PLAIN, ring),
            (RECORDED, {"module": "record_call", "data": {"action": "start"}, "children": {"_": ring}}),
        )
    ]
    try:
        spent, before = asyncio.run(_both(installation, account, pairs, seconds))
        keeping, minutes = asyncio.run(_kept(installation, rest, base, pairs, before))
    finally:
        for flow in flows:
            rest.delete(f"{base}/callflows/{flow['id']}")
    note = f"{pairs} calls, {seconds:g} s each way"
    figures = [
        Figure(
            f"recording a call: {engine}",
            (spent[RECORDED][engine] - spent[PLAIN][engine]) * 1000 / pairs,
            "ms/s a call",
            note=f"{note}; {spent[PLAIN][engine] * 1000 / pairs:.1f} without",
        )
        for engine in ENGINES
    ]
    return [*figures, Figure("keeping a recording: worker", keeping / minutes, "s/minute", note="MP3, database")]


async def _both(
    installation: Installation, account: dict[str, Any], pairs: int, seconds: float
) -> tuple[dict[str, dict[str, float]], float]:
    """Return number → engine → processor seconds a second, for all calls together; and the worker's processor seconds
    before anything recorded was complete.
    """
    port = installation.settings.ports.sip
    devices = [user["devices"][0] for user in account["users"][:2]]
    caller, callee = [
        await UserAgent.start(
            proxy=("127.0.0.1", port), user=device["username"], realm=account["realm"], password=device["password"]
        )
        for device in devices
    ]
    try:
        await caller.registered()
        await callee.registered()
        spent, before = {}, 0.0
        for number in (PLAIN, RECORDED):
            calls, spent[number] = await _talk(installation, caller, callee, number, pairs, seconds)
            before = _with_ended(installation.processes()["worker"]["pid"])
            for call in calls:
                await call.hang_up()
        return spent, before
    finally:
        for phone in (caller, callee):
            await phone.register(0)
            await phone.close()


async def _talk(
    installation: Installation, caller: UserAgent, callee: UserAgent, number: str, pairs: int, seconds: float
) -> tuple[list[Call], dict[str, float]]:
    pids = {name: row["pid"] for name, row in installation.processes().items() if name in ENGINES}
    calls: list[Call] = []
    for _ in range(pairs):
        call = await caller.call(number)
        incoming = await callee.incoming()
        await incoming.answer()
        await call.wait_answered()
        for one, tone in ((call, 440), (incoming, 620)):
            if one.media is None:
                raise Failed("a party has no sound")
            one.media.tone(tone)
        calls.append(call)
    await asyncio.sleep(2)
    before, began = {name: processor_seconds(pid) for name, pid in pids.items()}, time.monotonic()
    await asyncio.sleep(seconds)
    passed = time.monotonic() - began
    spent = {name: (processor_seconds(pid) - before[name]) / passed for name, pid in pids.items()}
    return calls, spent


async def _kept(
    installation: Installation, rest: Rest, base: str, pairs: int, before: float
) -> tuple[float, float]:
    """Wait until the worker has kept the recordings; return its processor seconds, and the minutes recorded."""
    worker = installation.processes()["worker"]["pid"]
    until = time.monotonic() + KEPT_WITHIN
    since = time.time() + 62167219200 - 600
    while len(rows := [row for row in rest.get(f"{base}/recordings") if row["start"] >= since]) < pairs:
        if time.monotonic() > until:
            raise Failed(f"{len(rows)} of {pairs} recordings were kept within {KEPT_WITHIN:g} s")
        await asyncio.sleep(0.5)
    minutes = sum(row["duration"] for row in rows) / 60
    spent = _with_ended(worker) - before
    for row in rows:
        rest.delete(f"{base}/recordings/{row['id']}")
    return spent, max(minutes, 0.01)


def _with_ended(pid: int) -> float:
    """Return the processor seconds of a process, its children, and those that it has waited for (converters)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return processor_seconds(pid) + (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")
