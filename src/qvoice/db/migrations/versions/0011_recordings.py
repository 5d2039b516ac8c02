"""Recordings of calls, and the copies that are to be sent of them."""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import definer, protect

revision = "0011"
down_revision = "0010"

TABLES = [
    """
    create table recordings (
        id uuid primary key,
        account_id uuid not null references accounts (id),
        ref text not null,
        call_id text not null,
        interaction_id text not null,
        owner_ids uuid[] not null default '{}',
        started timestamptz not null,
        seconds real not null,
        blob_id uuid not null references blobs (id),
        doc jsonb not null,
        upload_next timestamptz,
        upload_state text not null default '',
        upload_attempts integer not null default 0,
        upload_problem text not null default '',
        unique (account_id, ref)
    )""",
    "create index recordings_list on recordings (account_id, started, id)",
    "create index recordings_interaction on recordings (account_id, interaction_id)",
    "create index recordings_upload on recordings (upload_next) where upload_next is not null",
    *protect("recordings"),
]

TO_SEND = """
create function recordings_to_send(most integer) returns table (id uuid, account_id uuid, path text)
language sql stable security definer set search_path = public, pg_temp as $$
    select r.id, r.account_id, a.path::text from recordings r join accounts a on a.id = r.account_id
    where r.upload_next <= now() and a.deleted is null order by r.upload_next limit most
$$"""


def upgrade() -> None:
    """Create the table and the function."""
    for statement in [*TABLES, *definer("recordings_to_send(integer)", TO_SEND)]:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
