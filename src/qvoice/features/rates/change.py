"""Changing single rates of a deck in force. The index is built again in the same transaction, so the next call has the
new price; decks that are too large for that are changed by importing with `mode=merge`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.core.rating.sheet import BadRow, Row, read_row
from qvoice.features.documents import load
from qvoice.features.rates import build
from qvoice.features.rates.rows import COLUMNS, document_of, insert
from qvoice.kit.errors import Conflict, Invalid, NotFound
from qvoice.kit.ids import is_id


class DeckTooLarge(Conflict):
    """This deck is too large for changing single rates: import a sheet with mode=merge, which changes only its
    prefixes.
    """

    code = "ratedeck_too_large"


def row_of(data: dict[str, Any]) -> Row:
    """Return the row of a rate document; raises Invalid naming the key."""
    try:
        return read_row(data)
    except BadRow as problem:
        raise Invalid.field(problem.column, "invalid", str(problem)) from problem


async def deck_of(s: AsyncSession, given: str | None) -> str:
    """Return the deck that a client means: the one it names, else the default, else the only one. Raises Invalid."""
    if given:
        return (await load(s, "ratedecks", given)).id
    rows = (
        await s.execute(
            text("select id, is_default from ratedecks where deleted is null order by is_default desc, id limit 2")
        )
    ).all()
    if not rows:
        raise Invalid.field("ratedeck_id", "required", "make a rate deck first, and name it")
    if len(rows) > 1 and not rows[0].is_default:
        raise Invalid.field("ratedeck_id", "required", "which rate deck? name it (or make one the default)")
    return rows[0].id.hex


async def one(s: AsyncSession, rate_id: str) -> tuple[Any, str, str]:
    """Return a rate in force: its row, its deck's id and its version's. Raises NotFound."""
    row = None
    if is_id(rate_id):
        query = f"select {', '.join('r.' + c for c in COLUMNS.split(', '))}, d.id as deck_id, r.version_id from rates r"
        row = (
            await s.execute(
                text(
                    f"{query} join ratedecks d on d.version_id = r.version_id and d.deleted is null"
                    " where r.id = cast(:id as uuid)"
                ),
                {"id": rate_id},
            )
        ).first()
    if row is None:
        raise NotFound("there is no such rate")
    return row, row.deck_id.hex, row.version_id.hex


async def create(s: AsyncSession, deck_id: str, row: Row) -> dict[str, Any]:
    """Add a rate to a deck; returns its document."""
    version = await build.version_in_force(s, deck_id, make=True) or ""
    await _bounded(s, version)
    id = (await insert(s, version, [row]))[0]
    await build.changed(s, deck_id, version)
    found, _, _ = await one(s, id)
    return document_of(found, deck_id)


async def replace(s: AsyncSession, rate_id: str, row: Row) -> dict[str, Any]:
    """Put another rate in the place of one; its id stays."""
    _, deck_id, version = await one(s, rate_id)
    await build.version_in_force(s, deck_id)
    await _bounded(s, version)
    fresh = (await insert(s, version, [row]))[0]
    await _remove(s, rate_id)
    await s.execute(
        text("update rates set id = cast(:id as uuid) where id = cast(:fresh as uuid)"), {"id": rate_id, "fresh": fresh}
    )
    await build.changed(s, deck_id, version)
    found, _, _ = await one(s, rate_id)
    return document_of(found, deck_id)


async def remove(s: AsyncSession, rate_id: str) -> dict[str, Any]:
    """Take a rate out; returns what it was."""
    found, deck_id, version = await one(s, rate_id)
    await build.version_in_force(s, deck_id)
    await _bounded(s, version)
    await _remove(s, rate_id)
    await build.changed(s, deck_id, version)
    return document_of(found, deck_id)


async def _remove(s: AsyncSession, rate_id: str) -> None:
    await s.execute(text("delete from rates where id = cast(:id as uuid)"), {"id": rate_id})


async def _bounded(s: AsyncSession, version: str) -> None:
    size = (
        await s.execute(text("select size from ratedeck_versions where id = cast(:id as uuid)"), {"id": version})
    ).scalar_one()
    if size > build.BUILD_AT_ONCE:
        raise DeckTooLarge
