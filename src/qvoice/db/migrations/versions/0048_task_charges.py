"""What the batches of a task add of things that cost, and what of it was accepted."""

from __future__ import annotations

from alembic import op

revision = "0048"
down_revision = "0047"


def upgrade() -> None:
    """Add the columns."""
    op.execute("alter table tasks add column steps jsonb not null default '[]', add column accepted jsonb")


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
