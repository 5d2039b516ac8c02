"""Why a webhook's attempt failed, by a code too: clients word it in other languages by it. Old attempts have none."""

from __future__ import annotations

from alembic import op

revision = "0052"
down_revision = "0051"


def upgrade() -> None:
    """Add the column."""
    op.execute("alter table webhook_attempts add column code text not null default ''")


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
