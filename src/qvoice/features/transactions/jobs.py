"""What the worker does for payments: finish them, top up, tell of low balances."""

from __future__ import annotations

from qvoice.db.queue import Backoff, Task
from qvoice.features.transactions.pay import FINISH, finish
from qvoice.features.transactions.topup import tell_low, top_up_due

TASKS = [Task(FINISH, finish, Backoff(first=30, longest=3600, tries=48))]
PERIODIC = [(60.0, top_up_due), (60.0, tell_low)]
