"""Trunks as documents of the REST dialect: an account's own under `accounts/A/resources`."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Text

from qvoice.features.documents.resource import Doc, Resource
from qvoice.features.resources.schemas import Trunk


def summary(doc: Doc) -> Doc:
    """Return the list row (kazoo.md 2.2)."""
    keys = ("id", "name", "enabled", "weight_cost", "template_name", "classifiers")
    return {key: doc[key] for key in keys if key in doc}


RESOURCE = Resource(
    type="resources",
    model=Trunk,
    summary=summary,
    columns={"name": lambda doc: doc["name"], "enabled": lambda doc: doc.get("enabled", True)},
    table_columns=(Column("name", Text, nullable=False), Column("enabled", Boolean, nullable=False)),
    own=None,
)
