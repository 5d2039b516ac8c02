"""API speed: p50/p99 of GET and PUT users with `--accounts` × `--users` in the database, one uvicorn process,
`--clients` at once.

Run: `python bench/api.py DATABASE_URL` (qvoice_app's URL of a migrated, empty database); prints JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import statistics
import time

import httpx2
import uvicorn

from qvoice.api.app import create_app
from qvoice.api.notices import feed
from qvoice.db import Database, Scope
from qvoice.features import documents
from qvoice.features.accounts.bootstrap import create_master
from qvoice.features.accounts.store import create_account
from qvoice.features.auth.passwords import md5_credential
from qvoice.features.auth.tokens import TokenKey


def percentiles(samples: list[float]) -> dict[str, float]:
    """Milliseconds at the median and the 99th percentile, and how many there were."""
    cuts = statistics.quantiles(samples, n=100)
    return {"p50_ms": round(cuts[49] * 1000, 2), "p99_ms": round(cuts[98] * 1000, 2), "requests": len(samples)}


async def seed(db: Database, key: TokenKey, accounts: int, users: int) -> tuple[str, list[str]]:
    """Fill the database; returns the master's id and the accounts' ids."""
    master = await create_master(db, key, password="bench-password", realm="bench.example.test")
    made = []
    for number in range(accounts):
        async with db.tx(Scope(master.account_id, master.path)) as s:
            account, _ = await create_account(s, key, {"name": f"A{number}", "realm": f"a{number}.bench.example.test"})
            for n in range(users):
                await documents.create(
                    s, "users", {"first_name": f"First{n}", "last_name": f"Last{n}", "presence_id": str(1000 + n)}
                )
        made.append(account.id)
    return master.account_id, made


async def measure(
    url: str, database: str, *, accounts: int, users: int, clients: int, seconds: float
) -> dict[str, object]:
    """Seed, serve and measure."""
    key = TokenKey("bench-bench-bench-bench-bench-00")
    db = Database(database, pool_size=10, overflow=10, info={"token_key": key})
    _, made = await seed(db, key, accounts, users)
    app = create_app(db, key)
    port = int(url.rsplit(":", 1)[1])
    server = uvicorn.Server(
        uvicorn.Config(app, port=port, log_config=None, access_log=False, http="httptools", lifespan="off")
    )
    serving, feeding = asyncio.create_task(server.serve()), asyncio.create_task(feed(app, database))
    while not (server.started and app.state.directory.live):
        await asyncio.sleep(0.05)
    results: dict[str, object] = {"accounts": accounts, "users_each": users, "clients": clients}
    async with httpx2.AsyncClient(base_url=url, timeout=30) as http:
        body = {"credentials": md5_credential("admin", "bench-password"), "account_realm": "bench.example.test"}
        token = (await http.put("/v2/user_auth", json={"data": body})).json()["auth_token"]
        http.headers["x-auth-token"] = token
        for name, send in {
            "get_users_page": lambda i: http.get(f"/v2/accounts/{made[i % accounts]}/users"),
            "put_user": lambda i: http.put(
                f"/v2/accounts/{made[i % accounts]}/users", json={"data": {"first_name": "N", "last_name": str(i)}}
            ),
        }.items():
            samples: list[float] = []
            start = time.perf_counter()

            async def client(offset: int, send=send, samples=samples, start=start) -> None:  # type: ignore[no-untyped-def]
                i = offset
                while time.perf_counter() - start < seconds:
                    before = time.perf_counter()
                    answer = await send(i)
                    samples.append(time.perf_counter() - before)
                    assert answer.status_code in (200, 201), answer.text
                    i += clients

            await asyncio.gather(*(client(n) for n in range(clients)))
            results[name] = {**percentiles(samples), "per_second": round(len(samples) / (time.perf_counter() - start))}
    server.should_exit = True
    await serving
    feeding.cancel()
    await asyncio.gather(feeding, return_exceptions=True)
    await db.close()
    return results


def main() -> None:
    """Read the command line and print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("database")
    parser.add_argument("--accounts", type=int, default=100)
    parser.add_argument("--users", type=int, default=100)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=5)
    options = parser.parse_args()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    figures = measure(
        f"http://127.0.0.1:{port}", options.database, accounts=options.accounts, users=options.users,
        clients=options.clients, seconds=options.seconds,
    )  # fmt: skip
    print(json.dumps(asyncio.run(figures), indent=2))


if __name__ == "__main__":
    main()
