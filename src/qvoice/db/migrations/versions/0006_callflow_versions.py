"""Every saved version of a callflow is kept."""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import protect

# No foreign key to callflows: their rows are never removed, and checking one needs a policy for the tables' owner.
revision = "0006"
down_revision = "0005"

STATEMENTS = [
    """
    create table callflow_versions (
        account_id uuid not null references accounts (id),
        callflow_id uuid not null,
        revision integer not null,
        action text not null check (action in ('created', 'edited', 'deleted')),
        doc jsonb not null,
        actor_account_id uuid,
        actor_id uuid,
        created timestamptz not null default now(),
        primary key (callflow_id, revision)
    )""",
    # What is there today is where the history begins. The owner of the tables has no account: let it see all at once.
    "alter table callflows no force row level security",
    """
    insert into callflow_versions (account_id, callflow_id, revision, action, doc, created)
    select account_id, id, revision, case when revision = 1 then 'created' else 'edited' end, doc, modified
    from callflows where deleted is null""",
    "alter table callflows force row level security",
    *protect("callflow_versions", append_only=True),
]


def upgrade() -> None:
    """Create the table and begin the history."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
