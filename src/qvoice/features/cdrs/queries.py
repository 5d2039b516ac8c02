"""Reading detail records: by time (at most 31 days at once), by interaction, by id; keyset pages by (time, id)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.features.documents import filters
from qvoice.kit.errors import Invalid, NotFound

MAX_RANGE = timedelta(seconds=2_682_000)
"""31 days and an hour, the dialect's `maximum_range`."""

DEFAULT_PAGE, MAX_PAGE, MAX_UNPAGED, CHUNK = 50, 1_000, 100_000, 500


class TooMany(Invalid):
    """Too many records for one answer: ask for pages or a shorter time."""

    code = "range_too_large"


@dataclass(frozen=True, slots=True)
class Window:
    """Records created from `since` to `until`, both included."""

    since: datetime
    until: datetime


EVERYTHING = filters.Filter()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records: of a user or device only, first legs of interactions only (`interactions`), a dialect filter."""

    window: Window
    owner_id: str | None = None
    authorizing_id: str | None = None
    interactions: bool = False
    where: filters.Filter = EVERYTHING


@dataclass(frozen=True, slots=True)
class Paging:
    """How the list is cut; `size` None is everything. `after`: position of the first row wanted."""

    size: int | None
    ascending: bool
    after: tuple[float, str] | None


def window(parameters: Sequence[tuple[str, str]], *, now: datetime) -> Window:
    """Read created_from and created_to (Gregorian seconds); the last 31 days without them. Raises Invalid
    (`date_range`).
    """
    given = dict(parameters)
    since = filters.moment("created_from", given["created_from"]) if given.get("created_from") else None
    until = filters.moment("created_to", given["created_to"]) if given.get("created_to") else None
    try:
        if since is None:
            since = (until or now) - MAX_RANGE
        if until is None:
            until = since + MAX_RANGE
    except OverflowError as problem:
        raise Invalid.field("created_from", "date_range", "that time is out of range") from problem
    if until < since:
        raise Invalid.field(
            "created_from", "date_range", "created_from is after created_to", cause=given.get("created_from")
        )
    if until - since > MAX_RANGE:
        raise Invalid.field(
            "created_to",
            "date_range",
            "at most 31 days at once: bring created_from and created_to nearer together",
            cause=given.get("created_to"),
        )
    return Window(since, until)


def paging(parameters: Sequence[tuple[str, str]]) -> Paging:
    """Read page_size, paginate, start_key and ascending; raises Invalid."""
    given = dict(parameters)
    size: int | None = DEFAULT_PAGE
    if given.get("paginate", "").lower() in ("false", "0", "no"):
        size = None
    elif given.get("page_size"):
        number = given["page_size"]
        if not (number.isascii() and number.isdigit() and len(number) < 9 and int(number) > 0):
            raise Invalid.field("page_size", "type", f"page_size must be a whole number from 1 to {MAX_PAGE}")
        size = min(int(number), MAX_PAGE)
    after = _position(given["start_key"]) if given.get("start_key") else None
    return Paging(size, given.get("ascending", "").lower() in ("true", "1", "yes"), after)


def key_text(at: float, id: str) -> str:
    """Return the opaque text of a position."""
    return base64.urlsafe_b64encode(msgspec.json.encode([at, id])).decode().rstrip("=")


def _position(key: str) -> tuple[float, str]:
    try:
        at, id = msgspec.json.decode(base64.urlsafe_b64decode(key + "=" * (-len(key) % 4)), type=tuple[float, str])
        datetime.fromtimestamp(at, UTC)
    except (binascii.Error, ValueError, OverflowError, OSError, msgspec.MsgspecError) as problem:
        raise Invalid.field(
            "start_key", "invalid", "start_key must be a next_start_key of an earlier answer"
        ) from problem
    if "\x00" in id or len(id) > 200:
        raise Invalid.field("start_key", "invalid", "start_key must be a next_start_key of an earlier answer")
    return at, id


async def page(s: AsyncSession, wanted: Wanted, cut: Paging) -> tuple[list[dict[str, Any]], str | None]:
    """Return the documents of a page and the key of the next one (None on the last). Raises TooMany."""
    compare, order = (">=", "asc") if cut.ascending else ("<=", "desc")
    conditions = ["c.created between :since and :until"]
    values: dict[str, Any] = {"since": wanted.window.since, "until": wanted.window.until, "rows": CHUNK}
    mine = ""
    if wanted.owner_id is not None:
        conditions.append("c.owner_id = cast(:owner as uuid)")
        mine = " and e.owner_id = c.owner_id"
        values["owner"] = wanted.owner_id
    if wanted.authorizing_id is not None:
        conditions.append("c.authorizing_id = :authorizing")
        mine += " and e.authorizing_id = c.authorizing_id"
        values["authorizing"] = wanted.authorizing_id
    if wanted.interactions:
        conditions.append(
            "not exists (select from cdrs e where e.account_id = c.account_id and e.interaction_id = c.interaction_id"
            f" and (e.created, e.id) < (c.created, c.id){mine})"
        )
    head = (
        f"select c.id, extract(epoch from c.created)::float8 as at, c.doc from cdrs c where {' and '.join(conditions)}"
    )
    tail = f" order by c.created {order}, c.id {order} limit :rows"
    kept: list[dict[str, Any]] = []
    at, inclusive = cut.after, True
    limit = MAX_UNPAGED if cut.size is None else cut.size
    while True:
        where = ""
        if at is not None:
            where = f" and (c.created, c.id) {compare if inclusive else compare[0]} (to_timestamp(:at), :after)"
            values |= {"at": at[0], "after": at[1]}
        rows = (await s.execute(text(head + where + tail), values)).all()
        for row in rows:
            at, inclusive = (row.at, row.id), False
            if not wanted.where.holds(row.doc):
                continue
            if len(kept) == limit:
                if cut.size is None:
                    raise TooMany.field("paginate", "maximum", f"more than {MAX_UNPAGED} records: ask for pages")
                return kept, key_text(*at)
            kept.append(row.doc)
        if len(rows) < CHUNK:
            return kept, None


async def legs(s: AsyncSession, interaction_id: str, owner_id: str | None) -> list[dict[str, Any]]:
    """Return all records of an interaction, oldest first (a plain user's own only)."""
    rows = await s.execute(
        text(
            "select doc from cdrs where interaction_id = :id"
            " and (cast(:owner as uuid) is null or owner_id = cast(:owner as uuid))"
            " order by created, id limit 1000"
        ),
        {"id": interaction_id, "owner": owner_id},
    )
    return [row.doc for row in rows]


async def load(s: AsyncSession, id: str) -> dict[str, Any]:
    """Return one record by its id or call id; raises NotFound."""
    row = (
        await s.execute(
            text("select doc from cdrs where id = :id or (call_id = :id and :short)"),
            {"id": id, "short": "-" not in id},
        )
    ).first()
    if row is None:
        raise NotFound("there is no such call record")
    return row.doc
