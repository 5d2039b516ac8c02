"""What the worker does for carriers: orders."""

from __future__ import annotations

from qvoice.features.carriers.orders import TASK

TASKS = [TASK]
