"""Signing in by oneself: a forgotten password, second steps with a virtual authenticator, sessions; and what an
organisation may want of everybody.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from sqlalchemy import text
from tests.e2e.walks import walk
from tests.fixtures.platform import Account, Platform

from qvoice.cli.rest import Rest
from qvoice.db import Database, Scope
from qvoice.features.auth.tokens import TokenKey
from qvoice.features.invitations.links import token_of

pytestmark = pytest.mark.browser


@pytest.fixture
def person(platform: Platform) -> Iterator[dict[str, Any]]:
    """An administrator of Acme with an e-mail address, for one test."""
    acme, mark = platform.acme, secrets.token_hex(4)
    user = acme.rest.put(
        acme.path("users"),
        {
            "first_name": "Sam",
            "last_name": f"Secure {mark}",
            "email": f"sam.{mark}@example.test",
            "username": f"sam.{mark}@example.test",
            "password": secrets.token_urlsafe(16),
            "priv_level": "admin",
        },
    )
    yield user
    acme.rest.delete(acme.path("users", user["id"]))


def recovery_token(platform: Platform, account: Account, user: str) -> str:
    """The token of the link in the recovery mail, once the worker has made it."""

    async def read() -> str:
        db = Database(platform.settings.dsn(), pool_size=1, overflow=0)

        try:
            with anyio.fail_after(20):
                while True:
                    async with db.tx(Scope(account.id, account.id)) as s:
                        found = await s.execute(
                            text("select id from login_links where user_id = :user and kind = 'recovery'"),
                            {"user": user},
                        )
                        link = found.scalar()
                        if link is not None:
                            return await token_of(s, TokenKey(platform.settings.secret("token-key")), link.hex)
                    await anyio.sleep(0.2)
        finally:
            await db.close()

    return asyncio.run(read())


def test_A10_what_an_organisation_wants_comes_before_all_else(platform: Platform, tmp_path: Path) -> None:
    master, rest, mark, password = platform.demo["master"], platform.master, secrets.token_hex(3), "given.by.somebody"
    name = f"Careful {mark}"
    account = rest.put(f"accounts/{master['account_id']}", {"name": name})["id"]
    try:
        wanted = {"auth_modules": {"cb_user_auth": {"multi_factor": {"enabled": True}}}}
        rest.patch(f"accounts/{account}/security", wanted)
        person = {"first_name": "Nora", "last_name": mark, "username": "nora", "password": password}
        rest.put(f"accounts/{account}/users", {**person, "priv_level": "admin", "require_password_update": True})
        given = {"account": name, "username": "nora", "password": password, "part": "must"}
        walk("security", given, tmp_path, platform)
    finally:
        rest.delete(f"accounts/{account}")


def test_A10_a_forgotten_password_passkeys_apps_codes_and_sessions(
    platform: Platform, person: dict[str, Any], tmp_path: Path
) -> None:
    acme, password = platform.acme, secrets.token_urlsafe(16)
    given = {"account": acme.document["name"], "username": person["username"], "password": password}
    walk("security", {**given, "part": "ask"}, tmp_path, platform)
    token = recovery_token(platform, acme, person["id"])
    walk("security", {**given, "part": "rest", "token": token}, tmp_path, platform)
    signed_in = Rest(platform.demo["api"]).sign_in(
        account_name=acme.document["name"], username=person["username"], password=password
    )
    assert signed_in.account_id == acme.id
