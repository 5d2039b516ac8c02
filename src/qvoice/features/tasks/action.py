"""What a feature declares about a bulk action, and where it is found."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.db import Database, Scope
from qvoice.features.documents.resource import discover
from qvoice.kit.settings import Settings

Row = dict[str, str]
Added = Mapping[str, Mapping[str, int]]
"""{category: {item: number}} of things that service plans count."""
Options = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a row. `level` `error` keeps the row out, `warning` only tells. `code` is stable, and `values`
    are what the message says in it: clients word it in other languages by them.
    """

    column: str
    message: str
    level: str = "error"
    code: str = ""
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def told(self) -> dict[str, Any]:
        """Return it as clients see it."""
        said = {"column": self.column, "message": self.message, "level": self.level}
        return {**said, "code": self.code, "values": dict(self.values)}


@dataclass(frozen=True, slots=True)
class RowsAction:
    """Done row by row, each row wholly or not at all.

    `check(session, rows, options)` judges all rows before anything is written: one list of problems for each row.
    `run(session, row, options)` does one row in a savepoint and returns what the result file says of it; an Invalid or
    another QvoiceError becomes the row's failure.
    """

    category: str
    action: str
    columns: Mapping[str, str]
    """Column → what it means. Headers are compared in lower case; see `aliases`."""
    required: tuple[str, ...]
    check: Callable[[AsyncSession, Sequence[Row], Options], Awaitable[list[list[Problem]]]]
    run: Callable[[AsyncSession, Row, Options], Awaitable[dict[str, str]]]
    permission: tuple[str, str]
    aliases: Mapping[str, str] = field(default_factory=dict)
    run_many: Callable[[AsyncSession, Sequence[Row], Options], Awaitable[list[dict[str, str]]]] | None = None
    """Does all rows of a batch or none, much faster than one by one. When it is refused, `run` does them singly and
    finds out which row it was.
    """
    adds: Callable[[AsyncSession, Sequence[Sequence[Row]], Options], Awaitable[Sequence[Added]]] | None = None
    """What each batch of rows adds: with it the rows are priced before the first is done, and run only when that was
    accepted.
    """
    batch: int = 25
    """Rows in one transaction: what a crash makes the worker do again."""


@dataclass(frozen=True, slots=True)
class FileAction:
    """Makes one file. `make(db, settings, scope, tell)` yields its bytes in pieces of any size and tells its progress
    by `await tell(done, total)`. Begun again from the start when it was interrupted.
    """

    category: str
    action: str
    file_name: str
    file_type: str
    make: Callable[[Database, Settings, Scope, Callable[[int, int], Awaitable[None]]], AsyncIterator[bytes]]
    permission: tuple[str, str]


@lru_cache(maxsize=1)
def actions() -> dict[tuple[str, str], RowsAction | FileAction]:
    """Return all bulk actions by (category, action)."""
    # A module of that name without ACTIONS has work of its own kind.
    found = [action for module in discover("bulk") for action in getattr(module, "ACTIONS", ())]
    return {(action.category, action.action): action for action in found}
