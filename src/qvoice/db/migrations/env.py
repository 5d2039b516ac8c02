"""Alembic's environment: runs in the connection that `qvoice.db.migrate` hands over, as the role qvoice_owner."""

from __future__ import annotations

from alembic import context

connection = context.config.attributes.get("connection")
if connection is None:
    raise RuntimeError("run migrations by qvoice.db.migrate.upgrade")
context.configure(connection=connection, transaction_per_migration=False)
context.run_migrations()
