"""Counts over a part of the tree, for the provider's overview."""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import CURRENT_PATH, definer

revision = "0014"
down_revision = "0013"

_BELOW = f"a.deleted is null and a.path <@ {CURRENT_PATH}"
"""The functions read the transaction's own path: no caller can ask for another part of the tree."""

CALLS = f"""
create function tree_calls() returns table (account_id uuid, calls bigint)
language sql stable security definer set search_path = public, pg_temp as $$
    select c.account_id, count(distinct c.call_id) from channels c join accounts a on a.id = c.account_id
    where {_BELOW} group by c.account_id
$$"""

# The first leg of an interaction stands for it, as in the call log.
HOURS = f"""
create function tree_call_hours(since timestamptz)
returns table (hour timestamptz, calls bigint, answered bigint, seconds bigint)
language sql stable security definer set search_path = public, pg_temp as $$
    with legs as (
        select c.account_id, c.interaction_id, min(c.created) as started,
               max(coalesce((c.doc->>'billing_seconds')::numeric, 0)) as seconds
        from accounts a join cdrs c on c.account_id = a.id and c.created >= since
        where {_BELOW} group by c.account_id, c.interaction_id
    )
    select date_trunc('hour', started), count(*), count(*) filter (where legs.seconds > 0), sum(legs.seconds)::bigint
    from legs group by 1 order by 1
$$"""

MAILS = f"""
create function tree_failed_mails(since timestamptz) returns table (account_id uuid, failed bigint)
language sql stable security definer set search_path = public, pg_temp as $$
    select m.account_id, count(*) from accounts a join mails m on m.account_id = a.id
    where {_BELOW} and m.state = 'failed' and m.changed >= since group by m.account_id
$$"""


def upgrade() -> None:
    """Make the functions."""
    for statement in [
        *definer("tree_calls()", CALLS),
        *definer("tree_call_hours(timestamptz)", HOURS),
        *definer("tree_failed_mails(timestamptz)", MAILS),
    ]:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
