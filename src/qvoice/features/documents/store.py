"""Reading and writing documents in Python: the API's routes, callcontrol and the worker all come through here.

Every function takes the session of `Database.tx(scope)`; row level security makes the account of the scope the only
one there is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.db.notices import notify_document
from qvoice.features.documents import body, watching
from qvoice.features.documents.resource import Change, Document, Hook, Resource, resource
from qvoice.features.documents.table import COMMON
from qvoice.features.documents.validate import validated
from qvoice.kit import ids
from qvoice.kit.errors import Conflict, Invalid, NotFound


class DocumentNotFound(NotFound):
    """There is no such document in this account."""

    code = "bad_identifier"


class StaleRevision(Conflict):
    """Somebody else changed this document since you read it. Read it again and repeat your change."""

    code = "datastore_conflict"


def _document(kind: Resource, row: Any) -> Document:
    values = row._mapping
    return Document(
        type=kind.type,
        id=values["id"],
        account_id=values["account_id"],
        doc=values["doc"],
        revision=values["revision"],
        created=values["created"],
        modified=values["modified"],
        deleted=values["deleted"] is not None,
        columns={name: values[name] for name in kind.columns},
    )


def _selected(kind: Resource) -> Select[Any]:
    names = [*COMMON, *kind.columns]
    return select(*(kind.table.c[name] for name in names)).where(kind.table.c.deleted.is_(None))


async def get(s: AsyncSession, type: str, id: str, *, lock: bool = False) -> Document | None:
    """Return a document, or None when this account has none with this id. `lock` holds its row until the transaction
    ends.
    """
    kind = resource(type)
    if not ids.is_id(id):
        return None
    query = _selected(kind).where(kind.table.c.id == id)
    row = (await s.execute(query.with_for_update() if lock else query)).first()
    return None if row is None else _document(kind, row)


async def load(s: AsyncSession, type: str, id: str, *, lock: bool = False) -> Document:
    """As `get`, raising DocumentNotFound."""
    found = await get(s, type, id, lock=lock)
    if found is None:
        raise DocumentNotFound(f"there is no {resource(type).noun} with this id in this account", type=type, id=id[:64])
    return found


async def find(s: AsyncSession, type: str, /, *, limit: int | None = None, **where: Any) -> list[Document]:
    """Return documents in list order whose typed columns (or else top-level keys, as text) equal `where`.

    A tuple or list of values means "one of"; None means absent.
    """
    kind = resource(type)
    query = _selected(kind).order_by(kind.table.c.sort_key, kind.table.c.id)
    for name, wanted in where.items():
        column: Any = kind.table.c[name] if name in kind.table.c else kind.table.c.doc[name].astext
        if wanted is None:
            query = query.where(column.is_(None))
        elif isinstance(wanted, tuple | list):
            query = query.where(column.in_(wanted))
        else:
            query = query.where(column == wanted)
    if limit is not None:
        query = query.limit(limit)
    return [_document(kind, row) for row in await s.execute(query)]


async def create(s: AsyncSession, type: str, doc: Mapping[str, Any], *, id: str | None = None) -> Document:
    """Validate and store a new document and tell everybody; raises Invalid."""
    kind = resource(type)
    clean = _accepted(kind, doc)
    change = _change(s, kind, id or ids.new_id(), "created", None, clean)
    await _check_owner(kind, change)
    await _run(kind.hooks.before_write, change)
    values = {
        "id": change.id,
        **({} if kind.table.c.account_id.computed else {"account_id": change.scope.account_id}),
        "revision": 1,
        "created": func.now(),
        "modified": func.now(),
        **_values(kind, change),
    }
    return await _written(kind, change, insert(kind.table).values(values))


async def replace(
    s: AsyncSession, type: str, id: str, doc: Mapping[str, Any], *, revision: int | None = None
) -> Document:
    """Replace a document wholly (POST). `revision`: what the writer had read; raises StaleRevision when it is not
    the current one.
    """
    kind = resource(type)
    old = await _locked(s, type, id, revision)
    return await _edit(s, kind, old, _accepted(kind, doc))


async def merge(
    s: AsyncSession, type: str, id: str, changes: Mapping[str, Any], *, revision: int | None = None
) -> Document:
    """Merge `changes` into a document (PATCH): objects recursively, null removes. Concurrent merges all survive (row
    lock).
    """
    kind = resource(type)
    old = await _locked(s, type, id, revision)
    return await _edit(s, kind, old, _accepted(kind, after_merge(old.doc, changes)))


async def remove(s: AsyncSession, type: str, id: str, *, revision: int | None = None) -> Document:
    """Delete a document (softly: the row stays, its unique values are free again) and return it as it was."""
    kind = resource(type)
    old = await _locked(s, type, id, revision)
    change = _change(s, kind, old.id, "deleted", old.doc, old.doc)
    await _run(kind.hooks.before_delete, change)
    statement = (
        update(kind.table)
        .where(kind.table.c.id == old.id)
        .values(deleted=func.now(), modified=func.now(), revision=kind.table.c.revision + 1)
    )
    await _run(kind.hooks.after_delete, change)
    return await _written(kind, change, statement)


def after_merge(old: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a document would be after a PATCH, before validation."""
    body.check_tree(changes)
    return body.merged(old, body.public_part(changes))


def after_replace(kind: Resource, doc: Mapping[str, Any]) -> dict[str, Any]:
    """Return what would be stored for a POST; raises Invalid."""
    return _accepted(kind, doc)


async def _edit(s: AsyncSession, kind: Resource, old: Document, new: dict[str, Any]) -> Document:
    change = _change(s, kind, old.id, "edited", old.doc, new)
    await _check_owner(kind, change)
    await _run(kind.hooks.before_write, change)
    statement = (
        update(kind.table)
        .where(kind.table.c.id == old.id)
        .values(modified=func.now(), revision=kind.table.c.revision + 1, **_values(kind, change))
    )
    return await _written(kind, change, statement)


async def _locked(s: AsyncSession, type: str, id: str, revision: int | None) -> Document:
    old = await load(s, type, id, lock=True)
    if revision is not None and revision != old.revision:
        raise StaleRevision(revision=old.revision)
    return old


def _accepted(kind: Resource, doc: Mapping[str, Any]) -> dict[str, Any]:
    body.check_tree(doc)
    return validated(kind.model, body.public_part(doc))


def _change(s: AsyncSession, kind: Resource, id: str, action: str, old: Any, new: Any) -> Change:
    return Change(
        session=s,
        scope=s.info["scope"],
        type=kind.type,
        id=id,
        action=action,
        old=old,
        new=new,
        actor=s.info.get("actor"),
    )


async def _run(hook: Hook | None, change: Change) -> None:
    if hook is not None:
        await hook(change)


async def _check_owner(kind: Resource, change: Change) -> None:
    """Refuse an owner that is no user of this account. One that stayed the same may be gone meanwhile: its things are
    edited or given to somebody else after that.
    """
    if kind.own != "owner_id":
        return
    owner = change.new.get("owner_id")
    if not owner or owner == (change.old or {}).get("owner_id"):
        return
    if not isinstance(owner, str) or await get(change.session, "users", owner) is None:
        raise Invalid.field("owner_id", "not_found", "there is no user with this id in this account", cause=owner)


def _values(kind: Resource, change: Change) -> dict[str, Any]:
    whole = {**change.new, "id": change.id}
    computed = {name: compute(whole) for name, compute in kind.columns.items()}
    return {"doc": change.new, "sort_key": kind.sort(whole)[:512], **computed, **change.columns}


def refused_by(kind: Resource, problem: IntegrityError) -> Invalid | None:
    """Return the words for a constraint that refused a write; None for one that has none."""
    name = getattr(getattr(problem.orig, "diag", None), "constraint_name", None)
    taken = kind.constraints.get(name or "")
    return None if taken is None else Invalid.field(taken.field, taken.rule, taken.message)


async def _written(kind: Resource, change: Change, statement: Any) -> Document:
    names = [*COMMON, *kind.columns]
    await watching.before_write(change.session, change.scope.account_id, kind.type)
    try:
        row = (await change.session.execute(statement.returning(*(kind.table.c[name] for name in names)))).one()
    except IntegrityError as problem:
        refused = refused_by(kind, problem)
        if refused is None:
            raise
        raise refused from problem
    if change.action != "deleted":
        await _run(kind.hooks.after_write, change)
    document = _document(kind, row)
    change.session.info.setdefault("touched", set()).add(kind.type)
    await notify_document(
        change.session,
        account_id=document.account_id,
        type=kind.type,
        id=document.id,
        action=change.action,
        revision=document.revision,
    )
    return document
