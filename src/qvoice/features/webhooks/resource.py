"""Webhooks as documents."""

from __future__ import annotations

import secrets

from sqlalchemy import Boolean, Column, Text

from qvoice.features.documents.resource import Change, Doc, Hooks, Resource
from qvoice.features.webhooks.schemas import Webhook


def summary(doc: Doc) -> Doc:
    """Return the list row (kazoo.md 2.2); the secret is in the document only."""
    keys = ("id", "hook", "name", "uri", "http_verb", "enabled", "disable_reason")
    return {key: doc[key] for key in keys if key in doc}


async def _with_secret(change: Change) -> None:
    """A secret stays when a write leaves it out; switching a hook on again forgets why it was off."""
    if not change.new.get("secret"):
        old = (change.old or {}).get("secret")
        change.new["secret"] = old or "whsec_" + secrets.token_hex(24)
    if change.new.get("enabled") is not False:
        for key in ("disable_reason", "disable_code"):
            change.new.pop(key, None)


RESOURCE = Resource(
    type="webhooks",
    model=Webhook,
    summary=summary,
    columns={
        "hook": lambda doc: doc["hook"],
        "enabled": lambda doc: doc.get("enabled", True),
        "subaccounts": lambda doc: doc.get("include_subaccounts", False),
    },
    table_columns=(Column("hook", Text), Column("enabled", Boolean), Column("subaccounts", Boolean)),
    own=None,
    hooks=Hooks(before_write=_with_secret),
)
