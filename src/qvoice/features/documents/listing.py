"""Pages of a list: keyset pagination in the order (sort key, id), filters applied, the dialect's parameters and
defaults.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.features.documents import filters
from qvoice.features.documents.resource import Document, Resource
from qvoice.features.documents.store import _document
from qvoice.features.documents.table import COMMON
from qvoice.kit.errors import Invalid

DEFAULT_PAGE = 50
MAX_PAGE = 1_000
MAX_UNPAGED = 50_000
_CHUNK = 500


class TooMuch(Invalid):
    """The whole list is too large for one answer: ask for pages."""

    code = "range_too_large"


@dataclass(frozen=True, slots=True)
class Paging:
    """How a list is cut. `size` None: everything (`paginate=false`). `after`: (sort key, id) of the first row
    wanted.
    """

    size: int | None = DEFAULT_PAGE
    ascending: bool = False
    after: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of documents; `next_key` is None on the last one."""

    documents: list[Document]
    start_key: str | None
    next_key: str | None


def key_text(sort_key: str, id: str) -> str:
    """Return the opaque text of a position in a list."""
    return base64.urlsafe_b64encode(msgspec.json.encode([sort_key, id])).decode().rstrip("=")


def read_paging(parameters: Sequence[tuple[str, str]]) -> Paging:
    """Read page_size, start_key, paginate and ascending; the list is descending unless asked (kazoo.md 2.2). Raises
    Invalid.
    """
    given = dict(parameters)
    size: int | None = DEFAULT_PAGE
    if given.get("paginate", "").lower() in ("false", "0", "no"):
        size = None
    elif given.get("page_size"):
        text = given["page_size"]
        if not (text.isascii() and text.isdigit() and len(text) <= 9 and int(text) > 0):
            raise Invalid.field("page_size", "type", f"page_size must be a whole number from 1 to {MAX_PAGE}")
        size = min(int(text), MAX_PAGE)
    after = None
    if given.get("start_key"):
        text = given["start_key"]
        try:
            decoded = msgspec.json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=tuple[str, str])
        except (binascii.Error, ValueError, msgspec.DecodeError, msgspec.ValidationError):
            raise Invalid.field(
                "start_key", "invalid", "start_key must be a next_start_key of an earlier answer"
            ) from None
        if len(decoded[1]) != 32 or not set(decoded[1]) <= set("0123456789abcdef") or "\x00" in decoded[0]:
            raise Invalid.field("start_key", "invalid", "start_key must be a next_start_key of an earlier answer")
        after = decoded
    return Paging(size, given.get("ascending", "").lower() in ("true", "1", "yes"), after)


async def page(
    s: AsyncSession,
    kind: Resource,
    *,
    paging: Paging,
    where: filters.Filter,
    visible: Callable[[Document], bool] | None = None,
    clauses: Sequence[Any] = (),
) -> Page:
    """Read one page. `clauses` restrict in SQL, `visible` in Python (own documents of a plain user).

    Rows are read in chunks until the page is full, so a filter that SQL cannot decide costs reading, never memory.
    """
    columns = kind.table.c
    names = [*COMMON, *kind.columns]
    base = select(*(columns[name] for name in names)).where(
        columns.deleted.is_(None), *clauses, *where.prefilter(kind.table)
    )
    order = (columns.sort_key, columns.id) if paging.ascending else (columns.sort_key.desc(), columns.id.desc())
    base = base.order_by(*order)
    position = tuple_(columns.sort_key, columns.id)
    at, inclusive = paging.after, True
    kept: list[Document] = []
    keys: list[tuple[str, str]] = []
    wanted = MAX_UNPAGED + 1 if paging.size is None else paging.size + 1
    while len(kept) < wanted:
        query = base
        if at is not None:
            key = tuple_(_bound(columns.sort_key, at[0]), _bound(columns.id, at[1]))
            if paging.ascending:
                query = query.where(position >= key if inclusive else position > key)
            else:
                query = query.where(position <= key if inclusive else position < key)
        chunk = _CHUNK if where.conditions or visible or paging.size is None else wanted
        rows = (await s.execute(query.limit(chunk))).all()
        for row in rows:
            document = _document(kind, row)
            # Without conditions nothing has to be put together for them to look at.
            if (not where.conditions or where.holds(document.whole)) and (visible is None or visible(document)):
                kept.append(document)
                keys.append((row._mapping["sort_key"], document.id))
                if len(kept) == wanted:
                    break
        if len(rows) < chunk:
            break
        last = rows[-1]._mapping
        at, inclusive = (last["sort_key"], last["id"]), False
    if paging.size is None:
        if len(kept) > MAX_UNPAGED:
            raise TooMuch(
                {"paginate": {"range": {"message": f"more than {MAX_UNPAGED} rows: leave out paginate=false"}}}
            )
        return Page(kept, None, None)
    start = key_text(*paging.after) if paging.after else None
    if len(kept) > paging.size:
        return Page(kept[: paging.size], start, key_text(*keys[paging.size]))
    return Page(kept, start, None)


def _bound(column: Any, value: str) -> Any:
    return literal(value, column.type)
