"""What the worker does for flows: call web addresses."""

from __future__ import annotations

from qvoice.db.queue import Backoff, Task
from qvoice.features.notices.hook import CALL_WEB, QUEUE, call_web

TASKS = [Task(CALL_WEB, call_web, Backoff(tries=1), QUEUE)]
