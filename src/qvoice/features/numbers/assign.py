"""Adding, assigning, changing and removing a number: one function each, used for single numbers and for collections."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.core.access.tree import is_at_or_below
from qvoice.db import Scope
from qvoice.db.engine import enter
from qvoice.features.auth.directory import AccountInfo
from qvoice.features.auth.permit import Principal
from qvoice.features.documents import body
from qvoice.features.documents.validate import validated
from qvoice.features.numbers import lock, table
from qvoice.features.numbers.rules import CREATED_IN, e164, may_become
from qvoice.features.numbers.schemas import PhoneNumber
from qvoice.kit.clock import to_gregorian, utcnow
from qvoice.kit.errors import Conflict, Forbidden, Invalid, NotFound

SERVING = "in_service"


class NumberInUse(Conflict):
    """A callflow uses this number."""

    code = "number_in_use"


class NumberNotReady(Conflict):
    """This number's state does not allow that now."""

    code = "number_state"


class NumberTaken(Conflict):
    """The platform has this number already."""

    code = "number_exists"


def parsed(given: str) -> str:
    """Return a number in E.164; raises Invalid naming what to do."""
    try:
        return e164(given)
    except ValueError as problem:
        raise Invalid.field("number", "invalid", f"{given[:64]}: {problem}") from problem


FEATURES = ("cnam", "e911", "failover", "force_outbound", "prepend", "ringback", "sms", "mms")
"""Keys of a number's document that the dialect calls its features."""
AVAILABLE = ["cnam", "e911", "failover", "force_outbound", "prepend", "ringback"]
"""Those that an account may set here: clients draw a form for each, and calls must honour what it says."""


def _is_set(part: Any) -> bool:
    """A feature that is stored switched off, or with nothing in it, is not one that the number has."""
    if isinstance(part, dict):
        return part.get("enabled") is not False and any(
            value not in (None, "", False, [], {}) for value in part.values()
        )
    return bool(part)


def shown(row: Any) -> dict[str, Any]:
    """Return a number as a document."""
    features = [name for name in FEATURES if _is_set(row.doc.get(name))]
    state = {
        "state": row.state,
        "assigned_to": row.account_id,
        # A spare number has the empty text: clients that look for spare ones pass over null.
        "used_by": row.used_by or "",
        "created": to_gregorian(row.created),
        "modified": to_gregorian(row.modified),
        "features": features,
        "features_available": AVAILABLE,
        "port_out_lock": row.port_out_locked,
        **({"rests_until": to_gregorian(row.rests_until)} if row.rests_until else {}),
    }
    return {**row.doc, **state, "id": row.number, "features": features, "_read_only": state}


def list_row(row: Any, whole: Mapping[str, Any]) -> dict[str, Any]:
    """Return a number, and what `shown` makes of it, as the list shows it (kazoo.md 2.2)."""
    return {
        "state": row.state,
        "features": whole["features"],
        "features_available": AVAILABLE,
        "features_allowed": AVAILABLE,
        "features_denied": [],
        "assigned_to": row.account_id,
        "used_by": row.used_by or "",
        "port_out_lock": row.port_out_locked,
        "created": whole["created"],
        "updated": whole["modified"],
    }


def _public(data: dict[str, Any]) -> dict[str, Any]:
    computed = {"state", "assigned_to", "used_by", "created", "modified", "features", "create_with_state", "numbers",
                "features_available", "force", "rests_until", "port_out_lock"}  # fmt: skip
    clean = {key: value for key, value in body.public_part(data).items() if key not in computed}
    return clean


def _checked(number: str, doc: dict[str, Any]) -> dict[str, Any]:
    """Return a document as it may be stored; raises Invalid naming the field."""
    doc = validated(PhoneNumber, doc)
    failover = doc.get("failover") or {}
    if failover.get("e164") and failover.get("sip"):
        raise Invalid.field("failover.sip", "invalid", "give a number or a SIP URI, not both")
    if failover.get("e164") == number:
        raise Invalid.field("failover.e164", "invalid", "a number cannot fail over to itself: choose another")
    return doc


def _state(data: dict[str, Any]) -> str:
    state = data.get("create_with_state") or data.get("state") or "in_service"
    if state not in CREATED_IN:
        raise Invalid.field(
            "create_with_state", "enum", f"a number may be added as one of {', '.join(sorted(CREATED_IN))}"
        )
    return state


async def add(s: AsyncSession, number: str, *, account_id: str, data: dict[str, Any]) -> Any:
    """Add a number to the platform for an account (the master's right, checked by the route); raises NumberTaken."""
    doc = _checked(number, _public(data))
    locked = lock.asked(data) is not False
    row = await table.insert_new(
        s, number, account_id=account_id, state=_state(data), doc=doc, port_out_locked=locked
    )
    if row is None:
        raise NumberTaken(f"{number} is on this platform already: assign it with /activate", number=number)
    return row


async def activate(
    s: AsyncSession, number: str, *, who: Principal, account: AccountInfo, state: str = SERVING, force: bool = False
) -> Any:
    """Assign a number of the actor's part of the tree to `account`, in `state` (`in_service` or `reserved`).

    This is the one place where numbers are handed down, across or back up. The session must be in the actor's own
    scope. Raises NotFound for numbers elsewhere, Forbidden for an account elsewhere, NumberInUse for one that a
    callflow of another account uses (unless `force`), NumberNotReady for one whose state does not allow it.
    """
    row = await table.one(s, number, lock=True)
    scope: Scope = s.info["scope"]
    if row is None:
        raise NotFound(f"there is no number {number} that you may assign")
    if not is_at_or_below(account.steps, tuple(scope.path.split("."))):
        raise Forbidden("you may not assign numbers to this account")
    moves = row.account_id != account.id
    if not moves and row.state == state:
        return row
    if row.state == "port_out":
        raise NumberNotReady(f"{number} is about to leave: cancel the port-out first", state=row.state)
    if not may_become(row.state, state) or (row.state == "port_in" and not who.actor.is_master):
        raise NumberNotReady(f"{number} is {row.state} and cannot become {state} now", state=row.state)
    if row.state in ("aging", "released") and not who.actor.is_master and row.account_id != who.account_id:
        raise NumberNotReady(f"{number} rests after its release: only its holder may take it back", state=row.state)
    if moves and row.used_by and not force:
        raise NumberInUse(
            f"{number} is in use by a {row.used_by} of the account that has it: take it out there first, or send"
            ' "force": true',
            number=number,
        )
    used: dict[str, Any] = {}
    if moves:
        flow = await _flow_in(s, account, number)
        used = {"used_by": "callflow" if flow else None, "used_by_id": flow}
    return await table.change(
        s,
        number,
        action="assigned" if moves else state,
        account_id=account.id,
        state=state,
        rests_until=None,
        # Whoever unlocked it is no longer its holder.
        **({"port_out_locked": True} if moves else {}),
        **used,
    )


async def _flow_in(s: AsyncSession, account: AccountInfo, number: str) -> str | None:
    """Return the callflow of an account that lists a number already (written before the number came)."""
    own: Scope = s.info["scope"]
    await enter(s, Scope(account.id, account.path, own.actor_id, own.actor_account_id))
    found = await s.scalar(text("select callflow_id from callflow_numbers where number = :n"), {"n": number})
    await enter(s, own)
    return found.hex if found is not None else None


async def release(s: AsyncSession, number: str, *, account: AccountInfo, who: Principal, rest: timedelta) -> Any:
    """Take a number back from `account` into the spare pool of the account above it.

    One that was in service rests first: callers who do not know yet must not reach somebody new. The session must be
    in the actor's own scope, which holds both accounts (the route lets only accounts above do this).
    """
    row = await table.one(s, number, lock=True)
    if row is None or row.account_id != account.id or account.parent_id is None:
        raise NotFound(f"this account has no number {number}")
    if row.state in ("port_in", "port_out"):
        raise NumberNotReady(f"{number} is being ported: finish or cancel the port first", state=row.state)
    rests = row.state in ("in_service", "aging") and rest > timedelta(0)
    return await table.change(
        s,
        number,
        action="released",
        account_id=account.parent_id,
        state="aging" if rests else "available",
        rests_until=utcnow() + rest if rests else None,
        used_by=None,
        used_by_id=None,
        force_outbound=False,
        port_out_locked=True,
        doc={key: value for key, value in row.doc.items() if key in KEPT},
    )


KEPT = ("carrier_name", "carrier_data", "order_id", "port_request_id", "locality")
"""What stays with a number that goes back to the pool: where it came from, not how its user had set it up."""


async def edit(
    s: AsyncSession, number: str, *, account_id: str, data: dict[str, Any], merge: bool, who: Principal
) -> Any:
    """Change a number's document, and its lock if the document says so; raises NotFound, Forbidden."""
    row = await table.one(s, number, lock=True)
    if row is None or row.account_id != account_id:
        raise NotFound(f"this account has no number {number}")
    clean = _public(data)
    doc = _checked(number, body.merged(row.doc, clean) if merge else clean)
    wanted = lock.asked(data)
    if wanted is not None and wanted != row.port_out_locked:
        await lock.turn(s, row, locked=wanted, who=who)
        if doc == row.doc:
            found = await table.one(s, number)
            if found is not None:
                return found
    return await table.change(s, number, doc=doc, force_outbound=doc.get("force_outbound") is True)


async def remove(s: AsyncSession, number: str, *, account_id: str) -> Any:
    """Take a number off the platform (the master's right, checked by the route); raises NotFound."""
    row = await table.one(s, number, lock=True)
    if row is None or row.account_id != account_id:
        raise NotFound(f"this account has no number {number}")
    if row.state == "port_out":
        raise NumberNotReady(f"{number} is about to leave: complete or cancel the port-out", state=row.state)
    await table.remove(s, number)
    return row
