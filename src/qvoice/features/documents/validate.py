"""Validation by a resource's pydantic model: what comes out is what is stored, and errors speak the dialect.

Unknown keys are kept. Values are stored as the model understood them ("20" for an integer becomes 20). Defaults are
stored for
top-level scalar fields only: a stored nested default would win over another level's setting when endpoints are merged.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ValidationError

from qvoice.kit.errors import Invalid

# pydantic's error type → the dialect's rule (kazoo.md 2.1) and a sentence that says what to do.
_RULES: dict[str, tuple[str, str]] = {
    "missing": ("required", "Field is required but missing: add it"),
    "string_too_short": ("minLength", "Too short: use at least {min_length} characters"),
    "string_too_long": ("maxLength", "Too long: use at most {max_length} characters"),
    "too_short": ("minItems", "Too few: give at least {min_length}"),
    "too_long": ("maxItems", "Too many: give at most {max_length}"),
    "greater_than_equal": ("minimum", "Too small: use {ge} or more"),
    "greater_than": ("exclusiveMinimum", "Too small: use more than {gt}"),
    "less_than_equal": ("maximum", "Too large: use {le} or less"),
    "less_than": ("exclusiveMaximum", "Too large: use less than {lt}"),
    "literal_error": ("enum", "Not one of the allowed values: use {expected}"),
    "enum": ("enum", "Not one of the allowed values: use {expected}"),
    "string_pattern_mismatch": ("pattern", "Does not have the right form: it must match {pattern}"),
    "extra_forbidden": ("additionalProperties", "Unknown key: remove it"),
}
_TARGETS = ("min_length", "max_length", "ge", "gt", "le", "lt", "expected", "pattern")
_FREE = (Any, dict[str, Any], dict[str, Any] | None)
"""Fields about whose inside the model says nothing: a callflow's nodes may nest deeper than pydantic dumps."""
_TYPES = ("_type", "_parsing", "_from_float")


def to_invalid(problem: ValidationError) -> Invalid:
    """Turn pydantic's errors into {field: {rule: {message, target?}}}."""
    fields: dict[str, dict[str, dict[str, Any]]] = {}
    for error in problem.errors(include_url=False, include_input=False):
        path = ".".join(str(step) for step in error["loc"] if not _is_branch(step)) or "data"
        context = {key: value for key, value in error.get("ctx", {}).items() if key != "error"}
        kind = error["type"]
        rule, message = _RULES.get(kind, ("", ""))
        if kind in ("value_error", "assertion_error"):
            cause = error.get("ctx", {}).get("error")
            rule, message = "invalid", str(cause) if cause else error["msg"]
            rule = getattr(cause, "rule", rule)
        elif not rule:
            rule = "type" if kind.endswith(_TYPES) or kind in ("model_type", "model_attributes_type") else "invalid"
            message = error["msg"]
        else:
            message = message.format(**context) if context else message
        details: dict[str, Any] = {"message": message}
        if code := getattr(error.get("ctx", {}).get("error"), "code", ""):
            details["code"] = code
        target = next((context[name] for name in _TARGETS if name in context), None)
        if target is not None:
            details["target"] = target
        fields.setdefault(path, {})[rule] = details
    return Invalid(fields)


def _is_branch(step: Any) -> bool:
    """Tell whether a location step names a union's branch or validator rather than a key (pydantic writes them
    `function-…[…]`, `str`).
    """
    return isinstance(step, str) and (
        step in {"str", "bool", "int", "float"} or "[" in step or step.startswith("function-")
    )


def validated(model: type[BaseModel], doc: dict[str, Any]) -> dict[str, Any]:
    """Validate `doc` and return the document to store; raises Invalid."""
    try:
        instance = model.model_validate(doc)
    except ValidationError as problem:
        raise to_invalid(problem) from problem
    as_given = set(instance.model_extra or ()) | {
        name for name, field in model.model_fields.items() if field.annotation in _FREE
    }
    try:
        understood = instance.model_dump(mode="json", exclude_unset=True, by_alias=True, exclude=as_given)
    except ValueError as problem:
        # pydantic's own limit, about 250 levels, for unknown keys inside a known one.
        raise Invalid.field("data", "depth", "a value is nested too deeply: flatten it") from problem
    result = _overlay(doc, understood)
    for name, field in model.model_fields.items():
        key = field.alias or name
        default = field.default
        if key not in result and isinstance(default, bool | int | float | str):
            result[key] = default
    return result


def _overlay(given: Any, understood: Any) -> Any:
    """Return `given` with the values as `understood`; keys that the model dropped are kept."""
    if isinstance(given, dict) and isinstance(understood, dict):
        return {
            key: _overlay(value, understood[key]) if key in understood else value for key, value in given.items()
        } | {key: value for key, value in understood.items() if key not in given}
    if isinstance(given, list) and isinstance(understood, list) and len(given) == len(understood):
        return [_overlay(a, b) for a, b in zip(given, understood, strict=True)]
    return understood
