"""What differs between two versions of a callflow, node by node: added, removed, moved, changed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from qvoice.core.flow.document import MAX_DEPTH, children_of, data_of, flow_of, module_of

_LEFT_OUT = frozenset({"flow", "id", "metadata", "_read_only", "ui_metadata"})


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference. `kind`: added, removed, moved, changed. `path`: of the node or key in the newer version (in the
    older one when removed). `was`: a moved node's earlier path. `key`: the setting that changed ('' for whole nodes).
    """

    kind: str
    path: str
    module: str = ""
    key: str = ""
    before: Any = None
    after: Any = None
    was: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return JSON values."""
        return {
            "kind": self.kind, "path": self.path, "module": self.module, "key": self.key,
            "before": self.before, "after": self.after, "was": self.was,
        }  # fmt: skip


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Return the differences from one callflow document to another. Equal parts that stand elsewhere have moved."""
    found = [
        Difference("changed", key, key=key, before=before.get(key), after=after.get(key))
        for key in sorted((before.keys() | after.keys()) - _LEFT_OUT)
        if before.get(key) != after.get(key)
    ]
    nodes = list(_nodes(flow_of(before), flow_of(after), "flow", 0))
    gone = {_print(d.before): d for d in nodes if d.kind == "removed"}
    for difference in nodes:
        was = gone.get(_print(difference.after)) if difference.kind == "added" else None
        if was is not None:
            del gone[_print(was.before)]
            found.append(Difference("moved", difference.path, difference.module, was=was.path))
        elif difference.kind == "removed":
            continue
        else:
            found.append(difference)
    return [*found, *gone.values()]


def _nodes(before: Any, after: Any, path: str, depth: int) -> Iterator[Difference]:
    if before == after or depth > MAX_DEPTH:
        return
    if not isinstance(before, Mapping) or not isinstance(after, Mapping) or module_of(before) != module_of(after):
        if isinstance(before, Mapping):
            yield Difference("removed", path, module_of(before), before=before)
        if isinstance(after, Mapping):
            yield Difference("added", path, module_of(after), after=after)
        return
    old, new = data_of(before), data_of(after)
    for key in sorted(old.keys() | new.keys()):
        if old.get(key) != new.get(key):
            yield Difference(
                "changed", f"{path}.data.{key}", module_of(after), key, before=old.get(key), after=new.get(key)
            )
    for key in sorted((before.keys() | after.keys()) - {"module", "data", "children"}):
        if before.get(key) != after.get(key):
            yield Difference("changed", f"{path}.{key}", module_of(after), key, before.get(key), after.get(key))
    kept, now = children_of(before), children_of(after)
    for key in dict.fromkeys((*kept, *now)):
        yield from _nodes(kept.get(key), now.get(key), f"{path}.children.{key}", depth + 1)


def _print(node: Any) -> str:
    return json.dumps(node, sort_keys=True, default=str)
