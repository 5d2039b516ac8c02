"""Which accounts of a part of the tree are locked, for the provider's overview."""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import CURRENT_PATH, definer

revision = "0033"
down_revision = "0032"

# The function reads the transaction's own path: no caller can ask for another part of the tree.
LOCKS = f"""
create function tree_locks() returns table (account_id uuid, level integer)
language sql stable security definer set search_path = public, pg_temp as $$
    select l.account_id, l.level::integer from account_locks l join accounts a on a.id = l.account_id
    where a.deleted is null and a.path <@ {CURRENT_PATH}
$$"""


def upgrade() -> None:
    """Make the function."""
    for statement in definer("tree_locks()", LOCKS):
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
