"""The OpenAPI side of document routes: typed bodies and answers inside the dialect's envelope."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from qvoice.features.documents.resource import Resource

LIST_PARAMETERS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("page_size", "Rows per page", {"type": "integer", "minimum": 1, "maximum": 1000, "default": 50}),
    ("start_key", "next_start_key of the page before", {"type": "string"}),
    ("paginate", "false: everything in one answer", {"type": "string", "enum": ["true", "false"]}),
    ("ascending", "true: A to Z (the default is descending)", {"type": "string", "enum": ["true", "false"]}),
    ("has_key", "Only documents that have this key", {"type": "string"}),
    ("key_missing", "Only documents without this key", {"type": "string"}),
    ("has_value", "Only documents where this key is present and not empty", {"type": "string"}),
    ("value_missing", "Only documents where this key is absent or empty", {"type": "string"}),
    ("created_from", "Created at or after, Gregorian seconds", {"type": "integer"}),
    ("created_to", "Created at or before, Gregorian seconds", {"type": "integer"}),
)

_MODELS: dict[str, type[BaseModel]] = {}

ERROR_SCHEMA: dict[str, Any] = {
    "title": "Error",
    "type": "object",
    "required": ["status", "error", "message", "data", "request_id"],
    "properties": {
        "status": {"type": "string", "enum": ["error"]},
        "error": {"type": "string", "description": "HTTP status as text"},
        "message": {"type": "string"},
        "data": {"type": "object", "description": "for 400: {field: {rule: {message}}}"},
        "request_id": {"type": "string"},
    },
}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def error_answer() -> dict[str, Any]:
    """Return the description of every answer that is no success."""
    return {"description": "Error", "content": {"application/json": {"schema": _ref("Error")}}}


def envelope_of(data: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a success envelope around `data`."""
    return {
        "type": "object",
        "required": ["data", "status", "request_id"],
        "properties": {
            "data": data,
            "status": {"type": "string", "enum": ["success"]},
            "request_id": {"type": "string"},
            "revision": {"type": "string"},
            "timestamp": {"type": "string"},
            "version": {"type": "string"},
            "node": {"type": "string"},
            "auth_token": {"type": "string"},
            "page_size": {"type": "integer"},
            "start_key": {"type": "string"},
            "next_start_key": {"type": "string"},
        },
    }


def model_name(model: type[BaseModel]) -> str:
    """Register a model for the document's components and return its name there."""
    known = _MODELS.setdefault(model.__name__, model)
    if known is not model:
        raise ValueError(f"two models are called {model.__name__}")
    return model.__name__


def describe_model(
    *, body: type[BaseModel] | None = None, answer: type[BaseModel] | dict[str, Any] | None = None, status: int = 200
) -> dict[str, Any]:
    """Return FastAPI route arguments for a route with an envelope around `body` and around `answer`."""
    data: dict[str, Any] = {}
    if isinstance(answer, dict):
        data = answer
    elif answer is not None:
        data = _ref(model_name(answer))
    extra: dict[str, Any] = {
        "responses": {
            str(status): {"description": "Success", "content": {"application/json": {"schema": envelope_of(data)}}},
            "default": error_answer(),
        }
    }
    if body is not None:
        schema = {"type": "object", "required": ["data"], "properties": {"data": _ref(model_name(body))}}
        extra["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return {"openapi_extra": extra, "status_code": status, "response_model": None}


def describe(kind: Resource, operation: str) -> dict[str, Any]:
    """Return FastAPI route arguments for one operation of a resource."""
    if operation == "list":
        arguments = describe_model(answer={"type": "array", "items": {"type": "object"}})
        arguments["openapi_extra"]["parameters"] = [
            {"name": name, "in": "query", "required": False, "description": text, "schema": schema}
            for name, text, schema in LIST_PARAMETERS
        ]
    elif operation in ("create", "replace"):
        arguments = describe_model(body=kind.model, answer=kind.model, status=201 if operation == "create" else 200)
    elif operation == "merge":
        arguments = describe_model(answer=kind.model)
        schema = {"type": "object", "required": ["data"], "properties": {"data": {"type": "object"}}}
        arguments["openapi_extra"]["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schema}},
        }
    else:
        arguments = describe_model(answer=kind.model)
    return {**arguments, "tags": [kind.type]}


def components() -> dict[str, Any]:
    """Return the component schemas of all models that routes named."""
    _, definitions = models_json_schema(
        [(model, "validation") for model in _MODELS.values()], ref_template="#/components/schemas/{model}"
    )
    return {**definitions.get("$defs", {}), "Error": ERROR_SCHEMA}
