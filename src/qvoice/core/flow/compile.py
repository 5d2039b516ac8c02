"""Stored callflow → something that runs, or the list of what is wrong with it (the API's 400 and the builder's badges).

Nothing is loaded here: `world` already has what the flow names (see `references.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from qvoice.core.flow.document import MAX_DEPTH, MAX_NODES, ModuleData, children_of, flow_of, module_of
from qvoice.core.flow.exits import ANY, FAILURES, WILDCARD
from qvoice.core.flow.modules import Module, registry
from qvoice.core.flow.world import World


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong at `path` (such as `flow.children.1.data.id`). A `warning` does not stop the flow.

    `code` (kebab-case) and `params` say what, so that a page words it in its own language; `message` does in English.
    """

    path: str
    code: str
    message: str
    severity: str = "error"
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Node:
    """One node. `keys`: child keys from the root, its address in the flow. `module` None: unknown or broken, so it
    is passed over."""

    path: str
    keys: tuple[str, ...]
    name: str
    module: Module | None
    data: ModuleData | None
    children: Mapping[str, Node]

    @property
    def exits(self) -> frozenset[str]:
        """The child keys."""
        return frozenset(self.children)


@dataclass(frozen=True, slots=True)
class CompiledFlow:
    """A flow ready to run. `document` is what it was made from."""

    flow_id: str
    name: str
    root: Node
    document: Mapping[str, Any]
    warnings: tuple[Problem, ...] = field(default=())

    def node(self, keys: tuple[str, ...]) -> Node | None:
        """Return the node at an address, or None when the flow changed and it is gone."""
        node: Node | None = self.root
        for key in keys:
            node = node.children.get(key) if node else None
        return node

    @property
    def leads_outside(self) -> bool:
        """Whether the first that it rings, by `_` alone, is a carrier."""
        node: Node | None = self.root
        while node is not None and node.module is not None:
            if node.module.EXITS == FAILURES or set(node.children) - {WILDCARD}:
                return node.name in ("resources", "offnet")
            node = node.children.get(WILDCARD)
        return False


def compile_flow(
    document: Mapping[str, Any], world: World | None, *, flow_id: str = "", tolerant: bool = False
) -> CompiledFlow | list[Problem]:
    """Compile a callflow document.

    `world` None skips the check that named documents exist. `tolerant` (for calls): a broken node becomes a warning
    and is passed
    over, because a call is not dropped by one bad node; only a document without any flow gives problems then.
    """
    problems: list[Problem] = []
    root = flow_of(document)
    if root is None:
        return [Problem("flow", "required", "A callflow needs a first module.")]
    budget = [MAX_NODES]
    compiled = _node(root, "flow", (), world, problems, budget)
    errors = [p for p in problems if p.severity == "error"]
    if errors and not tolerant:
        return problems
    name = document.get("name")
    return CompiledFlow(
        flow_id=flow_id or str(document.get("id", "")),
        name=name if isinstance(name, str) else "",
        root=compiled,
        document=document,
        warnings=tuple(problems),
    )


def _node(
    raw: Any, path: str, keys: tuple[str, ...], world: World | None, problems: list[Problem], budget: list[int]
) -> Node:
    budget[0] -= 1
    if not isinstance(raw, Mapping):
        problems.append(Problem(path, "type", "A node must be an object with module, data and children."))
        return Node(path, keys, "", None, None, {})
    if len(keys) > MAX_DEPTH or budget[0] < 0:
        most = {"nodes": MAX_NODES, "depth": MAX_DEPTH}
        words = f"A flow may have {MAX_NODES} nodes, {MAX_DEPTH} below each other."
        problems.append(Problem(path, "too-large", words, params=most))
        return Node(path, keys, "", None, None, {})
    for key, kind in (("data", Mapping), ("children", Mapping)):
        if raw.get(key) not in (None, []) and not isinstance(raw.get(key), kind):
            problems.append(Problem(f"{path}.{key}", "type", f"{key} must be an object.", params={"key": key}))
    name = module_of(raw)
    module = registry().get(name)
    data: ModuleData | None = None
    if not name or len(name) > 64:
        problems.append(Problem(f"{path}.module", "required", "Name the module of this node (1 to 64 characters)."))
    elif module is None:
        words = f"There is no module {name!r}; a call passes over it."
        problems.append(Problem(f"{path}.module", "unknown-module", words, "warning", {"module": name}))
    else:
        data = _data(module, raw, path, world, problems)
    children = {
        str(key): _node(child, f"{path}.children.{key}", (*keys, str(key)), world, problems, budget)
        for key, child in children_of(raw).items()
    }
    if module is not None:
        _check_exits(module, name, path, children, problems)
    return Node(path, keys, name, module if data is not None else None, data, children)


def _data(
    module: Module, raw: Mapping[str, Any], path: str, world: World | None, problems: list[Problem]
) -> ModuleData | None:
    source = raw.get("data")
    try:
        data = module.Data.model_validate(dict(source) if isinstance(source, Mapping) else {})
    except ValidationError as failure:
        for error in failure.errors(include_url=False, include_input=False):
            where = ".".join(str(part) for part in error["loc"])
            params = {key: value for key, value in error.get("ctx", {}).items() if isinstance(value, str | int | float)}
            code = error["type"].replace("_", "-")
            problems.append(Problem(f"{path}.data.{where}".rstrip("."), code, error["msg"], params=params))
        return None
    if world is not None:
        for ref in module.references(data):
            if ref.by == "id" and ref.id and world.get(ref.type, ref.id) is None:
                words = f"There is no {ref.type} document {ref.id!r}."
                named = {"type": ref.type, "id": ref.id}
                problems.append(Problem(f"{path}.data", "not-found", words, "warning", named))
    check: Callable[[Any], list[tuple[str, str, str]]] | None = getattr(module, "warnings_of", None)
    for where, code, message in check(data) if check else ():
        problems.append(Problem(f"{path}.data.{where}", code, message, "warning"))
    return data


def _check_exits(module: Module, name: str, path: str, children: Mapping[str, Node], problems: list[Problem]) -> None:
    if module.EXITS == ANY:
        return
    for key in children:
        cause_key = "failures" in module.EXITS and (key.startswith("sip:") or key.isupper())
        if key not in module.EXITS | {WILDCARD} and not cause_key:
            params = {"module": name, "exit": key}
            words = f"{name} never leaves by {key!r}."
            problems.append(Problem(f"{path}.children.{key}", "unreachable", words, "warning", params))
