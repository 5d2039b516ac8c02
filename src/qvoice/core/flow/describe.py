"""The module registry as data: everything a builder needs to offer a module, draw its form and name its exits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from qvoice.core.flow.compile import Node
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import ANY, WILDCARD
from qvoice.core.flow.forms import GROUPS, SKIP, Field, Preset, Words
from qvoice.core.flow.modules import Module, registry


@cache
def describe_all() -> tuple[dict[str, Any], ...]:
    """Return the description of every module, in order of name."""
    return tuple(describe(name, module) for name, module in registry().items())


def describe(name: str, module: Module) -> dict[str, Any]:
    """Return one module: name, words, group, icon, exits, fields, JSON schema, types of documents it names."""
    schema = module.Data.model_json_schema()
    form: Mapping[str, Field] = getattr(module, "FORM", {})
    fields = [_field(key, form.get(key), schema) for key in _in_order(module.Data, form)]
    presets: tuple[Preset, ...] = getattr(module, "PRESETS", ())
    return {
        "name": name,
        "version": module.VERSION,
        "title": _title(name, module).to_json(),
        "about": _about(module).to_json(),
        "group": {"id": module.GROUP, "en": module.GROUP, "fr": GROUPS.get(module.GROUP, module.GROUP)},
        "icon": module.ICON,
        "exits": _exits(module),
        "fields": fields,
        "schema": schema,
        "refers_to": sorted({str(f["of"]) for f in fields if f["of"]}),
        "presets": [{"title": preset.title.to_json(), "data": dict(preset.data)} for preset in presets],
    }


def undescribed() -> list[str]:
    """Return what still lacks words: module names, and `module.key` of settings."""
    missing = []
    for name, module in registry().items():
        if not isinstance(getattr(module, "TITLE", None), Words) or not isinstance(
            getattr(module, "ABOUT", None), Words
        ):
            missing.append(name)
        form = getattr(module, "FORM", {})
        keys = set(module.Data.model_fields) - {"skip_module"}
        missing += [f"{name}.{key}" for key in sorted(keys - set(form))]
    return missing


def unchosen(node: Node) -> Iterator[tuple[str, str]]:
    """Yield (path, label in English) of every setting below a node that is needed and empty."""
    todo = [node]
    while todo:
        one = todo.pop()
        todo.extend(one.children.values())
        for key, asked in getattr(one.module, "FORM", {}).items():
            if asked.needed and one.data is not None and not getattr(one.data, key, None):
                yield f"{one.path}.data.{key}", asked.label.en


def _in_order(data: type[ModuleData], form: Mapping[str, Field]) -> list[str]:
    keys = [key for key in data.model_fields if key != "skip_module"]
    return [*(key for key in form if key in keys), *(key for key in keys if key not in form), "skip_module"]


def _field(key: str, asked: Field | None, schema: Mapping[str, Any]) -> dict[str, Any]:
    found = schema.get("properties", {}).get(key, {})
    if key == "skip_module":
        asked = SKIP
    if asked is None:
        label = key.replace("_", " ").capitalize()
        asked = Field(Words(label, label), advanced=True)
    return {
        "key": key,
        "label": asked.label.to_json(),
        "help": asked.help.to_json() if asked.help else None,
        "control": asked.control or ("choice" if asked.choices else _control(found)),
        "of": asked.of,
        "choices": [{"value": value, **words.to_json()} for value, words in asked.choices],
        "default": found.get("default"),
        "advanced": asked.advanced,
        "needed": asked.needed,
    }


def _control(schema: Mapping[str, Any]) -> str:
    """Return the control for a JSON schema: `switch`, `whole`, `decimal`, `text`, `list`, else `json`."""
    options = [option.get("type") for option in schema.get("anyOf", [schema])]
    if "boolean" in options:
        return "switch"
    if "string" in options:
        return "text"
    if "integer" in options:
        return "whole"
    if "number" in options:
        return "decimal"
    if options == ["array"] and schema.get("items", {}).get("type") == "string":
        return "list"
    return "json"


def _exits(module: Module) -> dict[str, Any]:
    keys: Mapping[str, Words] = getattr(module, "EXIT_WORDS", {})
    free = module.EXITS == ANY
    failures = "failures" in module.EXITS
    named = module.EXITS - {WILDCARD, "failures"} if not free else frozenset[str]()
    shown = {**{key: Words(key, key) for key in sorted(named)}, **keys}
    return {
        "wildcard": free or WILDCARD in module.EXITS,
        "failures": failures,
        "free": free,
        "kind": getattr(module, "EXIT_KIND", "causes" if failures else "values" if free else ""),
        "keys": [{"key": key, **words.to_json()} for key, words in shown.items()],
    }


def _title(name: str, module: Module) -> Words:
    title = getattr(module, "TITLE", None)
    plain = name.replace("_", " ").capitalize()
    return title if isinstance(title, Words) else Words(plain, plain)


def _about(module: Module) -> Words:
    about = getattr(module, "ABOUT", None)
    if isinstance(about, Words):
        return about
    first = (module.__doc__ or "").strip().split("\n\n")[0].replace("\n", " ")
    return Words(first, first)
