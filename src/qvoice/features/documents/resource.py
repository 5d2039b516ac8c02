"""What a feature declares about its documents, and the registry by type."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.db import Scope
from qvoice.features.documents.table import document_table

Doc = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Document:
    """A stored document. `doc` is what clients wrote (without id); `columns` are the typed columns beside it."""

    type: str
    id: str
    account_id: str
    doc: Doc
    revision: int
    created: datetime
    modified: datetime
    deleted: bool = False
    columns: Mapping[str, Any] = field(default_factory=dict)

    @property
    def whole(self) -> Doc:
        """The document with its `id`, as summaries and filters see it."""
        return {**self.doc, "id": self.id}


@dataclass(slots=True)
class Change:
    """A change under way, given to hooks. `new` and `columns` may be altered by `before_write`; `old` is None on
    create.

    `actor` is the principal of the request (features.auth.permit.Principal), None when the system itself writes.
    """

    session: AsyncSession
    scope: Scope
    type: str
    id: str
    action: str
    """`created`, `edited` or `deleted`."""
    old: Doc | None
    new: Doc
    columns: dict[str, Any] = field(default_factory=dict)
    actor: Any = None
    scratch: dict[str, Any] = field(default_factory=dict)
    """For a resource's own hooks: what before_write found that after_write needs."""


Hook = Callable[[Change], Awaitable[None]]
ManyHook = Callable[[Sequence[Change]], Awaitable[None]]
Present = Callable[[AsyncSession, Document, Doc, Any], Awaitable[Doc]]
"""(session, document, what would be shown, actor) → what is shown by GET and in answers to writes."""


@dataclass(frozen=True, slots=True)
class Hooks:
    """Async functions that run in the transaction of the change; raising an error rolls everything back.

    Order of a write: body cleaned → model → `before_write` → row written → `after_write` → NOTIFY → commit.
    """

    before_write: Hook | None = None
    after_write: Hook | None = None
    before_delete: Hook | None = None
    after_delete: Hook | None = None
    present: Present | None = None
    before_many: ManyHook | None = None
    """Does for many new documents at once what `before_write` does for one, in fewer statements."""
    after_many: ManyHook | None = None
    """As `after_write`, for many new documents at once."""


@dataclass(frozen=True, slots=True)
class Taken:
    """How to say that a unique or foreign key constraint refused a write."""

    field: str
    rule: str
    message: str


@dataclass(frozen=True)
class Resource:
    """One kind of document.

    `columns`: {typed column: function of the document}; the columns are declared by `table_columns` (SQLAlchemy) and
    made by a
    migration with `db.tenancy.document_ddl`. `sort`: key of lists. `constraints`: {constraint or index name: Taken}.
    `own`: key that names the owning user ("id" for users themselves), None when no document is one's own. What owners
    and
    other roles may do is decided by `core.access`, under the type as the resource's name.
    """

    type: str
    model: type[BaseModel]
    summary: Callable[[Doc], Doc]
    columns: Mapping[str, Callable[[Doc], Any]] = field(default_factory=dict)
    table_columns: tuple[Any, ...] = ()
    sort: Callable[[Doc], str] = lambda doc: str(doc.get("name") or "").lower()
    hooks: Hooks = field(default_factory=Hooks)
    constraints: Mapping[str, Taken] = field(default_factory=dict)
    own: str | None = "owner_id"
    singular: str = ""
    """Word for one document in texts; the type without its last letter when empty."""

    def __post_init__(self) -> None:
        if self.type in _REGISTRY:
            raise ValueError(f"two resources are called {self.type}")
        _REGISTRY[self.type] = self
        object.__setattr__(self, "table", document_table(self.type, *self.table_columns))

    table: Table = field(init=False, repr=False)

    @property
    def noun(self) -> str:
        """Word for one document."""
        return self.singular or self.type.removesuffix("s")

    def owner_of(self, whole: Doc) -> str | None:
        """Return the id of the user that the document belongs to."""
        return whole.get(self.own) if self.own else None


_REGISTRY: dict[str, Resource] = {}


@cache
def discover(module: str) -> tuple[Any, ...]:
    """Import `qvoice.features.<each>.<module>` where it exists and return the modules, in order of name.

    They are looked for once: a process goes on with the code that it began with when its files are exchanged.
    """
    import qvoice.features

    found = []
    for feature in sorted(info.name for info in pkgutil.iter_modules(qvoice.features.__path__) if info.ispkg):
        name = f"qvoice.features.{feature}.{module}"
        if importlib.util.find_spec(name) is not None:
            found.append(importlib.import_module(name))
    return tuple(found)


def resource(type: str) -> Resource:
    """Return the resource of a type, importing the features' `resource.py` when it is not known yet; raises
    KeyError.
    """
    if type not in _REGISTRY:
        discover("resource")
    return _REGISTRY[type]


def resources() -> dict[str, Resource]:
    """Return all resources by type."""
    discover("resource")
    return dict(_REGISTRY)
