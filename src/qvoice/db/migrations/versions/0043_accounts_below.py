"""How many accounts stand below each of some: by the index of paths, once for each, in place of a look at all accounts.

Under row level security the planner may not compare paths of a join by the index (the operator could tell of rows that
are not visible), so a page of 50 accounts compared each of them with all ten thousand.
"""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import CURRENT_PATH, definer

revision = "0043"
down_revision = "0042"

BELOW = f"""
create function accounts_below(wanted uuid[]) returns table (id uuid, below bigint)
language sql stable security definer set search_path = public, pg_temp as $$
    select a.id, (select count(*) from accounts b where b.path <@ a.path and b.id <> a.id and b.deleted is null)
    from accounts a where a.id = any(wanted) and {CURRENT_PATH} @> a.path
$$"""


def upgrade() -> None:
    """Make the function."""
    for statement in definer("accounts_below(uuid[])", BELOW):
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
