"""API speed: how long GET and PUT of users take with 100 accounts of 100 users each in the database, four at once.

The accounts are made through the data layer (a hundred times ten thousand requests would take their time), the requests
go to the installation's real API process over HTTP.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2

from bench.figures import Figure, percentile
from bench.installation import Failed, Installation
from qvoice.cli.rest import Rest
from qvoice.db import Database, Scope
from qvoice.features import documents
from qvoice.features.accounts.store import create_account
from qvoice.features.auth.tokens import TokenKey

CLIENTS = 4
Send = Callable[[int], Awaitable[httpx2.Response]]


def measure(installation: Installation) -> list[Figure]:
    """Seed once, then read pages and make users for some seconds each."""
    accounts, users, seconds = (3, 10, 1.0) if installation.quick else (100, 100, 8.0)
    demo = installation.demo
    master = demo["master"]
    made = asyncio.run(seed(installation, master["account_id"], accounts=accounts, users=users))
    rest = Rest(demo["api"]).sign_in(
        account_name=master["account_name"], username=master["username"], password=master["password"]
    )
    taken = asyncio.run(ask(demo["api"], rest.token, made, seconds=seconds))
    note = f"{accounts} accounts x {users} users, {CLIENTS} clients"
    figures = []
    for name, (samples, took) in taken.items():
        figures += [
            Figure(f"{name}, median", percentile(samples, 0.5) * 1000, "ms", note=note),
            Figure(f"{name}, 99th percentile", percentile(samples, 0.99) * 1000, "ms", note=note),
            Figure(f"{name}, rate", len(samples) / took, "/s", note=f"{len(samples)} requests"),
        ]
    return figures


async def seed(installation: Installation, master: str, *, accounts: int, users: int) -> list[str]:
    """Make the accounts below the master's; return their ids."""
    settings = installation.settings
    key = TokenKey(settings.secret("token-key"))
    db = Database(settings.dsn(), pool_size=2, overflow=2, info={"token_key": key})
    made = []
    try:
        for number in range(accounts):
            document = {"name": f"Bench {number}", "realm": f"bench{number}.example.test"}
            async with db.tx(Scope(master, master)) as s:
                account, _ = await create_account(s, key, document)  # from here on it works in the new account
                for n in range(users):
                    user = {"first_name": f"First{n}", "last_name": f"Last{n}", "presence_id": str(1000 + n)}
                    await documents.create(s, "users", user)
            made.append(account.id)
    finally:
        await db.close()
    return made


async def ask(api: str, token: str, accounts: list[str], *, seconds: float) -> dict[str, tuple[list[float], float]]:
    """Return by name the seconds that each request took, and the seconds that all took together."""
    async with httpx2.AsyncClient(headers={"X-Auth-Token": token}, timeout=30) as http:

        def read(i: int) -> Awaitable[httpx2.Response]:
            return http.get(f"{api}/accounts/{accounts[i % len(accounts)]}/users")

        def make(i: int) -> Awaitable[httpx2.Response]:
            body = {"data": {"first_name": "New", "last_name": str(i)}}
            return http.put(f"{api}/accounts/{accounts[i % len(accounts)]}/users", json=body)

        return {"GET users": await load(read, seconds), "PUT user": await load(make, seconds)}


async def load(send: Send, seconds: float) -> tuple[list[float], float]:
    """Let `CLIENTS` send one request after the other for some seconds."""
    samples: list[float] = []
    start = time.perf_counter()

    async def client(first: int) -> None:
        i = first
        while time.perf_counter() - start < seconds:
            before = time.perf_counter()
            answer: Any = await send(i)
            samples.append(time.perf_counter() - before)
            if answer.status_code not in (200, 201):
                raise Failed(f"the API answered {answer.status_code}: {answer.text[:300]}")
            i += CLIENTS

    await asyncio.gather(*(client(n) for n in range(CLIENTS)))
    return samples, time.perf_counter() - start
