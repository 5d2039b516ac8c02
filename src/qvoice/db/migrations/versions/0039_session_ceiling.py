"""How long a session may last at most in an account: what it and the accounts above it allow."""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import definer

revision = "0039"
down_revision = "0038"

STATEMENTS = definer(
    "session_ceiling(uuid)",
    """
    create function session_ceiling(account uuid) returns integer
    language sql stable security definer set search_path = public, pg_temp as $$
        select min((p.doc #>> '{auth_modules,cb_user_auth,max_token_auth_expiry_s}')::integer)
        from accounts a
        join accounts up on up.path @> a.path
        join security_settings p on p.account_id = up.id
        where a.id = account
    $$""",
)


def upgrade() -> None:
    """Create the function."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
