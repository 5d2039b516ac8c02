"""The API in this process on a real database, and a client for each account's administrator and for a plain user."""

from __future__ import annotations

import dataclasses
import os
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from tests.fixtures.api import nobodys_ports
from tests.fixtures.tenants import make_account

from qvoice.api.app import create_app
from qvoice.db import Database
from qvoice.features.auth.tokens import TokenKey
from qvoice.features.documents import store
from qvoice.kit.clock import utcnow
from qvoice.kit.settings import load

KEY = TokenKey("a-token-key-for-tests-only")


class Client:
    """Asks the API as one principal; `get`, `put`, … take a path below the account and return the response."""

    def __init__(self, http: httpx2.AsyncClient, account_id: str, token: str) -> None:
        self.http, self.account_id, self.token = http, account_id, token

    def url(self, path: str) -> str:
        return path if path.startswith("/") else f"/v2/accounts/{self.account_id}/{path}"

    async def ask(self, method: str, path: str, data=None, **more) -> httpx2.Response:
        headers = {"X-Auth-Token": self.token} | more.pop("headers", {})
        body = {"json": {"data": data}} if data is not None else {}
        return await self.http.request(method, self.url(path), headers=headers, **body, **more)

    async def data(self, method: str, path: str, data=None, *, status: int = 200):
        """Ask, insist on the status, return the envelope's data."""
        response = await self.ask(method, path, data)
        assert response.status_code == status, response.text
        return response.json()["data"]

    async def create(self, collection: str, **document):
        return await self.data("PUT", collection, document, status=201)


@pytest.fixture
async def app(database, tmp_path, monkeypatch):
    if "QVOICE_STORE_IMAGE" not in os.environ:
        from qvoice.engine import images

        monkeypatch.setenv("QVOICE_STORE_IMAGE", str(images.ensure("store", print)))
    pool = Database(database.app_url, pool_size=10, overflow=20, info={"token_key": KEY})
    settings = dataclasses.replace(load(Path(tmp_path), environ={}), ports=nobodys_ports())
    yield create_app(pool, KEY, settings=settings)
    await pool.close()


@pytest.fixture
async def http(app):
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://api.test") as client:
        yield client


@pytest.fixture
def scopes(database):
    master = make_account(database, None, "Master")
    return {
        "master": master,
        "acme": make_account(database, master, "Acme"),
        "globex": make_account(database, master, "Globex"),
    }


def token(account_id: str, *, user: tuple[str, str] | None = None) -> str:
    """Return a token of an account's API key, or of a user (id, identity)."""
    identity = KEY.identity(f"identity-{account_id}", user[1] if user else None)
    owner, method = (user[0], "cb_user_auth") if user else (None, "cb_api_auth")
    return KEY.issue(
        account_id=account_id, owner_id=owner, method=method, identity=identity, now=utcnow() - timedelta(seconds=1)
    )


@pytest.fixture
def clients(http, scopes):
    return {name: Client(http, scope.account_id, token(scope.account_id)) for name, scope in scopes.items()}


@pytest.fixture
def acme(clients):
    return clients["acme"]


@pytest.fixture
def globex(clients):
    return clients["globex"]


@pytest.fixture
async def ann(app, http, scopes):
    """A plain user of Acme."""
    from sqlalchemy import text

    scope = scopes["acme"]
    async with app.state.db.tx(scope) as session:
        user = await store.create(
            session,
            "users",
            {
                "first_name": "Ann",
                "last_name": "Lee",
                "username": "ann@acme",
                "password": "Xk29fjw02!",
                "priv_level": "user",
            },
        )
        identity = (
            await session.execute(text("select identity from user_secrets where user_id = :id"), {"id": user.id})
        ).scalar_one()
    client = Client(http, scope.account_id, token(scope.account_id, user=(user.id, identity)))
    client.user_id = user.id
    return client
