"""What the worker does for mail: deliver each, forget old ones."""

from __future__ import annotations

from qvoice.db.engine import Database
from qvoice.db.queue import Backoff, Task
from qvoice.features.mail.deliver import deliver
from qvoice.features.mail.queue_mail import DELIVER
from qvoice.kit.settings import Settings

KEEP_DAYS = 90


async def _forget(db: Database, settings: Settings) -> None:
    await db.fetch("select mails_forget(:days)", {"days": KEEP_DAYS})


TASKS = [Task(DELIVER, deliver, Backoff(first=5, longest=3600, tries=40))]
PERIODIC = [(3600.0, _forget)]
