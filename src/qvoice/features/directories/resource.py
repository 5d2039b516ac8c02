"""Directories as documents of the REST dialect."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.features.directories.queries import listed
from qvoice.features.directories.schemas import Directory
from qvoice.features.documents.resource import Change, Doc, Document, Hooks, Resource


def summary(doc: Doc) -> Doc:
    """Return the list row (kazoo.md 2.2)."""
    return {"id": doc["id"], "name": doc.get("name"), "flags": doc.get("flags", [])}


async def _with_users(session: AsyncSession, document: Document, public: Doc, actor: Any) -> Doc:
    """Show who is in it, which the users' documents say."""
    people = await listed(session, document.id)
    return {**public, "users": [{"user_id": one.user_id, "callflow_id": one.callflow_id} for one in people]}


async def _without_users(change: Change) -> None:
    """Clients send back the `users` that they were shown; it is not the directory's to keep."""
    change.new.pop("users", None)


RESOURCE = Resource(
    type="directories",
    model=Directory,
    summary=summary,
    columns={"name": lambda doc: doc["name"]},
    table_columns=(Column("name", Text, nullable=False),),
    own=None,
    hooks=Hooks(before_write=_without_users, present=_with_users),
)
