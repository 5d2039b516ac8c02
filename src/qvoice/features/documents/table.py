"""The table every kind of document has; its DDL is `qvoice.db.tenancy.document_ddl`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, DateTime, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from qvoice.db.metadata import METADATA, HexId

COMMON = ("id", "account_id", "doc", "revision", "sort_key", "created", "modified", "deleted")


def document_table(name: str, *columns: Column[Any]) -> Table:
    """Describe the document table `name` with extra typed columns (accounts bring their own account_id)."""
    given = {column.name for column in columns}
    return Table(
        name,
        METADATA,
        Column("id", HexId, primary_key=True),
        *([] if "account_id" in given else [Column("account_id", HexId, nullable=False)]),
        Column("doc", JSONB, nullable=False),
        Column("revision", Integer, nullable=False),
        Column("sort_key", Text(collation="C"), nullable=False),
        Column("created", DateTime(timezone=True), nullable=False),
        Column("modified", DateTime(timezone=True), nullable=False),
        Column("deleted", DateTime(timezone=True)),
        *columns,
    )
