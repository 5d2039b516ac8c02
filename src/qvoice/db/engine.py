"""The pool of connections and `tx`, the only door to the database.

A transaction always belongs to a `Scope`: the account acted upon. PostgreSQL's row level security reads it from two
settings
of the transaction (`qvoice.account`, `qvoice.path`), so a query that forgets its account sees nothing rather than
everything.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import msgspec
from psycopg.errors import OperationalError as PsycopgOperationalError
from sqlalchemy import TextClause, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from qvoice.db.patience import QUICK, lose_patience
from qvoice.kit.errors import Conflict, Unavailable

_ENTER = text(
    "select set_config('qvoice.account', :account, true), set_config('qvoice.path', :path, true)"
).execution_options(quick=True)


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose data a transaction may touch, and who acts.

    `account_id`: 32 hex; `path`: the account's ltree path (hex ids, root first, joined by dots), which bounds what it
    sees of
    the tree below. `actor_id`/`actor_account_id`: the user and account of the token, for the audit log.
    """

    account_id: str
    path: str
    actor_id: str | None = None
    actor_account_id: str | None = None


SYSTEM = Scope("", "")
"""No account: sees tables without tenant and what definer functions give; every tenant table is empty in it."""


def async_url(dsn: str) -> str:
    """Return the SQLAlchemy URL (psycopg 3 driver) for a `postgresql://` connection string."""
    return "postgresql+psycopg://" + dsn.split("://", 1)[1]


class DatabaseAway(Unavailable):
    """The database is not reachable just now. Try again shortly."""

    code = "datastore_unreachable"


class WriteConflict(Conflict):
    """Two changes touched the same thing at the same moment. Read it again and repeat yours."""


class Database:
    """A pool of connections of one role. Make one per process; `await close()` at its end."""

    def __init__(
        self,
        dsn: str,
        *,
        pool_size: int = 10,
        overflow: int = 10,
        statement_timeout_ms: int = 15_000,
        info: Mapping[str, Any] | None = None,
    ) -> None:
        """Open nothing yet: connections are made when first needed, so a process starts while the database is away.

        `info` goes into every session's `info`: what hooks of documents need, such as `token_key`
        (features/auth/tokens.py).
        """
        self.dsn = dsn
        self._info = dict(info or {})
        self._engine = create_async_engine(
            async_url(dsn),
            pool_size=pool_size,
            max_overflow=overflow,
            pool_timeout=10,
            pool_pre_ping=False,
            pool_recycle=1800,
            json_serializer=lambda value: msgspec.json.encode(value).decode(),
            json_deserializer=msgspec.json.decode,
            connect_args={
                "connect_timeout": 5,
                "options": f"-c statement_timeout={statement_timeout_ms} -c idle_in_transaction_session_timeout=60000",
                "prepare_threshold": 3,
            },
        )
        lose_patience(self._engine, statement=statement_timeout_ms / 1000 + QUICK)
        self._sessions = async_sessionmaker(self._engine, expire_on_commit=False, autoflush=False)

    @asynccontextmanager
    async def tx(self, scope: Scope) -> AsyncIterator[AsyncSession]:
        """Open one transaction in `scope`; commit when the block ends, roll back when it raises.

        `session.info["scope"]` is the scope. Raises DatabaseAway when the database is not reachable, WriteConflict when
        PostgreSQL ended the transaction for a deadlock or serialisation failure.
        """
        with _in_our_words():
            async with self._sessions() as session, session.begin():
                session.info.update(self._info)
                session.info["scope"] = scope
                await session.execute(_ENTER, {"account": scope.account_id, "path": scope.path})
                yield session

    async def call(self, statement: TextClause, parameters: dict[str, Any]) -> None:
        """Run one statement that calls a definer function of many tenants (the journal's), its own transaction.

        It is what `tx(SYSTEM)` would do, in one round trip instead of three and without a session: the journal writes
        twenty times a second. Raises as `tx` does.
        """
        with _in_our_words():
            async with self._engine.connect() as connection:
                await connection.execution_options(isolation_level="AUTOCOMMIT")
                await connection.execute(statement, parameters)

    async def ask(self, statement: TextClause, parameters: dict[str, Any]) -> Any:
        """As `call`, and return the one row that the function gives: for what calls wait for."""
        with _in_our_words():
            async with self._engine.connect() as connection:
                await connection.execution_options(isolation_level="AUTOCOMMIT")
                return (await connection.execute(statement, parameters)).one()

    async def fetch(self, sql: str, parameters: dict[str, Any] | None = None, *, scope: Scope = SYSTEM) -> list[Any]:
        """Run one query in its own transaction and return all rows; meant for definer functions."""
        async with self.tx(scope) as session:
            return list((await session.execute(text(sql), parameters or {})).all())

    async def close(self) -> None:
        """Close all connections."""
        await self._engine.dispose()


@contextmanager
def _in_our_words() -> Iterator[None]:
    """Turn what the driver raises when the server is away or ended a transaction into our errors."""
    try:
        yield
    except (OperationalError, InterfaceError) as problem:
        state = getattr(problem.orig, "sqlstate", None) or ""
        if state in ("40001", "40P01"):
            raise WriteConflict from problem
        raise DatabaseAway from problem
    except DBAPIError as problem:
        if problem.connection_invalidated:
            raise DatabaseAway from problem
        raise
    except (PsycopgOperationalError, PoolTimeout) as problem:
        raise DatabaseAway from problem


async def enter(session: AsyncSession, scope: Scope) -> None:
    """Go on in another account within the same transaction (creating an account together with its administrator)."""
    await session.flush()
    session.info["scope"] = scope
    await session.execute(_ENTER, {"account": scope.account_id, "path": scope.path})
