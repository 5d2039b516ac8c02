"""What the rows of a task will cost: asked before the first is done, never passed (`features/services/ahead.py`)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.core.access.tree import Path, from_ltree
from qvoice.features.documents import watching
from qvoice.features.services import ahead
from qvoice.features.services.ahead import Ahead, Bound
from qvoice.features.services.watch import ChargesNotAccepted, counted
from qvoice.features.tasks import store
from qvoice.features.tasks.action import FileAction, RowsAction

STARTABLE = ("pending", "stopped", "failure")


async def _ahead(s: AsyncSession, task: Any, batch: int) -> Ahead | None:
    """Return what the rows that are left will cost; None for work that is not priced."""
    account = s.info["scope"].account_id
    # Rows are done in order, so many in a transaction: what is left begins at one of the steps.
    steps = (task.steps or [])[(task.done + task.failed) // batch :]
    if not steps:
        return None
    return await ahead.look(s, [{account: step} for step in steps], known=counted(s))


async def asked(s: AsyncSession, task: Any, action: RowsAction | FileAction | None, path: Path) -> list[dict[str, Any]]:
    """Return what somebody at `path` must still accept for the task to be done; nothing when that is nothing."""
    if not isinstance(action, RowsAction) or task.state not in STARTABLE:
        return []
    costs = await _ahead(s, task, action.batch)
    if costs is None:
        return []
    bound = Bound.read(task.accepted)
    return [] if bound is not None and bound.path == path and bound.covers(costs) else costs.asked(path)


async def accept(
    s: AsyncSession, task: Any, action: RowsAction | FileAction | None, path: Path, *, accepted: bool, shown: Any = None
) -> None:
    """Bind a task that is about to start to what somebody at `path` accepts; raises ChargesNotAccepted.

    `shown`: the invoices that the client says were looked at. Should it cost more by now, they are not accepted.
    """
    if not isinstance(action, RowsAction) or task.state not in STARTABLE:
        return
    costs = await _ahead(s, task, action.batch)
    if costs is None:
        return
    bound = Bound.read(task.accepted)
    if bound is not None and bound.path == path and bound.covers(costs):
        return
    await _keep(s, task.id.hex, costs.accept(path, accepts=accepted, shown=shown))


async def begin(s: AsyncSession, task: Any, action: RowsAction) -> Bound | None:
    """Have this transaction, which does the next rows, charged for them; raises ChargesNotAccepted when the rows that
    are left would cost more than is left of what was accepted. None for work that is not priced.
    """
    if not task.steps:
        return None
    # Nobody has accepted anything: nothing may cost the account anything.
    bound = Bound.read(task.accepted) or Bound(from_ltree(s.info["scope"].path))
    ahead.keep_within(s, bound)
    await watching.before_write(s, s.info["scope"].account_id, "users")
    costs = await _ahead(s, task, action.batch)
    if costs is not None and not bound.covers(costs):
        raise ChargesNotAccepted(ahead.CHANGED)
    return bound


async def settle(s: AsyncSession, task_id: str, bound: Bound) -> None:
    """Charge for what the transaction did, and keep what is left of what was accepted; raises ChargesNotAccepted."""
    await watching.before_commit(s)
    await _keep(s, task_id, bound)


async def _keep(s: AsyncSession, task_id: str, bound: Bound) -> None:
    await s.execute(
        text("update tasks set accepted = cast(:kept as jsonb) where id = :id"),
        {"id": task_id, "kept": store.json(bound.kept())},
    )
