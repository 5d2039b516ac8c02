"""What a call did, node by node: the answer to "why did this call go there?"."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

MAX_ENTRIES = 500
"""Entries kept; a looping call must not fill the memory."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One step. `kind`: `enter`, `leave`, `skip`, `unknown`, `error`, `branch`, `return`, `refused`, `end`."""

    at: datetime
    kind: str
    flow_id: str
    path: str
    module: str
    detail: str = ""


@dataclass(slots=True)
class Trace:
    """The entries of one call, oldest first; `dropped` counts those beyond the bound."""

    entries: list[Entry] = field(default_factory=list)
    dropped: int = 0

    def add(self, kind: str, *, at: datetime, flow_id: str, path: str, module: str = "", detail: str = "") -> None:
        """Append one entry."""
        if len(self.entries) >= MAX_ENTRIES:
            self.dropped += 1
            return
        self.entries.append(Entry(at, kind, flow_id, path, module, detail))

    def to_json(self) -> list[dict[str, Any]]:
        """Return the entries as JSON values."""
        return [
            {
                "at": e.at.isoformat(),
                "kind": e.kind,
                "flow": e.flow_id,
                "path": e.path,
                "module": e.module,
                "detail": e.detail,
            }
            for e in self.entries
        ]
