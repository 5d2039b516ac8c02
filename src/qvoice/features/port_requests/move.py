"""Move a port order from state to state, with what that means for its numbers; split it; write it into its timeline."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.db import Scope
from qvoice.db.notices import notify_event
from qvoice.features import documents
from qvoice.features.mail.queue_mail import queue_mail
from qvoice.features.numbers import table
from qvoice.features.port_requests import rules, tenants
from qvoice.features.port_requests.resource import MOVING
from qvoice.kit.errors import Conflict, Forbidden, Invalid


class WrongState(Conflict):
    """This order cannot go to that state now."""

    code = "port_request_state"


async def problems(s: AsyncSession, order: documents.Document, *, today: date) -> rules.Problems:
    """Return why the order would be refused, {} when it may go."""
    kinds = await s.scalars(
        text("select kind from port_request_files where port_request_id = cast(:id as uuid)"), {"id": order.id}
    )
    numbers = list(order.doc["numbers"])
    here = await s.scalars(text("select n from unnest(cast(:n as text[])) n, number_owner(n)"), {"n": numbers})
    others = [
        number
        for other in await documents.find(s, "port_requests")
        if other.id != order.id and other.doc.get("port_state") in rules.OPEN
        for number in other.doc["numbers"]
    ]
    mine = set() if order.doc.get("port_state") in rules.EDITABLE else set(numbers)
    taken = (set(here.all()) - mine) | set(others)
    return rules.problems(order.doc, attached=set(kinds.all()), taken=taken, today=today)


async def move(
    s: AsyncSession, id: str, wanted: str, *, by_platform: bool, today: date, reason: str = "", day: str = ""
) -> documents.Document:
    """Bring an order to a state. Raises WrongState, Forbidden (the platform's word), Invalid (the pre-check's findings,
    at their fields), NotFound.
    """
    order = await documents.load(s, "port_requests", id, lock=True)
    now = order.doc.get("port_state", rules.START)
    if wanted not in rules.BY_CUSTOMER and not by_platform:
        raise Forbidden(f"only the platform's desk may call an order {wanted}")
    if not rules.may_become(now, wanted):
        raise WrongState(f"an order that is {now} cannot become {wanted}", state=now)
    changes: dict[str, Any] = {}
    if wanted == "submitted":
        found = await problems(s, order, today=today)
        if found:
            raise Invalid(found, "the losing carrier would refuse this order")
    if wanted == "scheduled":
        given = day or order.doc.get("transfer_date") or ""
        try:
            confirmed = date.fromisoformat(given)
        except ValueError:
            raise Invalid.field("transfer_date", "required", "give the date that the carrier confirmed (FOC)") from None
        if confirmed < today:
            raise Invalid.field("transfer_date", "past", "that day is past: give today or a later one")
        changes["transfer_date"] = confirmed.isoformat()
    await _numbers(s, order, now, wanted)
    s.info[MOVING] = wanted
    try:
        moved = await documents.merge(s, "port_requests", id, {**changes, "ui_moved": None})
    finally:
        del s.info[MOVING]
    data = {"from": now, "to": wanted, **({"reason": reason[:1000]} if reason else {}), **changes}
    await remember(s, id, "state", data)
    told = {"id": id, "state": wanted, "from_state": now}
    await notify_event(s, account_id=order.account_id, name="port_request", data=told)
    await _mail(s, moved, wanted, reason)
    return moved


async def _numbers(s: AsyncSession, order: documents.Document, now: str, wanted: str) -> None:
    """Numbers enter the platform when the desk takes the order on, serve when it is completed, and leave when not."""
    numbers = list(order.doc["numbers"])
    if wanted == "pending":
        for number in numbers:
            doc = {"port_request_id": order.id, "carrier_name": order.doc.get("winning_carrier") or ""}
            if await table.insert_new(s, number, account_id=order.account_id, state="port_in", doc=doc) is None:
                raise Invalid.field(f"numbers.{number}", "unique", f"{number} is on the platform already")
    if wanted not in ("completed", "canceled", "rejected") or now not in ("pending", "scheduled"):
        return
    for number in numbers:
        row = await table.one(s, number, lock=True)
        if row is None or row.state != "port_in" or row.doc.get("port_request_id") != order.id:
            continue
        if wanted == "completed":
            await table.change(s, number, action="ported", state="in_service")
            reach = (order.doc["numbers"][number] or {}).get("assign_to")
            if reach and not await tenants.assign(s, number, reach):
                told = f"{number} is here, but nothing is reached by {reach} any more: give it something to reach"
                await remember(s, order.id, "comment", {"content": told})
        else:
            await table.remove(s, number)


async def remember(s: AsyncSession, id: str, kind: str, data: dict[str, Any], *, private: bool = False) -> None:
    """Write a line into the order's timeline, which nobody can change."""
    scope: Scope = s.info["scope"]
    await s.execute(
        text(
            "insert into port_request_events (account_id, port_request_id, kind, data, private, actor_id,"
            " actor_account_id) values (cast(:account as uuid), cast(:id as uuid), :kind, cast(:data as jsonb),"
            " :private, cast(:actor as uuid), cast(:actor_account as uuid))"
        ),
        {
            "account": scope.account_id,
            "id": id,
            "kind": kind,
            "data": msgspec.json.encode(data).decode(),
            "private": private,
            "actor": scope.actor_id,
            "actor_account": scope.actor_account_id,
        },
    )


async def _mail(s: AsyncSession, order: documents.Document, state: str, reason: str) -> None:
    wanted = ((order.doc.get("notifications") or {}).get("email") or {}).get("send_to")
    to = [wanted] if isinstance(wanted, str) else list(wanted or [])
    account = await documents.load(s, "accounts", order.account_id)
    facts = {
        "name": order.doc["name"],
        "state": state,
        "numbers": ", ".join(list(order.doc["numbers"])[:20]),
        "day": order.doc.get("transfer_date") or "–",
        "reason": reason or "–",
    }
    language = str(account.doc.get("language") or "en")
    await queue_mail(s, kind="port_request", to=[str(one) for one in to], language=language, facts=facts)


async def split(s: AsyncSession, id: str) -> list[documents.Document]:
    """Make one order of each losing carrier; the first keeps the id. Papers stay with it: each needs its own."""
    order = await documents.load(s, "port_requests", id, lock=True)
    groups = rules.carriers_of(order.doc)
    if order.doc.get("port_state", rules.START) not in rules.EDITABLE or len(groups) < 2:
        raise WrongState("only an order that is not sent, and whose numbers leave several carriers, can be split")
    made: list[documents.Document] = []
    for place, (carrier, numbers) in enumerate(groups.items()):
        part = {key: value for key, value in order.doc.items() if key != "port_state"} | {
            "name": f"{order.doc['name']} ({carrier or '?'})"[:128],
            "numbers": {number: order.doc["numbers"][number] for number in numbers},
            "bill": {**(order.doc.get("bill") or {}), "carrier": carrier},
        }
        if place == 0:
            made.append(await documents.replace(s, "port_requests", id, part))
        else:
            made.append(await documents.create(s, "port_requests", part))
    return made
