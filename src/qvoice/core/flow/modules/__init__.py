"""One file per callflow module; the file's name is the module's name in a flow. Found by name, registered nowhere.

How to add one: docs/handbook/add-a-callflow-module.md.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import Any, Protocol, cast

from qvoice.core.flow.call import Call
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import Next
from qvoice.core.flow.references import Ref
from qvoice.core.flow.talk import Talk


class Module(Protocol):
    """What a file in this folder has."""

    VERSION: int
    """Raised when stored data changes its meaning."""
    GROUP: str
    """Where the builder's palette shows it."""
    ICON: str
    """Its icon's name (Tabler)."""
    EXITS: frozenset[str]
    """Children it may take, or `exits.ANY`."""
    Data: type[ModuleData]

    def references(self, data: Any) -> list[Ref]:
        """Return the documents that the node names."""
        ...

    def run(self, data: Any, call: Call, exits: frozenset[str]) -> Talk[Next]:
        """Carry out one node; `exits` are the child keys that the node has."""
        ...


@cache
def registry() -> dict[str, Module]:
    """Return every module by name."""
    names = (info.name for info in pkgutil.iter_modules(__path__) if not info.name.startswith("_"))
    return {name: cast(Module, importlib.import_module(f"{__name__}.{name}")) for name in sorted(names)}
