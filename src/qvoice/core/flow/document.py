"""The stored shape of a callflow, and what every module's `data` has in common.

Old flows stay readable: keys are only ever added, unknown ones are kept, and nulls (which the web clients send for
"not set") count as absent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

MAX_DEPTH = 200
"""Nodes one below the other. Longer chains are a mistake, and would exhaust the interpreter's stack."""

MAX_NODES = 5000
"""Nodes in one flow."""


class ModuleData(BaseModel):
    """Base of every module's `Data`: frozen, keeps unknown keys, numbers may come as text."""

    model_config = ConfigDict(frozen=True, extra="allow")

    skip_module: bool = False
    """Go straight to the `_` child."""

    @model_validator(mode="before")
    @classmethod
    def _drop_nulls(cls, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: item for key, item in value.items() if item is not None}
        return value


def flow_of(document: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the root node of a callflow document, or None when it has none."""
    flow = document.get("flow")
    return flow if isinstance(flow, Mapping) and flow else None


def module_of(node: Mapping[str, Any]) -> str:
    """Return a node's module name ('' when it is not a string)."""
    module = node.get("module")
    return module if isinstance(module, str) else ""


def data_of(node: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a node's data ({} when absent)."""
    data = node.get("data")
    return data if isinstance(data, Mapping) else {}


def children_of(node: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a node's children ({} when absent; the dialect's empty list counts as none)."""
    children = node.get("children")
    return children if isinstance(children, Mapping) else {}
