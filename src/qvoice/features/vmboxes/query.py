"""What a list of messages was asked for: folder, time window, order, page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from qvoice.features.vmboxes.messages import FOLDERS, Message
from qvoice.kit.clock import from_gregorian
from qvoice.kit.errors import Invalid
from qvoice.kit.ids import is_id

_DEFAULT_PAGE = 50
_MAX_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Query:
    """A list request. `size` None: everything."""

    listing: dict[str, Any]
    size: int | None
    start_key: str | None

    def page(self, found: list[Message]) -> tuple[list[Message], str | None]:
        """Cut the page that begins at `start_key` (a message id); return it and the next page's key, None on the last.

        A key whose message has left the list gives the first page.
        """
        first = next((n for n, message in enumerate(found) if message.id == self.start_key), 0)
        rest = found[first:]
        if self.size is None or len(rest) <= self.size:
            return rest, None
        return rest[: self.size], rest[self.size].id


def read_query(parameters: Sequence[tuple[str, str]]) -> Query:
    """Read `folder`, `filter_folder`, `created_from`, `created_to`, `ascending`, `page_size`, `paginate`, `start_key`;
    raises Invalid.
    """
    given = dict(parameters)
    folder = given.get("folder") or given.get("filter_folder")
    if folder is not None and folder not in FOLDERS:
        raise Invalid.field("folder", "enum", "folder must be new, saved or deleted", target=list(FOLDERS))
    size: int | None = _DEFAULT_PAGE
    if given.get("paginate", "").lower() in ("false", "0", "no"):
        size = None
    elif text := given.get("page_size"):
        if not (text.isascii() and text.isdigit() and len(text) <= 9 and int(text) > 0):
            raise Invalid.field("page_size", "type", f"page_size must be a whole number from 1 to {_MAX_PAGE}")
        size = min(int(text), _MAX_PAGE)
    start_key = given.get("start_key")
    if start_key and not is_id(start_key):
        raise Invalid.field("start_key", "invalid", "start_key must be a next_start_key of an earlier answer")
    listing = {
        "folders": [folder] if folder else ["new", "saved"],
        "oldest_first": given.get("ascending", "").lower() in ("true", "1", "yes"),
        "received_from": _moment(given, "created_from"),
        "received_to": _moment(given, "created_to"),
    }
    return Query(listing, size, start_key or None)


def _moment(given: dict[str, str], key: str) -> datetime | None:
    text = given.get(key)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise Invalid.field(key, "type", f"{key} must be a time in Gregorian seconds")
    try:
        return from_gregorian(int(text))
    except ValueError as problem:
        raise Invalid.field(key, "type", str(problem)) from problem
