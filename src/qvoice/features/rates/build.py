"""From rows to the index that calls look prices up in, and the switch of a deck to another version."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.core.rating.deck import Deck
from qvoice.core.rating.rate import Rate
from qvoice.db.notices import notify_document
from qvoice.features.rates.rows import COLUMNS, rate_of
from qvoice.kit.ids import new_id

_PAGE = 20_000
BUILD_AT_ONCE = 20_000
"""Rates of a deck up to which a single change builds the index in the same transaction (about 0.2 s)."""


async def new_version(s: AsyncSession, deck_id: str) -> str:
    """Make an empty version of a deck, not in force yet."""
    id = new_id()
    await s.execute(
        text(
            "insert into ratedeck_versions (id, account_id, ratedeck_id)"
            " values (cast(:id as uuid), cast(:account as uuid), cast(:deck as uuid))"
        ),
        {"id": id, "account": s.info["scope"].account_id, "deck": deck_id},
    )
    return id


async def version_in_force(s: AsyncSession, deck_id: str, *, make: bool = False) -> str | None:
    """Return the version that calls are priced by, locked; with `make`, an empty one when there is none."""
    row = (
        await s.execute(
            text("select version_id from ratedecks where id = cast(:id as uuid) for update"), {"id": deck_id}
        )
    ).first()
    if row is not None and row.version_id is not None:
        return row.version_id.hex
    if not make:
        return None
    version = await new_version(s, deck_id)
    await _switch(s, deck_id, version)
    return version


async def build(s: AsyncSession, version_id: str) -> int:
    """Build the version's index from its rows and store it; returns how many rates it has."""
    rows: list[tuple[str, Rate]] = []
    known: dict[Any, Rate] = {}
    after: tuple[str, str] = ("", "0" * 32)
    while True:
        page = (
            await s.execute(
                text(
                    f"select {COLUMNS} from rates where version_id = cast(:version as uuid)"
                    " and (prefix, id) > (:prefix, cast(:id as uuid)) order by prefix, id limit :most"
                ),
                {"version": version_id, "prefix": after[0], "id": after[1], "most": _PAGE},
            )
        ).all()
        rows.extend(_rates(page, known))
        if len(page) < _PAGE:
            break
        after = (page[-1].prefix, page[-1].id.hex)
    deck = await asyncio.to_thread(Deck.build, rows)
    await s.execute(
        text("update ratedeck_versions set deck = :deck, size = :size, built = built + 1 where id = cast(:id as uuid)"),
        {"deck": await asyncio.to_thread(deck.to_bytes), "size": len(deck), "id": version_id},
    )
    return len(deck)


def _rates(page: Any, known: dict[Any, Rate]) -> Iterator[tuple[str, Rate]]:
    for row in page:
        key = row[2:9]
        if row.more:
            yield row.prefix, rate_of(row)
            continue
        rate = known.get(key)
        if rate is None:
            rate = known[key] = rate_of(row)
        yield row.prefix, rate


async def put_in_force(s: AsyncSession, deck_id: str, version_id: str) -> None:
    """From the commit on calls are priced by this version; the one before is thrown away."""
    before = await version_in_force(s, deck_id)
    await _switch(s, deck_id, version_id)
    if before is not None and before != version_id:
        await s.execute(text("delete from ratedeck_versions where id = cast(:id as uuid)"), {"id": before})


async def changed(s: AsyncSession, deck_id: str, version_id: str) -> None:
    """The rates of a version in force were changed: build it again, and tell all processes."""
    await build(s, version_id)
    await tell(s, deck_id)


async def tell(s: AsyncSession, deck_id: str) -> None:
    """Tell all processes that a deck's prices are others now."""
    account = s.info["scope"].account_id
    await notify_document(s, account_id=account, type="ratedecks", id=deck_id, action="edited", revision=0)


async def _switch(s: AsyncSession, deck_id: str, version_id: str) -> None:
    await s.execute(
        text("update ratedecks set version_id = cast(:version as uuid) where id = cast(:id as uuid)"),
        {"version": version_id, "id": deck_id},
    )
    await tell(s, deck_id)
