"""Composition root of the API process: `python -m qvoice.api.main --data DIR`."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from qvoice.api.app import create_app
from qvoice.api.notices import feed
from qvoice.db import Database
from qvoice.features.auth import told
from qvoice.features.auth.tokens import TokenKey
from qvoice.features.documents.resource import discover
from qvoice.kit import code, log, settings

PORTAL = Path(__file__).resolve().parents[3] / "portal" / "dist"


def build(options: settings.Settings) -> FastAPI:
    """Build the application from the settings."""
    key = TokenKey(options.secret("token-key"))
    db = Database(options.dsn(), pool_size=10, overflow=20, info={"token_key": key})

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        feeding = asyncio.create_task(feed(app, options.dsn()))
        try:
            yield
        finally:
            feeding.cancel()
            with suppress(asyncio.CancelledError):
                await feeding
            await told.forget_call_control(app.state)
            await db.close()

    return create_app(db, key, settings=options, portal_folder=PORTAL, lifespan=lifespan)


def serving(app: Any, options: settings.Settings) -> uvicorn.Config:
    """Return how the application is served. Who asks is whoever connected: log-in limits and lists of addresses would
    mean nothing if anybody could name another one, so only proxies that the operator names are believed.
    """
    return uvicorn.Config(
        app,
        host=options.network.bind,
        port=options.ports.api,
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_keep_alive=120,
        timeout_graceful_shutdown=5,
        ws="websockets-sansio",
        ws_max_size=65_536,
        proxy_headers=bool(options.network.trusted_proxies),
        forwarded_allow_ips=[one.strip() for one in options.network.trusted_proxies.split(",")],
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(prog="qvoice.api")
    parser.add_argument("--data", type=Path, required=True, help="the installation's data folder")
    options = settings.load(parser.parse_args(arguments).data)
    log.configure("api", level=options.log.level)
    code.load("qvoice.core", "qvoice.features", "qvoice.api")
    for part in ("answers", "bulk", "resource", "watch"):
        discover(part)
    config = serving(build(options), options)
    log.get().info("api.start", address=options.network.bind, port=options.ports.api)
    uvicorn.Server(config).run()


if __name__ == "__main__":
    main()
