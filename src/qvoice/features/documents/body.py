"""Request bodies: from untrusted bytes to a JSON tree that the database and the code behind can hold; and the deep
merge of PATCH.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from qvoice.kit.errors import Invalid

MAX_BODY_BYTES = 8 * 1024 * 1024
"""KAZOO's max_upload_size."""
MAX_DEPTH = 48
"""A callflow with 20 nodes in a row is about 40 levels deep ("children" and the key); see `MAX_FLOW_DEPTH` for
flows.
"""
MAX_FLOW_DEPTH = 400
_MAX_INT = 2**63 - 1
_MAX_NODES = 200_000


def decode(raw: bytes) -> Any:
    """Parse JSON bytes; raises Invalid (rule `json`) saying what is wrong with them."""
    try:
        return msgspec.json.decode(raw)
    except UnicodeDecodeError as problem:
        raise Invalid.field("body", "json", "the body is not UTF-8: send JSON in UTF-8") from problem
    except msgspec.DecodeError as problem:
        raise Invalid.field("body", "json", f"the body is not JSON: {problem}") from problem
    except RecursionError as problem:
        raise Invalid.field("body", "depth", "the body is nested too deeply: flatten it") from problem


def check_tree(tree: Any, *, max_depth: int = MAX_FLOW_DEPTH) -> None:
    """Refuse what PostgreSQL or a caller's parser cannot hold: NUL and lone surrogates, huge numbers, deep nesting.

    Iterative on purpose: hostile depth must not meet Python's recursion limit. Raises Invalid naming the path.
    """
    stack: list[tuple[str, Any, int]] = [("", tree, 0)]
    seen = 0
    while stack:
        path, value, depth = stack.pop()
        seen += 1
        if seen > _MAX_NODES:
            raise Invalid.field("body", "maxItems", f"the document has more than {_MAX_NODES} values: make it smaller")
        if isinstance(value, str):
            _check_text(path, value)
        elif isinstance(value, bool) or value is None:
            continue
        elif isinstance(value, int):
            if abs(value) > _MAX_INT:
                raise Invalid.field(path or "body", "maximum", f"the number is too large: at most {_MAX_INT}")
        elif isinstance(value, float):
            if value != value or abs(value) == float("inf"):
                raise Invalid.field(path or "body", "maximum", "the number is not finite")
        elif depth >= max_depth:
            raise Invalid.field(path[:200] or "body", "depth", f"nested more than {max_depth} levels deep: flatten it")
        elif isinstance(value, dict):
            for key, item in value.items():
                _check_text(path or "body", key)
                stack.append((f"{path}.{key}" if path else key, item, depth + 1))
        elif isinstance(value, list):
            stack.extend((f"{path}.{index}", item, depth + 1) for index, item in enumerate(value))


def _check_text(path: str, text: str) -> None:
    if "\x00" in text:
        raise Invalid.field(
            path[:200].replace("\x00", "") or "body", "format", "NUL characters cannot be stored: remove them"
        )
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Invalid.field("body", "format", "half of a surrogate pair is not text: remove it") from None


def public_part(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a client may write: without `id` and without private keys (`_rev`, `_id`, `_read_only`, `pvt_*`
    …).
    """
    return {key: value for key, value in data.items() if key != "id" and not key.startswith(("_", "pvt_"))}


def merged(old: Any, change: Any) -> Any:
    """Return `old` with `change` merged in, as PATCH does: objects recursively, null removes, anything else
    replaces.
    """
    if not isinstance(change, Mapping):
        return change
    result = dict(old) if isinstance(old, Mapping) else {}
    for key, value in change.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def dig(doc: Any, path: str) -> Any:
    """Return the value at a dotted path, None when absent. A key that itself contains the dots wins."""
    if isinstance(doc, Mapping) and path in doc:
        return doc[path]
    here = doc
    for step in path.split("."):
        if not isinstance(here, Mapping) or step not in here:
            return None
        here = here[step]
    return here
