'''The one mechanism for the dialect's documents: declare a `Resource`, get a table, a REST collection and a Python API.

A feature of its own, say pagers (docs/handbook/add-a-resource.md walks through it):

`features/pagers/schemas.py`, the model; unknown keys are kept because of extra="allow" (give nested models the same):

    class Pager(BaseModel):
        """A pager."""
        model_config = ConfigDict(extra="allow")
        name: Annotated[str, Field(min_length=1, max_length=128)]
        code: str
        owner_id: str | None = None

`features/pagers/resource.py` (found by its name; no FastAPI here, callcontrol imports it too):

    async def _refuse_busy(change: Change) -> None:
        if change.new["code"] == "000":
            raise Invalid.field("code", "invalid", "000 is reserved: choose another code")

    RESOURCE = Resource(
        type="pagers",                                        # table = URL collection = NOTIFY type = permission name
        model=Pager,
        summary=lambda whole: {"id": whole["id"], "name": whole["name"]},
        columns={"code": lambda whole: whole["code"]},        # computed typed columns …
        table_columns=(Column("code", Text),),                # … and their types
        constraints={"pagers_code": Taken("code", "unique", "another pager has this code: choose another")},
        hooks=Hooks(before_write=_refuse_busy),
    )

`features/pagers/api.py` (found by its name):

    router = crossbar(RESOURCE)

and a migration: `document_ddl("pagers", "code text not null")` plus
`create unique index pagers_code on pagers (account_id, code) where deleted is null`.

Python code elsewhere uses `documents.load(s, "pagers", id)`, `get`, `find(s, "pagers", code="123")`, `create`,
`replace`, `merge`, `remove`
inside `async with db.tx(scope) as s`, never the table. Functions given to `summary`, `columns` and `sort` get the
whole document
with its `id` and must not fail on missing optional keys. Hooks see `Change` (its `new` and `columns` may be altered by
`before_write`); `change.actor` is the request's principal or None.
'''

from __future__ import annotations

from typing import Any

from qvoice.features.documents.many import create_many
from qvoice.features.documents.resource import (
    Change,
    Document,
    Hooks,
    Resource,
    Taken,
    discover,
    resource,
    resources,
)
from qvoice.features.documents.store import create, find, get, load, merge, remove, replace
from qvoice.features.documents.table import document_table


def __getattr__(name: str) -> Any:
    """Import `crossbar` only when asked for: it needs the web framework, and features.auth.permit needs this package
    first.
    """
    if name == "crossbar":
        from qvoice.features.documents.routes import crossbar

        return crossbar
    raise AttributeError(name)


__all__ = [
    "Change",
    "Document",
    "Hooks",
    "Resource",
    "Taken",
    "create",
    "create_many",
    "crossbar",
    "discover",
    "document_table",
    "find",
    "get",
    "load",
    "merge",
    "remove",
    "replace",
    "resource",
    "resources",
]
