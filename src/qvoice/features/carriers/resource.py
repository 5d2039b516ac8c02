"""Carriers as documents of the master account."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.features.carriers.schemas import Carrier
from qvoice.features.documents.resource import Doc, Document, Hooks, Resource


def summary(doc: Doc) -> Doc:
    """Return the list row; the token stays here."""
    keys = ("id", "name", "kind", "url", "enabled", "countries", "weight_cost", "lookups", "porting")
    return {key: doc[key] for key in keys if key in doc}


async def _present(s: AsyncSession, document: Document, public: Doc, actor: Any) -> Doc:
    return {key: value for key, value in public.items() if key != "token"} | {"has_token": bool(public.get("token"))}


RESOURCE = Resource(type="carriers", model=Carrier, summary=summary, own=None, hooks=Hooks(present=_present))
