"""The life of a number: states in its history, rest after release, and imports that go on after a crash."""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import definer, protect

revision = "0020"
down_revision = "0019"

TABLES = [
    "alter table phone_number_history add column from_state text, add column to_state text,"
    " add column detail jsonb not null default '{}'",
    "alter table phone_numbers add column rests_until timestamptz",
    "create index phone_numbers_resting on phone_numbers (rests_until) where rests_until is not null",
    """
    create table number_imports (
        id uuid primary key,
        account_id uuid not null references accounts (id),
        state text not null check (state in ('checking', 'checked', 'running', 'stopped', 'done')),
        doc jsonb not null,
        total integer not null,
        checked integer not null default 0,
        refused integer not null default 0,
        added integer not null default 0,
        created timestamptz not null default now(),
        modified timestamptz not null default now()
    )""",
    "create index number_imports_account on number_imports (account_id, created desc)",
    *protect("number_imports"),
    """
    create table number_import_rows (
        import_id uuid not null references number_imports (id) on delete cascade,
        account_id uuid not null,
        n integer not null,
        given jsonb not null,
        number text,
        target uuid,
        verdict text,
        message text not null default '',
        primary key (import_id, n)
    )""",
    *protect("number_import_rows"),
]

RESTED = """
create function numbers_rested() returns table (number text, account_id uuid, path text)
language sql stable security definer set search_path = public, pg_temp as $$
    select n.number, n.account_id, a.path::text from phone_numbers n join accounts a on a.id = n.account_id
    where n.rests_until < now() order by a.path, n.number limit 1000
$$"""


def upgrade() -> None:
    """Make the tables and the function."""
    for statement in [*TABLES, *definer("numbers_rested()", RESTED)]:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
