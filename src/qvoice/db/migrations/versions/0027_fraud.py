"""Guards against fraud: what they are set to, who is locked, and a log of both that nobody can change."""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import document_ddl, protect

revision = "0027"
down_revision = "0026"

TABLES = [
    *document_ddl("fraud"),
    """
    create table account_locks (
        account_id uuid primary key references accounts (id),
        level smallint not null,
        reason text not null,
        source text not null,
        at timestamptz not null default now()
    )""",
    *protect("account_locks"),
    """
    create table fraud_events (
        id uuid primary key default gen_random_uuid(),
        account_id uuid not null references accounts (id),
        at timestamptz not null default now(),
        kind text not null,
        reason text not null,
        actor_id uuid,
        actor_account_id uuid,
        facts jsonb not null default '{}'
    )""",
    "create index fraud_events_list on fraud_events (account_id, at)",
    *protect("fraud_events", append_only=True),
]

# Accounts that are there already keep calling what they called; new ones begin with the guards (core.limits.settings).
GRANDFATHERED = [
    "create policy once on fraud to qvoice_lookup using (true) with check (true)",
    "grant insert on fraud to qvoice_lookup",
    "set local role qvoice_lookup",
    "insert into fraud (id, account_id, doc) select id, id, '{\"blocked_classes\": []}' from accounts"
    " where deleted is null",
    "set local role qvoice_owner",
    "drop policy once on fraud",
    "revoke insert on fraud from qvoice_lookup",
]


def upgrade() -> None:
    """Create the tables; accounts that are there keep what they may call."""
    for statement in [*TABLES, *GRANDFATHERED]:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
