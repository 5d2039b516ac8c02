"""How long to wait for a database that took a request and says nothing (stopped, its disk hangs, the network gone).

The server's own `statement_timeout` is of no use then, and neither is cancelling: psycopg waits for the server to
agree. So the socket is shut: the waiting statement fails as when the server dies, and its connection leaves the pool.
"""

from __future__ import annotations

import asyncio
import os
import socket
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from qvoice.kit import log

QUICK = 5.0
"""Seconds for what a living server does at once: entering a transaction and leaving it."""
_TIMER = "qvoice_patience"


def lose_patience(engine: AsyncEngine, *, statement: float) -> None:
    """Watch every statement of `engine`: `statement` seconds for each, `QUICK` for those with option `quick`."""
    sync = engine.sync_engine

    @event.listens_for(sync, "before_cursor_execute")
    def _began(connection: Any, _cursor: Any, _sql: Any, _parameters: Any, context: Any, _many: Any) -> None:
        quick = context is not None and context.execution_options.get("quick", False)
        _arm(connection.connection, QUICK if quick else statement)

    @event.listens_for(sync, "after_cursor_execute")
    def _ended(connection: Any, *_: Any) -> None:
        _disarm(connection.info)

    @event.listens_for(sync, "commit")
    def _committing(connection: Any) -> None:
        _arm(connection.connection, statement)

    @event.listens_for(sync, "rollback")
    def _rolling_back(connection: Any) -> None:
        if not connection.invalidated:
            _arm(connection.connection, QUICK)

    @event.listens_for(sync, "checkin")
    def _given_back(_dbapi: Any, record: Any) -> None:
        _disarm(record.info)


def _arm(pooled: Any, seconds: float) -> None:
    _disarm(pooled.info)
    driver = pooled.driver_connection
    pooled.info[_TIMER] = asyncio.get_running_loop().call_later(seconds, _sever, driver, seconds)


def _disarm(info: dict[str, Any]) -> None:
    timer = info.pop(_TIMER, None)
    if timer is not None:
        timer.cancel()


def _sever(driver: Any, seconds: float) -> None:
    """Shut the socket under a connection; whoever waits on it gets "server closed the connection"."""
    if driver.closed:
        return
    log.get().warning("database.silent", seconds=seconds)
    with socket.socket(fileno=os.dup(driver.fileno())) as ours:
        ours.shutdown(socket.SHUT_RDWR)
