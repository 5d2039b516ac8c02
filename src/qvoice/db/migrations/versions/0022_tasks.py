"""Bulk work: a task, its rows with a verdict each, and the file it makes."""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import protect

revision = "0022"
down_revision = "0021"

STATEMENTS = [
    """
    create table tasks (
        id uuid primary key,
        account_id uuid not null references accounts (id),
        category text not null,
        action text not null,
        state text not null default 'pending'
            check (state in ('pending', 'executing', 'success', 'partial', 'failure', 'stopped')),
        name text not null default '',
        options jsonb not null default '{}',
        notes jsonb not null default '[]',
        actor_id uuid,
        actor_account_id uuid,
        total integer not null default 0,
        bad integer not null default 0,
        done integer not null default 0,
        failed integer not null default 0,
        problem text not null default '',
        file_name text,
        file_type text,
        file_size bigint not null default 0,
        created timestamptz not null default now(),
        started timestamptz,
        ended timestamptz,
        changed timestamptz not null default now()
    )""",
    "create index tasks_list on tasks (account_id, created desc, id)",
    *protect("tasks"),
    """
    create table task_rows (
        task_id uuid not null references tasks (id) on delete cascade,
        account_id uuid not null references accounts (id),
        n integer not null,
        row jsonb not null,
        state text not null check (state in ('ready', 'bad', 'done', 'failed')),
        problems jsonb not null default '[]',
        result jsonb not null default '{}',
        primary key (task_id, n)
    )""",
    "create index task_rows_ready on task_rows (task_id, n) where state = 'ready'",
    *protect("task_rows"),
    """
    create table task_parts (
        task_id uuid not null references tasks (id) on delete cascade,
        account_id uuid not null references accounts (id),
        n integer not null,
        data bytea not null,
        primary key (task_id, n)
    )""",
    "alter table task_parts alter column data set storage external",
    *protect("task_parts"),
]


def upgrade() -> None:
    """Create the tables."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
