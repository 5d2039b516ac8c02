"""Who waits for a busy extension to be free."""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import definer, protect

revision = "0016"
down_revision = "0015"

TABLE = [
    """
    create table camps (
        id uuid primary key,
        account_id uuid not null references accounts (id),
        device_id uuid not null,
        extension text not null,
        watched text[] not null,
        ring_seconds integer not null,
        tries integer not null,
        every_seconds integer not null,
        next_try timestamptz not null,
        until timestamptz not null,
        unique (account_id, device_id, extension)
    )""",
    *protect("camps"),
]

DUE = """
create function camps_due(at timestamptz)
returns table (
    id uuid, account_id uuid, path ltree, until timestamptz, tries integer, ring_seconds integer, every_seconds integer
)
language sql stable security definer set search_path = public, pg_temp as $$
    select c.id, c.account_id, a.path, c.until, c.tries, c.ring_seconds, c.every_seconds
    from camps c join accounts a on a.id = c.account_id
    where c.until <= at or c.next_try <= at and not exists (
        select from channels l
        where l.account_id = c.account_id
            and l.authorizing_id = any (c.watched || replace(c.device_id::text, '-', ''))
    )
$$"""


def upgrade() -> None:
    """Make the table and its function."""
    for statement in [*TABLE, *definer("camps_due(timestamptz)", DUE)]:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
