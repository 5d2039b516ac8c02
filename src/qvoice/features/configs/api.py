"""`/accounts/{A}/configs/{name}`: what applies where a document is silent; read only.

A form of the dialect reads these before it shows a device, and stays shut when the URL is missing.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from qvoice.features.auth.permit import Context, permit
from qvoice.features.documents.openapi import describe_model
from qvoice.kit.errors import NotFound

router = APIRouter(tags=["configs"])

CONFIGS: dict[str, dict[str, Any]] = {
    # A phone is told that another one took the call (RFC 3326), so that it shows no missed call.
    "kazoo_endpoint": {"ignore_completed_elsewhere": False},
}
"""Name → defaults that the call path really has."""


@router.get(
    "/accounts/{account_id}/configs/{name}", **describe_model(answer={"type": "object"}), operation_id="get_config",
    summary="Defaults of a part of the system",
)  # fmt: skip
async def read(request: Request, account_id: str, name: str, ctx: Context = permit("configs", "read")) -> Response:
    """Return the defaults called `name`; an unknown name is 404."""
    found = CONFIGS.get(name)
    if found is None:
        raise NotFound(f"there are no defaults called {name[:64]}")
    return ctx.reply({**found, "id": name})
