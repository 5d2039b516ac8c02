"""What the worker does for accounts."""

from __future__ import annotations

from qvoice.features.accounts.closing import TASKS

__all__ = ["TASKS"]
