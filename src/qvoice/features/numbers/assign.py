"""Adding, assigning, changing and removing a number: one function each, used for single numbers and for collections."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.core.access.tree import is_at_or_below
from qvoice.db import Scope
from qvoice.features.auth.directory import AccountInfo
from qvoice.features.auth.permit import Principal
from qvoice.features.documents import body
from qvoice.features.documents.validate import validated
from qvoice.features.numbers import table
from qvoice.features.numbers.rules import STATES, e164
from qvoice.features.numbers.schemas import PhoneNumber
from qvoice.kit.clock import to_gregorian
from qvoice.kit.errors import Conflict, Forbidden, Invalid, NotFound


class NumberTaken(Conflict):
    """The platform has this number already."""

    code = "number_exists"


def parsed(text: str) -> str:
    """Return a number in E.164; raises Invalid naming what to do."""
    try:
        return e164(text)
    except ValueError as problem:
        raise Invalid.field("number", "invalid", f"{text[:64]}: {problem}") from problem


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
    }
    return {**row.doc, **state, "id": row.number, "features": features, "_read_only": state}


def list_row(row: Any) -> dict[str, Any]:
    """Return a number as the list shows it (kazoo.md 2.2)."""
    whole = shown(row)
    return {
        "state": row.state,
        "features": whole["features"],
        "features_available": AVAILABLE,
        "features_allowed": AVAILABLE,
        "features_denied": [],
        "assigned_to": row.account_id,
        "used_by": row.used_by or "",
        "created": whole["created"],
        "updated": whole["modified"],
    }


def _public(data: dict[str, Any]) -> dict[str, Any]:
    computed = {"state", "assigned_to", "used_by", "created", "modified", "features", "create_with_state", "numbers",
                "features_available"}  # fmt: skip
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
    if state not in STATES:
        raise Invalid.field("create_with_state", "enum", f"state must be one of {', '.join(sorted(STATES))}")
    return state


async def add(s: AsyncSession, number: str, *, account_id: str, data: dict[str, Any]) -> Any:
    """Add a number to the platform for an account (the master's right, checked by the route); raises NumberTaken."""
    row = await table.insert_new(
        s, number, account_id=account_id, state=_state(data), doc=_checked(number, _public(data))
    )
    if row is None:
        raise NumberTaken(f"{number} is on this platform already: assign it with /activate", number=number)
    return row


async def activate(s: AsyncSession, number: str, *, who: Principal, account: AccountInfo) -> Any:
    """Assign a number that belongs to the actor's part of the tree to `account` and put it in service.

    The session must be in the actor's own scope. Raises NotFound for numbers elsewhere, Forbidden for one taken from
    above.
    """
    row = await table.one(s, number, lock=True)
    scope: Scope = s.info["scope"]
    if row is None:
        raise NotFound(f"there is no number {number} that you may assign")
    if not is_at_or_below(account.steps, tuple(scope.path.split("."))):
        raise Forbidden("you may not assign numbers to this account")
    if row.account_id == account.id:
        return await table.change(s, number, state="in_service") if row.state != "in_service" else row
    return await table.change(s, number, account_id=account.id, state="in_service", used_by=None, used_by_id=None)


async def edit(s: AsyncSession, number: str, *, account_id: str, data: dict[str, Any], merge: bool) -> Any:
    """Change a number's document; raises NotFound."""
    row = await table.one(s, number, lock=True)
    if row is None or row.account_id != account_id:
        raise NotFound(f"this account has no number {number}")
    clean = _public(data)
    doc = _checked(number, body.merged(row.doc, clean) if merge else clean)
    return await table.change(s, number, doc=doc, force_outbound=doc.get("force_outbound") is True)


async def remove(s: AsyncSession, number: str, *, account_id: str) -> Any:
    """Take a number off the platform (the master's right, checked by the route); raises NotFound."""
    row = await table.one(s, number, lock=True)
    if row is None or row.account_id != account_id:
        raise NotFound(f"this account has no number {number}")
    await table.remove(s, number)
    return row
