"""`/schemas`: one per kind of document, and `callflows.<module>` for each callflow module."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

import qvoice.core.flow.modules
from qvoice.features.auth.permit import Context, permit
from qvoice.features.documents import resources
from qvoice.features.documents.openapi import describe_model
from qvoice.features.documents.validate import validated
from qvoice.kit.errors import NotFound

router = APIRouter(tags=["schemas"])


@cache
def models() -> dict[str, type[BaseModel]]:
    """Return all models by schema name."""
    found: dict[str, type[BaseModel]] = {name: kind.model for name, kind in resources().items()}
    for info in pkgutil.iter_modules(qvoice.core.flow.modules.__path__):
        module = importlib.import_module(f"qvoice.core.flow.modules.{info.name}")
        if hasattr(module, "Data"):
            found[f"callflows.{info.name}"] = module.Data
    return found


def _schema(name: str) -> dict[str, Any]:
    model = models().get(name)
    if model is None:
        raise NotFound(f"there is no schema called {name[:64]}")
    schema = {"$schema": "http://json-schema.org/draft-07/schema#", "id": name, **model.model_json_schema()}
    module = name.removeprefix("callflows.")
    if module != name:
        found = importlib.import_module(f"qvoice.core.flow.modules.{module}")
        schema["x-group"] = getattr(found, "GROUP", "")
        schema["x-icon"] = getattr(found, "ICON", "")
        exits = getattr(found, "EXITS", ())
        schema["x-exits"] = sorted(exits) if isinstance(exits, frozenset | set | tuple | list) else "any"
    return schema


@router.get("/schemas", operation_id="list_schemas", summary="Names of all schemas")
async def list_schemas(request: Request, ctx: Context = permit("schemas", "read", own=True)) -> Response:
    """Return the names."""
    return ctx.reply(sorted(models()))


@router.get("/schemas/{name}", operation_id="get_schema", summary="A JSON schema")
async def get_schema(request: Request, name: str, ctx: Context = permit("schemas", "read", own=True)) -> Response:
    """Return one schema."""
    return ctx.reply(_schema(name))


@router.put(
    "/schemas/{name}/validation",
    **describe_model(body=None, answer={"type": "object"}), operation_id="validate_schema",
    summary="Validate a document without storing it",
)  # fmt: skip
async def validate(request: Request, name: str, ctx: Context = permit("schemas", "read", own=True)) -> Response:
    """Return the document as it would be stored, or the errors."""
    _schema(name)
    return ctx.reply(validated(models()[name], ctx.data))
