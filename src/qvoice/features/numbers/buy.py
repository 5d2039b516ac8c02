"""Activating a number that is not on the platform yet, but that a carrier offered: it is ordered, then assigned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.db import Database, Scope
from qvoice.db.engine import enter
from qvoice.features.auth.directory import AccountInfo
from qvoice.features.auth.permit import Principal
from qvoice.features.carriers import orders
from qvoice.features.carriers.search import offer_of
from qvoice.features.numbers import assign, table
from qvoice.kit.errors import Conflict, Forbidden, NotFound


class NotBought(Conflict):
    """The carrier did not sell this number."""

    code = "number_not_sold"


@dataclass(frozen=True, slots=True)
class Ordered:
    """A number that is being bought."""

    number: str
    order_id: str


async def activate_or_order(
    s: AsyncSession, number: str, *, who: Principal, account: AccountInfo, state: str = assign.SERVING,
    force: bool = False,
) -> Any:  # fmt: skip
    """Assign a number as `assign.activate` does; one that only a carrier has is ordered: then an Ordered is returned,
    and the number is in `state` as soon as it is ours.

    Raises as `assign.activate`, and Forbidden for whoever may not buy (only the master and resellers may).
    """
    try:
        return await assign.activate(s, number, who=who, account=account, state=state, force=force)
    except NotFound:
        if await offer_of(s, number) is None:
            raise
    if not (who.actor.is_master or who.actor.is_reseller):
        raise Forbidden("numbers are bought by your provider: ask for this one")
    own: Scope = s.info["scope"]
    await enter(s, Scope(account.id, account.path, own.actor_id, own.actor_account_id))
    order_id = await orders.begin(s, number, state=state)
    await enter(s, own)
    return Ordered(number, order_id)


async def settle(db: Database, account: AccountInfo, ordered: list[Ordered]) -> dict[str, Any]:
    """Wait a little for orders; return number → its document, or a NotBought saying why not. A number whose order takes
    longer is shown as `discovery`, with its order.
    """
    scope = Scope(account.id, account.path)
    found = await orders.settled(db, scope, [one.order_id for one in ordered])
    result: dict[str, Any] = {}
    for one in ordered:
        order = found[one.number]
        if order.state == "failed":
            result[one.number] = NotBought(order.problem)
            continue
        async with db.tx(scope) as s:
            row = await table.one(s, one.number)
        if row is not None and row.account_id == account.id:
            result[one.number] = assign.shown(row)
        else:
            told = {"id": order.id.hex, "state": order.state, "problem": order.problem}
            result[one.number] = {"id": one.number, "state": "discovery", "features": [], "order": told}
    return result
