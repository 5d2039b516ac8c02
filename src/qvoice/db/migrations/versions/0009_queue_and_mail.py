"""The job queue's tables (procrastinate) and outgoing mail."""

from __future__ import annotations

from alembic import op
from procrastinate.schema import SchemaManager

from qvoice.db.tenancy import definer, protect

revision = "0009"
down_revision = "0008"

MAILS = [
    """
    create table mails (
        id uuid primary key,
        account_id uuid not null references accounts (id),
        kind text not null,
        recipient text not null,
        subject text not null,
        body text not null,
        attachments jsonb not null default '[]',
        state text not null check (state in ('queued', 'sent', 'failed')),
        problem text not null default '',
        attempts integer not null default 0,
        created timestamptz not null default now(),
        changed timestamptz not null default now()
    )""",
    "create index mails_list on mails (account_id, created desc)",
    *protect("mails"),
    "create policy forget on mails for delete to qvoice_lookup using (true)",
    "grant delete on mails to qvoice_lookup",
]

FORGET = """
create function mails_forget(days integer) returns void
language sql security definer set search_path = public, pg_temp as $$
    delete from mails where state <> 'queued' and changed < now() - make_interval(days => days)
$$"""


def upgrade() -> None:
    """Create the queue and the mails. The queue holds ids, never a tenant's words."""
    connection = op.get_bind()
    # Many statements with semicolons inside functions: the driver's simple protocol takes them as they are.
    connection.connection.driver_connection.execute(SchemaManager.get_schema())  # type: ignore[union-attr]
    for statement in (
        "grant select, insert, update, delete on procrastinate_jobs, procrastinate_events, procrastinate_workers,"
        " procrastinate_periodic_defers to qvoice_app",
        "grant usage, select on all sequences in schema public to qvoice_app",
        *MAILS,
        *definer("mails_forget(integer)", FORGET),
    ):
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
