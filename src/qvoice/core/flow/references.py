"""Which documents a flow names, so that whoever runs it can load them first.

`of_document` gives what the nodes name; `of_names` gives what a loaded document names in turn. Loading is: start from
`of_document` (and `of_call`), load each, add `of_names` of what was loaded, until nothing is new.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from qvoice.core.flow.document import MAX_NODES, children_of, data_of, flow_of, module_of


@dataclass(frozen=True, slots=True)
class Ref:
    """A document (`by` = "id"), or all documents of a type found another way.

    `by`: `id`; `owner_id` (all of `type` whose owner_id is `id`; for devices, hot-desked ones too); `pool` (type
    `resources`: all trunks of
    account `id`, or of `world.GLOBAL_POOL`, or of the calling account when `id` is ''); `all` (all of the type in
    the account).
    """

    type: str
    id: str
    by: str = "id"


def of_document(document: Mapping[str, Any]) -> list[Ref]:
    """Return what a callflow document names, each once, in the order met. Broken nodes name nothing."""
    from qvoice.core.flow.modules import registry

    modules = registry()
    found: dict[Ref, None] = dict.fromkeys(_refs("users", [document.get("owner_id")]))
    root = flow_of(document)
    todo: list[Any] = [root] if root else []
    seen = 0
    while todo and seen < MAX_NODES:
        node = todo.pop()
        seen += 1
        if not isinstance(node, Mapping):
            continue
        module = modules.get(module_of(node))
        if module is not None:
            try:
                refs = module.references(module.Data.model_validate(dict(data_of(node))))
            except ValidationError:
                refs = []
            more = getattr(module, "references_of_exits", None)
            refs = [*refs, *(more(children_of(node)) if more is not None else ())]
            found.update(dict.fromkeys(ref for ref in refs if ref.id or ref.by != "id"))
        todo.extend(children_of(node).values())
    return list(found)


def of_call(*, account_id: str, device_id: str | None, owner_id: str | None) -> list[Ref]:
    """Return what is needed about the caller: the account, its device, its owner with voicemail boxes, and groups
    (for closed groups)."""
    refs = [Ref("accounts", account_id)]
    if device_id:
        refs.append(Ref("devices", device_id))
    if owner_id:
        refs += [Ref("users", owner_id), Ref("vmboxes", owner_id, by="owner_id")]
    return [*refs, Ref("groups", "", by="all")]


def of_names(type: str, id: str, document: Mapping[str, Any]) -> list[Ref]:
    """Return what a loaded document of `type` with `id` names in turn."""
    match type:
        case "users":
            return [Ref("devices", id, by="owner_id"), *_incoming(document)]
        case "devices":
            users = _mapping(_mapping(document.get("hotdesk")).get("users"))
            return _refs("users", [document.get("owner_id"), *users])
        case "groups":
            return [
                ref
                for member, how in _mapping(document.get("endpoints")).items()
                for ref in _refs(member_type(_mapping(how).get("type")), [member])
            ]
        case "temporal_rules_sets":
            rules = document.get("temporal_rules")
            return _refs("temporal_rules", rules if isinstance(rules, list) else [])
        case "vmboxes":
            return [
                *_refs("users", [document.get("owner_id")]),
                *_refs("media", [_mapping(document.get("media")).get("unavailable")]),
            ]
        case "menus":
            return _refs("media", _mapping(document.get("media")).values())
        case "accounts":
            return [
                *_incoming(document),
                *_refs("callflows", [_mapping(document.get("preflow")).get("always")]),
                *_refs("media", [_mapping(document.get("music_on_hold")).get("media_id")]),
            ]
        case "callflows":
            return of_document(document)
        case _:
            return []


def _incoming(document: Mapping[str, Any]) -> list[Ref]:
    """Return the block and allow lists of an account or user (`core.flow.blocking`)."""
    rules = _mapping(document.get("incoming"))
    blocks = [listed for holder in (document, rules) if isinstance(listed := holder.get("blacklists"), list)]
    allows = rules.get("allowlists")
    return [
        *_refs("blacklists", [id for listed in blocks for id in listed]),
        *_refs("lists", allows if isinstance(allows, list) else []),
    ]


def member_type(kind: Any) -> str:
    """Return the document type of a group member's `type`/`endpoint_type`; '' when it is none of the three."""
    return {"user": "users", "device": "devices", "group": "groups"}.get(kind if isinstance(kind, str) else "", "")


def _refs(type: str, ids: Iterable[Any]) -> list[Ref]:
    return [Ref(type, id) for id in ids if type and isinstance(id, str) and id and "/" not in id]


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
