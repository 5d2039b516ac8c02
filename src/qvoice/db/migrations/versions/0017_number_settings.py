"""What a number says about its calls comes with its owner: call set-up asks once."""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import definer

revision = "0017"
down_revision = "0016"

OWNER = """
create function number_owner(wanted text) returns table (
    account_id uuid, number text, state text, force_outbound boolean, enabled boolean, settings jsonb)
language sql stable security definer set search_path = public, pg_temp as $$
    select n.account_id, n.number, n.state, n.force_outbound,
        not exists (select from accounts up where up.path @> a.path and not up.enabled),
        jsonb_strip_nulls(jsonb_build_object('prepend', n.doc -> 'prepend', 'failover', n.doc -> 'failover',
            'ringback', n.doc -> 'ringback', 'cnam', n.doc -> 'cnam'))
    from phone_numbers n join accounts a on a.id = n.account_id and a.deleted is null
    where n.number = wanted
$$"""


def upgrade() -> None:
    """Replace the function."""
    op.execute("set local role qvoice_lookup")
    op.execute("drop function number_owner(text)")
    for statement in definer("number_owner(text)", OWNER):
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
