"""The brand that an account's people see: its own, or that of the nearest account above it that has one."""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import definer

revision = "0040"
down_revision = "0039"

STATEMENTS = definer(
    "whitelabel_above(uuid)",
    """
    create function whitelabel_above(account uuid) returns table (doc jsonb, logo_type text, icon_type text)
    language sql stable security definer set search_path = public, pg_temp as $$
        select w.doc, w.logo_type, w.icon_type
        from accounts a
        join accounts up on up.path @> a.path and up.deleted is null
        join whitelabel w on w.account_id = up.id
        where a.id = account
        order by nlevel(up.path) desc
        limit 1
    $$""",
)


def upgrade() -> None:
    """Create the function."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
