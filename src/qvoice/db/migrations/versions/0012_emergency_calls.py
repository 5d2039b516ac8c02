"""The record of emergency calls, which nobody can change."""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import definer, protect

revision = "0012"
down_revision = "0011"

TABLES = [
    """
    create table emergency_calls (
        call_id text primary key,
        account_id uuid not null references accounts (id),
        number text not null,
        device_id uuid,
        user_id uuid,
        shown text not null,
        facts jsonb not null,
        started timestamptz not null,
        recorded timestamptz not null default now()
    )""",
    "create index emergency_calls_account on emergency_calls (account_id, started)",
    "create index emergency_calls_started on emergency_calls (started)",
    *protect("emergency_calls", append_only=True),
]

RECENT = """
create function emergency_calls_since(since timestamptz)
returns table (account_id uuid, shown text, device_id uuid, started timestamptz)
language sql stable security definer set search_path = public, pg_temp as $$
    select account_id, shown, device_id, started from emergency_calls where started > since order by started
$$"""


def upgrade() -> None:
    """Make the tables and their functions."""
    statements = [
        *TABLES,
        *definer("emergency_calls_since(timestamptz)", RECENT),
    ]
    for statement in statements:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
