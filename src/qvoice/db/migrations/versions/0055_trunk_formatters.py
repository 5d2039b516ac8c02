"""Formatters of trunks, for calls that come in: whose they are is not known yet, so no account's scope finds them."""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import definer

revision = "0055"
down_revision = "0054"

FORMATTERS = """
create function trunk_formatters() returns table (trunk_id uuid, formatters jsonb)
language sql stable security definer set search_path = public, pg_temp as $$
    select r.id, r.doc -> 'formatters' from resources r
    where r.deleted is null and r.enabled and jsonb_typeof(r.doc -> 'formatters') = 'object'
        and r.doc -> 'formatters' <> '{}'
$$"""


def upgrade() -> None:
    """Make the function."""
    for statement in definer("trunk_formatters()", FORMATTERS):
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
