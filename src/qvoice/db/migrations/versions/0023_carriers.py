"""Carriers that sell numbers, what they offered lately, and orders."""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import document_ddl, protect

revision = "0023"
down_revision = "0022"

TABLES = [
    *document_ddl("carriers"),
    # What is for sale is nobody's: no account, no secrets.
    """
    create table number_offers (
        number text primary key,
        carrier_id uuid not null,
        doc jsonb not null,
        expires timestamptz not null
    )""",
    "grant select, insert, update, delete on number_offers to qvoice_app",
    """
    create table number_orders (
        id uuid primary key,
        account_id uuid not null references accounts (id),
        number text not null,
        carrier_id uuid not null,
        state text not null check (state in ('queued', 'pending', 'done', 'failed')),
        doc jsonb not null,
        problem text not null default '',
        attempts integer not null default 0,
        actor_id uuid,
        actor_account_id uuid,
        created timestamptz not null default now(),
        modified timestamptz not null default now()
    )""",
    "create index number_orders_account on number_orders (account_id, created desc)",
    # Nobody orders what somebody else is just ordering.
    "create unique index number_orders_open on number_orders (number) where state in ('queued', 'pending')",
    *protect("number_orders"),
]


def upgrade() -> None:
    """Make the tables."""
    for statement in TABLES:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
