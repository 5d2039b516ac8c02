"""Conference rooms as documents of the REST dialect; their numbers are unique in the account."""

from __future__ import annotations

from sqlalchemy import Column, Text, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.db.metadata import HexId
from qvoice.features.conferences.schemas import Conference
from qvoice.features.documents.resource import Change, Doc, Document, Hooks, Resource
from qvoice.features.vmboxes.owner import owner_column
from qvoice.kit.errors import Invalid


def numbers_of(doc: Doc) -> dict[str, str]:
    """Return {room number: party it is for}: `moderator` and `member` numbers, and those of the room itself."""
    found: dict[str, str] = {}
    for party in ("moderator", "member"):
        for number in (doc.get(party) or {}).get("numbers") or []:
            found.setdefault(number, party)
    for number in doc.get("conference_numbers") or []:
        found.setdefault(number, "room")
    return found


def pins_of(doc: Doc, party: str) -> list[str]:
    """Return the PINs of `member` or `moderator`; empty ones are none."""
    pins = (doc.get(party) or {}).get("pins")
    return [pin for pin in pins if isinstance(pin, str) and pin] if isinstance(pins, list) else []


async def _after_write(change: Change) -> None:
    wanted = numbers_of(change.new)
    if change.old is not None and numbers_of(change.old) == wanted:
        return
    await _after_delete(change)
    for number, party in wanted.items():
        try:
            await change.session.execute(
                text(
                    "insert into conference_numbers (account_id, number, conference_id, party)"
                    " values (cast(:account as uuid), :number, cast(:id as uuid), :party)"
                ),
                {"account": change.scope.account_id, "number": number, "id": change.id, "party": party},
            )
        except IntegrityError as problem:
            raise Invalid.field(
                "conference_numbers",
                "unique",
                f"another conference of this account has the room number {number}: choose another",
                cause=number,
            ) from problem


async def _after_delete(change: Change) -> None:
    await change.session.execute(
        text("delete from conference_numbers where conference_id = cast(:id as uuid)"), {"id": change.id}
    )


def complete(doc: Doc) -> Doc:
    """Return the document with the lists that clients read without looking: numbers of the room, and numbers and PINs
    of both parties (the dialect's schema makes them empty lists).
    """
    parties = {
        key: {**party, "numbers": party.get("numbers") or [], "pins": party.get("pins") or []}
        for key in ("member", "moderator")
        for party in (doc.get(key) or {},)
    }
    return {**doc, "conference_numbers": doc.get("conference_numbers") or [], **parties}


async def _present(s: AsyncSession, document: Document, shown: Doc, actor: object) -> Doc:
    return complete(shown)


def summary(doc: Doc) -> Doc:
    """Return the list row (kazoo.md 2.2)."""
    whole = complete(doc)
    return {
        key: whole.get(key)
        for key in ("id", "name", "owner_id", "member", "moderator", "conference_numbers", "ui_flags", "flags")
    } | {"_read_only": {"members": 0, "moderators": 0, "duration": 0, "is_locked": False}}


RESOURCE = Resource(
    type="conferences",
    model=Conference,
    summary=summary,
    columns={"name": lambda doc: doc["name"], "owner_id": owner_column},
    table_columns=(Column("name", Text, nullable=False), Column("owner_id", HexId)),
    hooks=Hooks(after_write=_after_write, after_delete=_after_delete, present=_present),
)
