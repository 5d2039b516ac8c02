"""`/accounts/{A}/external_numbers`: numbers of other carriers that this account may show, once it has proved them."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from qvoice.features.auth.permit import Context, permit
from qvoice.features.channels import control
from qvoice.features.documents import routes
from qvoice.features.documents.openapi import describe_model
from qvoice.features.documents.validate import validated
from qvoice.features.external_numbers import verify
from qvoice.features.external_numbers.resource import RESOURCE
from qvoice.features.external_numbers.schemas import AskForCode, Code, ExternalNumber
from qvoice.kit.errors import Invalid, Unavailable

router = APIRouter(tags=["external_numbers"])
_VERIFY = "/accounts/{account_id}/external_numbers/{document_id}/verify"


@router.put(
    _VERIFY, **describe_model(body=AskForCode, answer=ExternalNumber, status=201), operation_id="call_external_number",
    summary="Call the number and speak a code",
)  # fmt: skip
async def ask(
    request: Request, account_id: str, document_id: str, ctx: Context = permit("external_numbers", "update")
) -> Response:
    """Call the number over the account's own way out; whoever answers hears six digits, twice."""
    validated(AskForCode, ctx.envelope.get("data") or {})
    settings = request.app.state.settings
    if settings is None:
        raise Unavailable("this API runs without call control")
    async with ctx.tx() as s:
        document, code = await verify.new_code(s, document_id)
        shown = await routes.shown(s, RESOURCE, document, ctx.principal)
    language = ctx.account.language if ctx.account else "en"
    await control.ask(
        settings, "speak", account=account_id, number=document.doc["number"], digits=code, language=language
    )
    return ctx.reply(shown, status=201, revision=document.revision)


@router.post(
    _VERIFY, **describe_model(body=Code, answer=ExternalNumber), operation_id="verify_external_number",
    summary="Give the code back",
)  # fmt: skip
async def give(
    request: Request, account_id: str, document_id: str, ctx: Context = permit("external_numbers", "update")
) -> Response:
    """Compare the code; when it is right the number is verified and calls may show it at once."""
    given: dict[str, Any] = validated(Code, ctx.data)
    async with ctx.tx() as s:
        document = await verify.accept(s, document_id, given["pin"])
        shown = await routes.shown(s, RESOURCE, document, ctx.principal) if document else None
    if document is None:
        raise Invalid.field("pin", "invalid", "this is not the code that was spoken: try again")
    return ctx.reply(shown, revision=document.revision)


router.include_router(routes.crossbar(RESOURCE))
