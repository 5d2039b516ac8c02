"""The page behind an invitation's link, in a real browser, on a computer and on a phone."""

from __future__ import annotations

import asyncio
import secrets
import urllib.request
from pathlib import Path

import pytest
from tests.e2e.walks import walk
from tests.fixtures.platform import Account, Platform

from qvoice.cli.rest import Rest
from qvoice.db import Database, Scope
from qvoice.features.auth.tokens import TokenKey
from qvoice.features.invitations.links import token_of

pytestmark = pytest.mark.browser


def token(platform: Platform, account: Account, invitation: str) -> str:
    """The token of an invitation's link, as the mail has it."""

    async def read() -> str:
        db = Database(platform.settings.dsn(), pool_size=1, overflow=0)
        try:
            async with db.tx(Scope(account.id, account.id)) as session:
                return await token_of(session, TokenKey(platform.settings.secret("token-key")), invitation)
        finally:
            await db.close()

    return asyncio.run(read())


def test_A9_an_invitation_leads_an_administrator_to_the_portal_and_a_user_to_the_phone_app(
    platform: Platform, tmp_path: Path
) -> None:
    acme, mark = platform.acme, secrets.token_hex(4)
    password = secrets.token_urlsafe(16)
    people = {
        role: acme.rest.put(
            acme.path("users"),
            {
                "first_name": "Wanda",
                "last_name": f"Welcome {mark}",
                "email": f"{role}.{mark}@example.test",
                "username": f"{role}.{mark}@example.test",
                "priv_level": role,
            },
        )["id"]
        for role in ("admin", "user")
    }
    try:
        links = {
            role: token(platform, acme, acme.rest.put(acme.path("users", id, "invitation"), {})["id"])
            for role, id in people.items()
        }
        seen = walk("welcome", {**links, "password": password}, tmp_path, platform)
        again = Rest(platform.demo["api"]).sign_in(
            account_name="Acme", username=f"admin.{mark}@example.test", password=password
        )
        assert again.account_id == acme.id
        assert seen["link"].startswith("linphone-config:")
        with urllib.request.urlopen(seen["link"].removeprefix("linphone-config:"), timeout=10) as app:
            assert acme.realm.encode() in app.read()
    finally:
        for id in people.values():
            for device in acme.rest.get(acme.path("devices")):
                if device.get("owner_id") == id:
                    acme.rest.delete(acme.path("devices", device["id"]))
            acme.rest.delete(acme.path("users", id))
