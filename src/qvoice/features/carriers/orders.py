"""Orders: a number is bought once, and is on the platform in the same moment that we know of it.

An order is written down first, under an id that the carrier gets as its reference. Whatever dies between the carrier's
answer and our record of it, the job comes back and says the same reference: the carrier sells nothing twice.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.db import Database, Scope
from qvoice.db.queue import Backoff, Task, defer
from qvoice.features import documents
from qvoice.features.carriers.adapter import CarrierProblem, NotSold
from qvoice.features.carriers.search import adapter, offer_of
from qvoice.features.numbers import table
from qvoice.kit import log
from qvoice.kit.errors import Conflict, NotFound
from qvoice.kit.settings import Settings

ORDER = "carriers.order"
BACKOFF = Backoff(first=2, longest=600, tries=10)
WAIT_SECONDS = 8.0
"""How long a request waits for its order; it goes on without it."""


class BeingOrdered(Conflict):
    """Somebody is ordering this number just now: choose another."""

    code = "number_being_ordered"


class NotYet(Exception):
    """The order is not through; the queue tries again."""


async def begin(s: AsyncSession, number: str, *, state: str = "in_service") -> str:
    """Order an offered number for the session's account, which gets it in `state`; returns the order's id. Raises
    NotFound, BeingOrdered.
    """
    offer = await offer_of(s, number)
    if offer is None:
        raise NotFound(f"nobody offers {number} now: search again")
    scope: Scope = s.info["scope"]
    order_id = uuid.uuid4().hex
    try:
        async with s.begin_nested():
            await s.execute(
                text(
                    "insert into number_orders (id, account_id, number, carrier_id, state, doc, actor_id,"
                    " actor_account_id) values (cast(:id as uuid), cast(:account as uuid), :number, :carrier, 'queued',"
                    " cast(:doc as jsonb), cast(:actor as uuid), cast(:actor_account as uuid))"
                ),
                {
                    "id": order_id,
                    "account": scope.account_id,
                    "number": number,
                    "carrier": offer.carrier_id,
                    "doc": msgspec.json.encode({**offer.doc, "becomes": state}).decode(),
                    "actor": scope.actor_id,
                    "actor_account": scope.actor_account_id,
                },
            )
    except IntegrityError as taken:
        raise BeingOrdered from taken
    await defer(
        s, ORDER, lock=f"number-order-{order_id}", account_id=scope.account_id, path=scope.path, order_id=order_id
    )
    return order_id


async def load(s: AsyncSession, order_id: str, *, lock: bool = False) -> Any:
    """Return an order's row; raises NotFound."""
    more = " for update" if lock else ""
    try:
        wanted = str(uuid.UUID(order_id))
    except ValueError:
        raise NotFound("there is no such order") from None
    row = (
        await s.execute(text(f"select * from number_orders where id = cast(:id as uuid){more}"), {"id": wanted})
    ).first()
    if row is None:
        raise NotFound("there is no such order")
    return row


async def run(db: Database, settings: Settings, *, account_id: str, path: str, order_id: str) -> None:
    """The worker's part: buy, then record. Raises NotYet to be called again."""
    async with db.tx(Scope(account_id, path)) as s:
        order = await load(s, order_id)
        if order.state in ("done", "failed"):
            return
        await s.execute(text("update number_orders set attempts = attempts + 1 where id = :id"), {"id": order.id})
    scope = Scope(
        account_id,
        path,
        order.actor_id.hex if order.actor_id else None,
        order.actor_account_id.hex if order.actor_account_id else None,
    )
    carrier = await _carrier(db, order.carrier_id.hex)
    if carrier is None:
        await _settle(db, scope, order_id, "failed", "the carrier that offered it is gone: search again")
        return
    try:
        bought = await adapter(carrier).order(order.number, order_id)
    except NotSold as gone:
        await _settle(db, scope, order_id, "failed", f"{gone}: choose another number")
        return
    except CarrierProblem as problem:
        await _again(db, scope, order, str(problem))
        raise NotYet(str(problem)) from problem
    if bought.state == "pending":
        await _again(db, scope, order, "the carrier is working on it", state="pending")
        raise NotYet("pending")
    if not await _record(db, scope, order, bought.carrier_order):
        # Sold to us, but on the platform already: not ours twice, and not paid twice.
        await adapter(carrier).cancel(order_id)
        await _settle(db, scope, order_id, "failed", "the platform has this number already: choose another")


async def _carrier(db: Database, carrier_id: str) -> dict[str, Any] | None:
    [master] = await db.fetch("select master_account() as id")
    async with db.tx(Scope(master.id.hex, master.id.hex)) as s:
        found = await documents.get(s, "carriers", carrier_id)
    return found.doc if found is not None else None


async def _record(db: Database, scope: Scope, order: Any, carrier_order: str) -> bool:
    """Put the number into service and close the order, together; False when the platform has the number already."""
    async with db.tx(scope) as s:
        now = await load(s, order.id.hex, lock=True)
        if now.state == "done":
            return True
        doc = {
            "carrier_name": order.doc.get("carrier_name", ""),
            "carrier_data": {"carrier_id": order.carrier_id.hex, "order": carrier_order},
            "order_id": order.id.hex,
            "locality": {"city": order.doc.get("locality", ""), "province": order.doc.get("region", "")},
        }
        becomes = order.doc.get("becomes", "in_service")
        made = await table.insert_new(s, order.number, account_id=scope.account_id, state=becomes, doc=doc)
        if made is None:
            return False
        await s.execute(
            text("update number_orders set state = 'done', problem = '', modified = now() where id = :id"),
            {"id": order.id},
        )
        await s.execute(text("delete from number_offers where number = :n"), {"n": order.number})
    log.get().info("number.bought", number=order.number, account=scope.account_id, order=order.id.hex)
    return True


async def _again(db: Database, scope: Scope, order: Any, problem: str, *, state: str | None = None) -> None:
    """Note why it did not work this time; after the last try the order has failed, and nothing must stay bought."""
    last = order.attempts + 1 >= BACKOFF.tries
    async with db.tx(scope) as s:
        await s.execute(
            text(
                "update number_orders set state = coalesce(:state, state), problem = :why, modified = now()"
                " where id = :id"
            ),
            {"id": order.id, "why": problem[:500], "state": "failed" if last else state},
        )
    if last:
        log.get().warning("number.order_failed", order=order.id.hex, number=order.number, problem=problem)
        carrier = await _carrier(db, order.carrier_id.hex)
        if carrier is not None:
            await adapter(carrier).cancel(order.id.hex)


async def _settle(db: Database, scope: Scope, order_id: str, state: str, problem: str) -> None:
    async with db.tx(scope) as s:
        await s.execute(
            text("update number_orders set state = :state, problem = :why, modified = now() where id = :id"),
            {"id": uuid.UUID(order_id), "state": state, "why": problem[:500]},
        )


async def settled(db: Database, scope: Scope, order_ids: list[str]) -> dict[str, Any]:
    """Wait a little for orders; return number → order, as they are then."""
    until = time.monotonic() + WAIT_SECONDS
    while True:
        async with db.tx(scope) as s:
            rows = [await load(s, order_id) for order_id in order_ids]
        if all(row.state in ("done", "failed") for row in rows) or time.monotonic() > until:
            return {row.number: row for row in rows}
        await asyncio.sleep(0.15)


TASK = Task(ORDER, run, BACKOFF)
