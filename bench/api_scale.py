"""The API of a provider with 10,000 accounts and 200,000 users: lists, search, one document, the tree.

The accounts are copied into the installation's database (they stay there), the requests go to its API process.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import psycopg

from bench.api import CLIENTS, load
from bench.figures import Figure, percentile
from bench.installation import Installation
from qvoice.cli.rest import Rest

RESELLERS, CUSTOMERS, USERS = 100, 100, 20
BIG = 2_000
"""Users of the largest customer, of the 200,000."""
WISH_MS = 300.0


def fill(dsn: str, master: str, resellers: int, customers: int, users: int, big: int) -> dict[str, str]:
    """Make the tree and its users; return the mark in their names, a reseller, a customer, its user, the big one."""
    mark = secrets.token_hex(3)
    with psycopg.connect(dsn) as c:
        path = c.execute("select path::text from accounts where id = %s", [master]).fetchone()
        assert path is not None
        c.execute("create temporary table r (id uuid, path text, n int)")
        c.execute(
            "insert into r select id, %s || '.' || replace(id::text, '-', ''), n"
            " from (select gen_random_uuid() as id, n from generate_series(1, %s) n) made",
            [path[0], resellers],
        )
        c.execute(
            "create temporary table k as select id, parent, above || '.' || replace(id::text, '-', '') as path, r, n"
            " from (select gen_random_uuid() as id, r.id as parent, r.path as above, r.n as r, n.n"
            " from r, generate_series(1, %s) n (n)) made",
            [customers],
        )
        account = (
            "insert into accounts (id, parent_id, path, doc, sort_key, name, name_key, realm, is_reseller, timezone,"
            " language, country) select id, {parent}, text2ltree(path),"
            " jsonb_build_object('name', name, 'realm', realm,"
            " 'timezone', 'America/Toronto', 'language', 'en-us', 'country', 'CA', 'enabled', true), lower(name), name,"
            " lower(name), realm, {reseller}, 'America/Toronto', 'en-us', 'CA' from ({rows}) made"
        )
        c.execute(
            account.format(
                parent="%s::uuid", reseller="true",
                rows="select id, path, 'Reseller ' || n || ' ' || %s as name, 'r' || n || '-' || %s || '.invalid' as"
                " realm from r",
            ),
            [master, mark, mark],
        )  # fmt: skip
        c.execute(
            account.format(
                parent="parent", reseller="false",
                rows="select id, parent, path, 'Customer ' || r || '-' || n || ' ' || %s as name, 'c' || r || '-' || n"
                " || '-' || %s || '.invalid' as realm from k",
            ),
            [mark, mark],
        )  # fmt: skip
        c.execute(
            "insert into users (id, account_id, doc, sort_key, username, email, priv_level, enabled, presence_id)"
            " select gen_random_uuid(), k.id, jsonb_build_object('first_name', 'First' || i, 'last_name', 'Last' || i,"
            " 'username', 'user' || i, 'email', 'u' || i || '@example.test', 'priv_level', 'user', 'enabled', true,"
            " 'presence_id', (1000 + i)::text), lower('Last' || i || ' First' || i), 'user' || i,"
            " 'u' || i || '@example.test', 'user', true, (1000 + i)::text"
            " from k, generate_series(1, case when k.r = 1 and k.n = 1 then %s else %s end) as u (i)",
            [big, users],
        )
        one = c.execute(
            "select k.id::text, k.parent::text, (select id::text from users where account_id = k.id limit 1) from k"
            " where r = 2 and n = 2"
        ).fetchone()
        large = c.execute("select id::text from k where r = 1 and n = 1").fetchone()
        assert one is not None
        assert large is not None
    with psycopg.connect(dsn, autocommit=True) as c:
        c.execute("vacuum analyze accounts")
        c.execute("vacuum analyze users")
    customer, reseller, user = (text.replace("-", "") for text in one)
    return {
        "mark": mark, "customer": customer, "reseller": reseller, "user": user, "big": large[0].replace("-", ""),
    }  # fmt: skip


def requests(master: str, made: dict[str, str], resellers: int, customers: int) -> dict[str, Callable[[int], str]]:
    """Return what is asked, by name; the number varies it."""
    top, customer = f"accounts/{master}", f"accounts/{made['customer']}"
    mark = made["mark"]

    def name(i: int) -> str:
        return f"customer%20{1 + i % resellers}-{1 + i * 7 % customers}%20{mark}"

    return {
        "a customer's users": lambda i: f"{customer}/users",
        "2,000 users, first page of 50": lambda i: f"accounts/{made['big']}/users?page_size=50",
        "one user": lambda i: f"{customer}/users/{made['user']}",
        "one account": lambda i: customer,
        "the way down to an account": lambda i: f"{customer}/tree",
        "children of the master, a page": lambda i: f"{top}/children?page_size=50",
        "children of a reseller, a page": lambda i: f"accounts/{made['reseller']}/children?page_size=50",
        "descendants of the master, a page": lambda i: f"{top}/descendants?page_size=50",
        "search an account among all, by name": lambda i: f"{top}/search?t=account&q=name&v={name(i)}",
        "search an account nobody has": lambda i: f"{top}/search?t=account&q=name&v=zzz{i}",
        "search a user of 2,000, by name": lambda i: f"accounts/{made['big']}/search?t=user&q=name&v=first19{i % 99}",
    }


async def ask(installation: Installation, made: dict[str, str], shape: tuple[int, int], seconds: float) -> list[Figure]:
    """Ask each for some seconds, `CLIENTS` at once."""
    demo = installation.demo
    master = demo["master"]
    rest = Rest(demo["api"]).sign_in(
        account_name=master["account_name"], username=master["username"], password=master["password"]
    )
    figures = []
    async with httpx2.AsyncClient(headers={"X-Auth-Token": rest.token}, timeout=60) as http:
        asked = requests(master["account_id"], made, *shape)
        found: Any = (await http.get(f"{demo['api']}/{asked[_SEARCH](0)}")).json()
        assert len(found["data"]) == 1, found
        for what, path in asked.items():

            def send(i: int, path: Callable[[int], str] = path) -> Awaitable[httpx2.Response]:
                return http.get(f"{demo['api']}/{path(i)}")

            times, _ = await load(send, seconds)
            p99 = f"p99 {percentile(times, 0.99) * 1000:.0f} ms, {len(times)} requests, {CLIENTS} at once"
            figures.append(Figure(what, percentile(times, 0.5) * 1000, "ms", ("<=", WISH_MS), p99))
    return figures


_SEARCH = "search an account among all, by name"


def measure(installation: Installation) -> list[Figure]:
    """Fill and ask."""
    shape = (5, 10) if installation.quick else (RESELLERS, CUSTOMERS)
    users, big, seconds = (5, 50, 0.5) if installation.quick else (USERS, BIG, 5.0)
    made = fill(installation.settings.dsn("admin"), installation.demo["master"]["account_id"], *shape, users, big)
    return asyncio.run(ask(installation, made, shape, seconds))
