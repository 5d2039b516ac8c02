"""Port orders, their papers, and what happened to them."""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import definer, document_ddl, protect

revision = "0030"
down_revision = "0029"

TABLES = [
    *document_ddl("port_requests", "state text not null"),
    """
    create table port_request_files (
        id uuid primary key default gen_random_uuid(),
        account_id uuid not null references accounts (id),
        port_request_id uuid not null references port_requests (id),
        kind text not null,
        name text not null,
        content_type text not null,
        content bytea not null,
        created timestamptz not null default now(),
        unique (port_request_id, name)
    )""",
    *protect("port_request_files"),
    """
    create table port_request_events (
        id bigint generated always as identity primary key,
        account_id uuid not null references accounts (id),
        port_request_id uuid not null references port_requests (id),
        at timestamptz not null default now(),
        kind text not null check (kind in ('state', 'comment')),
        data jsonb not null,
        private boolean not null default false,
        actor_id uuid,
        actor_account_id uuid
    )""",
    "create index port_request_events_order on port_request_events (port_request_id, id)",
    *protect("port_request_events", append_only=True),
]

# Whoever runs the desk sees the orders of the accounts below; lists of documents stay the account's own.
BELOW = """
create function port_requests_below() returns table (
    id uuid, account_id uuid, account_name text, doc jsonb, created timestamptz, modified timestamptz)
language sql stable security definer set search_path = public, pg_temp as $$
    select p.id, p.account_id, a.name, p.doc, p.created, p.modified
    from port_requests p join accounts a on a.id = p.account_id and a.deleted is null
    where p.deleted is null and a.path <@ nullif(current_setting('qvoice.path', true), '')::ltree
    order by p.modified desc limit 1000
$$"""


def upgrade() -> None:
    """Make the tables and the function."""
    for statement in [*TABLES, *definer("port_requests_below()", BELOW)]:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
