"""Processor time of a conference by its size: what Asterisk spends mixing, and rtpengine relaying, for each party.

All parties are phones that send sound all the time (G.711); one speaks, the rest are silent lines with noise of their
own at -50 dB, as rooms are. The figures are of the engines only, whatever the phones cost this machine.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

from tests.sip.agent import Call, UserAgent

from bench.figures import Figure
from bench.installation import Failed, Installation
from bench.register import processor_seconds
from qvoice.cli.rest import Rest

SIZES = (2, 5, 10, 25, 50)
SECONDS = 8.0
NUMBER = "8600"
ENGINES = ("asterisk", "rtpengine", "callcontrol")


def measure(installation: Installation) -> list[Figure]:
    """Fill one room step by step, and measure at each size."""
    sizes, seconds = (SIZES[:2], 2.0) if installation.quick else (SIZES, SECONDS)
    account = installation.demo["accounts"][0]
    admin = account["admin"]
    rest = Rest(installation.demo["api"]).sign_in(
        account_name=account["name"], username=admin["username"], password=admin["password"]
    )
    base = f"accounts/{account['id']}"
    room = rest.put(f"{base}/conferences", {"name": "Bench", "play_entry_tone": False, "play_exit_tone": False})
    node = {"module": "conference", "data": {"id": room["id"]}, "children": {}}
    flow = rest.put(f"{base}/callflows", {"name": "Bench", "numbers": [NUMBER], "flow": node})
    try:
        spent = asyncio.run(_fill(installation, account, sizes, seconds))
    finally:
        rest.delete(f"{base}/callflows/{flow['id']}")
        rest.delete(f"{base}/conferences/{room['id']}")
    return [
        Figure(
            f"conference of {size}: {engine}",
            share * 1000 / size,
            "ms/s a party",
            note=f"{share * 100:.1f} % of one processor in all",
        )
        for size, engine, share in spent
    ]


async def _fill(
    installation: Installation, account: dict[str, Any], sizes: tuple[int, ...], seconds: float
) -> list[tuple[int, str, float]]:
    """Return (size, engine, processor seconds a second)."""
    pids = {name: row["pid"] for name, row in installation.processes().items() if name in ENGINES}
    phones = [
        await UserAgent.start(
            proxy=("127.0.0.1", installation.settings.ports.sip),
            user=device["username"],
            realm=account["realm"],
            password=device["password"],
        )
        for user in account["users"]
        for device in user["devices"][:1]
    ]
    calls: list[Call] = []
    found: list[tuple[int, str, float]] = []
    try:
        for phone in phones:
            await phone.registered()
        for size in sizes:
            while len(calls) < size:
                call = await phones[len(calls) % len(phones)].call(NUMBER)
                await call.wait_answered(within=30)
                if call.media is None:
                    raise Failed("a party has no sound")
                call.media.tone(440 if not calls else 300 + 10 * len(calls), level=-12.0 if not calls else -50.0)
                calls.append(call)
            await asyncio.sleep(3)  # greetings are over, buffers have settled
            before, began = {name: processor_seconds(pid) for name, pid in pids.items()}, time.monotonic()
            await asyncio.sleep(seconds)
            passed = time.monotonic() - began
            found += [(size, name, (processor_seconds(pid) - before[name]) / passed) for name, pid in pids.items()]
    finally:
        for phone in phones:
            await phone.close()
    return found
