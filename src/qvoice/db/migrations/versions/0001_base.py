"""base tables."""

from __future__ import annotations

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the base tables."""


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
