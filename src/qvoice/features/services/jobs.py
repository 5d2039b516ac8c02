"""What the worker does for services: the monthly run."""

from __future__ import annotations

from qvoice.db.queue import Backoff, Task
from qvoice.features.services.monthly import TASK, run, start_due

TASKS = [Task(TASK, run, Backoff(first=10, longest=600, tries=100))]
PERIODIC = [(600.0, start_due)]
