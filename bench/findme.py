"""Set-up through find-me with five legs: from the caller's INVITE until all five phones ring, and until he talks.

A user's flow as SmartPBX writes it: a ring group of the user's devices, all at once. Compared with a call to one phone.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

from tests.sip.agent import UserAgent

from bench.figures import Figure, percentile
from bench.installation import Installation
from qvoice.cli.rest import Rest

LEGS = 5
CALLS = 40


def measure(installation: Installation) -> list[Figure]:
    """Make the devices, call again and again, take the devices away."""
    account = next(a for a in installation.demo["accounts"] if a["name"] == "Acme")
    rest = Rest(installation.demo["api"]).sign_in(
        account_name="Acme", username=account["admin"]["username"], password=account["admin"]["password"]
    )
    base, made = f"accounts/{account['id']}", list[tuple[str, str]]()

    def put(type: str, document: dict[str, Any]) -> str:
        made.append((type, rest.put(f"{base}/{type}", document)["id"]))
        return made[-1][1]

    try:
        logins = [(f"findme{n}", f"bench-secret-{n}") for n in range(LEGS)]
        ids = [
            put("devices", {"name": user, "sip": {"username": user, "password": password}}) for user, password in logins
        ]
        for number, members in (("7701", ids), ("7702", ids[:1])):
            endpoints = [{"id": id, "endpoint_type": "device", "delay": 0, "timeout": 20} for id in members]
            flow = {"module": "ring_group", "data": {"timeout": 20, "endpoints": endpoints}, "children": {}}
            put("callflows", {"name": f"find me {number}", "numbers": [number], "flow": flow})
        calls = 5 if installation.quick else CALLS
        return asyncio.run(_measure(installation, account, logins, calls))
    finally:
        for type, id in reversed(made):
            rest.delete(f"{base}/{type}/{id}")


async def _measure(
    installation: Installation, account: dict[str, Any], logins: list[tuple[str, str]], calls: int
) -> list[Figure]:
    host, port = "127.0.0.1", installation.settings.ports.sip

    async def phone(user: str, password: str) -> UserAgent:
        agent = await UserAgent.start(proxy=(host, port), user=user, realm=account["realm"], password=password)
        return await agent.registered()

    caller = await phone(*(account["users"][0]["devices"][0][key] for key in ("username", "password")))
    phones = [await phone(*login) for login in logins]
    try:
        figures = []
        for name, number, rung in ((f"{LEGS} legs", "7701", phones), ("1 leg", "7702", phones[:1])):
            ringing, talking = [], []
            for _ in range(calls):
                start = time.perf_counter()
                call = await caller.call(number)
                incoming = [await one.incoming() for one in rung]
                ringing.append((time.perf_counter() - start) * 1000)
                answer = time.perf_counter()
                await incoming[-1].answer()
                await call.wait_answered()
                talking.append((time.perf_counter() - answer) * 1000)
                await call.hang_up()
                for one in incoming:
                    await one.wait_over(within=10)
            for what, values in (("all ring", ringing), ("answered", talking)):
                note = f"{calls} calls; p99 {percentile(values, 0.99):.0f} ms"
                figures.append(Figure(f"find-me, {name}: {what}", percentile(values, 0.5), "ms p50", note=note))
        return figures
    finally:
        for agent in (caller, *phones):
            await agent.register(0)
            await agent.close()
