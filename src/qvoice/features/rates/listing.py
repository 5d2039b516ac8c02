"""Pages of a deck's rates in the order of their prefixes, and the price of a number for the account that asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.core.rating.cost import cost
from qvoice.core.rating.deck import MAX_PREFIX, Deck
from qvoice.core.rating.rate import OUTBOUND, Rate
from qvoice.features.rates.rows import COLUMNS, document_of, rate_of
from qvoice.kit.errors import Invalid, NotFound
from qvoice.kit.ids import is_id
from qvoice.kit.money import number, rounded

MAX_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rates: those below `prefix`, `size` of them from `start` (`<prefix>.<id>`)."""

    prefix: str = ""
    size: int = 50
    start: str = ""

    @classmethod
    def read(cls, query: dict[str, str]) -> Wanted:
        """Read filter_prefix (or prefix), page_size and start_key; raises Invalid."""
        size, start = query.get("page_size", "50"), query.get("start_key", "")
        prefix = (query.get("prefix") or query.get("filter_prefix") or "").strip().removeprefix("+")
        if not (size.isascii() and size.isdigit() and 0 < int(size[:6]) <= MAX_PAGE):
            raise Invalid.field("page_size", "type", f"page_size must be a whole number from 1 to {MAX_PAGE}")
        if prefix and not (prefix.isascii() and prefix.isdigit()):
            raise Invalid.field("prefix", "type", "prefix must be digits")
        if start and not (start.partition(".")[0].isdigit() and is_id(start.partition(".")[2])):
            raise Invalid.field("start_key", "invalid", "start_key must be a next_start_key of an earlier answer")
        return cls(prefix[:MAX_PREFIX], int(size), start)


async def page(s: AsyncSession, deck_id: str, wanted: Wanted) -> tuple[list[dict[str, Any]], str | None]:
    """Return rates and where the next page starts."""
    at, _, id = wanted.start.partition(".")
    rows = (
        await s.execute(
            text(
                f"select {', '.join('r.' + c for c in COLUMNS.split(', '))} from ratedecks d"
                " join rates r on r.version_id = d.version_id"
                " where d.id = cast(:deck as uuid) and r.prefix >= :low and r.prefix < :high"
                " and (r.prefix, r.id) >= (:at, cast(:id as uuid)) order by r.prefix, r.id limit :most"
            ),
            {"deck": deck_id, "low": wanted.prefix, "high": wanted.prefix + ":", "at": at, "id": id or "0" * 32,
             "most": wanted.size + 1},
        )
    ).all()  # fmt: skip
    more = rows[wanted.size] if len(rows) > wanted.size else None
    found = [document_of(row, deck_id) for row in rows[: wanted.size]]
    return found, f"{more.prefix}.{more.id.hex}" if more is not None else None


async def price(
    s: AsyncSession, called: str, *, direction: str = OUTBOUND, caller: str = "", seconds: int = 60
) -> dict[str, Any]:
    """Return what the session's account pays for a call to `called` (E.164): rate, deck, and cost of `seconds`.

    Raises NotFound when it has no deck, or the deck no rate for such a call.
    """
    account = s.info["scope"].account_id
    deck = (await s.execute(text("select * from ratedeck_of(cast(:id as uuid))"), {"id": account})).first()
    if deck is None:
        raise NotFound("this account pays by no rate deck: its calls are not metered")
    digits = called.removeprefix("+")
    prefixes = [digits[:length] for length in range(1, min(len(digits), MAX_PREFIX) + 1)]
    rows = (await s.execute(text(f"select {COLUMNS} from rates_for(:prefixes)"), {"prefixes": prefixes})).all()
    by_rate: dict[tuple[str, Rate], Any] = {(row.prefix, rate_of(row)): row for row in rows}
    found = Deck.build(by_rate).find(called, direction=direction, caller=caller)
    if found is None:
        raise NotFound("the rate deck has no rate for this number: calls to it are refused")
    row = by_rate[found.prefix, found.rate]
    return {
        **{key: value for key, value in document_of(row, deck.deck_id.hex).items() if key != "internal_rate_cost"},
        "ratedeck_name": deck.name,
        "number": called,
        "seconds": seconds,
        "cost": number(rounded(cost(found.rate, seconds))),
    }
