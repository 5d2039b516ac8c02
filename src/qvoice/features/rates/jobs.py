"""What the worker does for rates: imports."""

from __future__ import annotations

from qvoice.db.queue import Backoff, Task
from qvoice.features.rates.imports import TASK, run

TASKS = [Task(TASK, run, Backoff(first=2, longest=60, tries=50))]
