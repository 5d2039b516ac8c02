"""`users/{U}/quickcall/{number}` and `devices/{D}/quickcall/{number}`: ring my phone, then call (kazoo.md 2.4).

As in the dialect by GET or POST, but never without a token.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from qvoice.features import documents
from qvoice.features.auth.permit import Context, permit
from qvoice.features.channels import control
from qvoice.kit.errors import Invalid, Unavailable

router = APIRouter(tags=["quickcall"])
_PARAMETERS = [
    {"name": "timeout", "in": "query", "required": False, "schema": {"type": "integer", "minimum": 5, "maximum": 120},
     "description": "Seconds that the phone rings"},
    {"name": "auto_answer", "in": "query", "required": False, "schema": {"type": "string", "enum": ["true", "false"]},
     "description": "Ask the phone to answer by itself"},
    {"name": "cid-name", "in": "query", "required": False, "schema": {"type": "string"},
     "description": "Name that the ringing phone shows"},
    {"name": "cid-number", "in": "query", "required": False, "schema": {"type": "string"},
     "description": "Number that the ringing phone shows; else the one to be called"},
]  # fmt: skip


async def _quickcall(ctx: Context, type: str, id: str, number: str) -> Response:
    query = ctx.request.query_params
    seconds = query.get("timeout", "30")
    if not (seconds.isascii() and seconds.isdigit() and 5 <= int(seconds[:4]) <= 120):
        raise Invalid.field("timeout", "maximum", "timeout must be 5 to 120 seconds")
    async with ctx.tx() as s:
        document = await documents.load(s, type, id)
        ctx.check(document_id=id, owner_id=id if type == "users" else document.doc.get("owner_id"))
    settings = ctx.request.app.state.settings
    if settings is None:
        raise Unavailable("this API runs without call control")
    arguments: dict[str, Any] = {
        "account": ctx.account_id,
        type.removesuffix("s"): id,
        "number": number,
        "timeout": int(seconds),
        "auto_answer": query.get("auto_answer", "").lower() == "true",
        "name": query.get("cid-name", "")[:64],
        "shown": query.get("cid-number", "")[:64],
    }
    answer = await control.ask(settings, "quickcall", **arguments)
    return ctx.reply({"number": number, "devices": answer.get("devices", [])})


def _routes(type: str, noun: str) -> None:
    path = f"/accounts/{{account_id}}/{type}/{{document_id}}/quickcall/{{number}}"

    @router.get(path, operation_id=f"get_{noun}_quickcall", summary=f"Ring the {noun}'s phone, then call",
                openapi_extra={"parameters": _PARAMETERS})  # fmt: skip
    @router.post(path, operation_id=f"post_{noun}_quickcall", summary=f"Ring the {noun}'s phone, then call",
                 openapi_extra={"parameters": _PARAMETERS})  # fmt: skip
    async def call(
        request: Request,
        account_id: str,
        document_id: str,
        number: str,
        ctx: Context = permit("quickcall", "update", own=True),
    ) -> Response:
        """Ring the phones; the one that answers calls the number with its own rights and caller id."""
        return await _quickcall(ctx, type, document_id, number)


_routes("users", "user")
_routes("devices", "device")
