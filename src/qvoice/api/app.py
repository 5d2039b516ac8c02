"""The web application: composed by discovery of every `features/*/api.py` that exports `router`."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from qvoice.api import dialect, errors, portal
from qvoice.db import Database
from qvoice.features.auth.directory import Directory
from qvoice.features.auth.guard import LoginGuard
from qvoice.features.auth.permit import Permit
from qvoice.features.auth.tokens import TokenKey
from qvoice.features.documents import envelope, openapi
from qvoice.features.documents.resource import discover
from qvoice.features.events.hub import Hub
from qvoice.kit.settings import Settings

PREFIX = "/v2"
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def create_app(
    db: Database,
    token_key: TokenKey,
    *,
    settings: Settings | None = None,
    portal_folder: Path | None = None,
    lifespan: Lifespan | None = None,
) -> FastAPI:
    """Build the application. Features find `db`, `token_key`, `directory`, `login_guard` and `settings` in
    `app.state`.
    """
    app = FastAPI(
        title="QVOICE",
        version=envelope.VERSION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan or _no_lifespan,
    )
    app.state.db = db
    app.state.token_key = token_key
    app.state.directory = Directory(db)
    app.state.login_guard = LoginGuard()
    app.state.hub = Hub()
    app.state.settings = settings
    errors.install(app)
    for module in discover("api"):
        app.include_router(module.router, prefix=PREFIX)
        if hasattr(module, "root_router"):
            app.include_router(module.root_router)
    _install_openapi(app)

    @app.get("/health", include_in_schema=False)
    async def health() -> dict[str, str]:
        """Tell that the process answers."""
        return {"status": "ok"}

    @app.api_route(
        PREFIX + "/{path:path}", methods=["GET", "PUT", "POST", "PATCH", "DELETE", "HEAD"], include_in_schema=False
    )
    async def unknown(request: Request, path: str) -> Response:
        raise _no_route(app, request)

    if portal_folder is not None:
        portal.install(app, portal_folder)
    app.add_middleware(dialect.Dialect)
    if portal_folder is not None:
        app.add_middleware(portal.Assets, folder=portal_folder)
    return app


@asynccontextmanager
async def _no_lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One URL pattern with its methods, as the application serves it. `permit` is what it declares (None: nothing)."""

    path: str
    methods: frozenset[str]
    pattern: re.Pattern[str]
    permit: Permit | None


def endpoints(app: FastAPI) -> list[Endpoint]:
    """Return every HTTP endpoint of the features, in order of registration."""
    found = []
    for route in iter_route_contexts(app.routes):
        path, methods = getattr(route, "path", ""), getattr(route, "methods", None)
        if not path.startswith(PREFIX + "/") or path.startswith(PREFIX + "/{path") or not methods:
            continue
        pattern, _, _ = compile_path(path)
        calls = [d.call for d in route.dependant.dependencies]
        permit = next((call.permit for call in calls if hasattr(call, "permit")), None)
        found.append(Endpoint(path, frozenset(methods), pattern, permit))
    return found


def _no_route(app: FastAPI, request: Request) -> HTTPException:
    """Return 405 when the URL exists with another method, else 404; always JSON (kazoo.md 3.8)."""
    allowed: set[str] = set()
    for endpoint in endpoints(app):
        if endpoint.pattern.match(request.scope["path"]):
            allowed |= endpoint.methods
    if allowed:
        return HTTPException(405, "this URL does not take this method", headers={"allow": ", ".join(sorted(allowed))})
    return HTTPException(404, "there is no such URL")


def _install_openapi(app: FastAPI) -> None:
    document: dict[str, Any] = {}

    @app.get("/openapi.json", include_in_schema=False)
    async def openapi_json(request: Request) -> Response:
        if not document:
            document.update(describe(app))
        import msgspec

        return Response(msgspec.json.encode(document), media_type="application/json")


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document: typed models inside the dialect's envelope, the token as security scheme."""
    document = get_openapi(
        title="QVOICE",
        version=envelope.VERSION,
        description="The KAZOO Crossbar v2 dialect: PUT creates, POST replaces, PATCH merges, DELETE removes.",
        routes=app.routes,
    )
    parts = document.setdefault("components", {})
    parts.setdefault("schemas", {}).update(openapi.components())
    parts["securitySchemes"] = {"token": {"type": "apiKey", "in": "header", "name": "X-Auth-Token"}}
    document["security"] = [{"token": []}]
    permits = {(e.path, method): e.permit for e in endpoints(app) for method in e.methods}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            answers = operation.setdefault("responses", {})
            # FastAPI's own error model is not what we answer with; ours may answer anywhere.
            answers.pop("422", None)
            answers.setdefault("default", openapi.error_answer())
            needed = permits.get((path, method.upper()))
            if needed is not None and needed.public:
                operation["security"] = []
            elif needed is not None:
                # What a key must have been made for (`scopes` of `api_keys`).
                operation["x-scope"] = f"{needed.resource}:{needed.action}"
    parts["schemas"].pop("HTTPValidationError", None)
    parts["schemas"].pop("ValidationError", None)
    return document
