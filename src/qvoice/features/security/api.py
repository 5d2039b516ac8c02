"""`/accounts/{A}/security` and `/accounts/{A}/multi_factor`: read only. Clients of the dialect wait for both before
they show an account's users.

Signing in is by password, and there is no second factor: the answers say so. Neither can be written (405).
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from qvoice.features import documents
from qvoice.features.auth.permit import Context, permit
from qvoice.features.auth.tokens import DEFAULT_LIFETIME_S

router = APIRouter(tags=["security"])


@router.get("/accounts/{account_id}/security", operation_id="get_security", summary="How people sign in")
async def security(request: Request, account_id: str, ctx: Context = permit("security", "read")) -> Response:
    """Return the account's own setting (the life of its tokens in seconds, from the account's document) and the
    system's: sign-in by user and password, and that no second factor is asked.
    """
    async with ctx.tx() as s:
        account = await documents.load(s, "accounts", account_id)
    life = account.doc.get("token_auth_expiry_s")
    own: dict[str, Any] = {"auth_modules": {"cb_user_auth": {"token_auth_expiry_s": life}}} if life else {}
    sign_in = {"enabled": True, "token_auth_expiry_s": DEFAULT_LIFETIME_S, "multi_factor": {"enabled": False}}
    return ctx.reply({"account": own, "inherited_config": {"auth_modules": {"cb_user_auth": sign_in}}})


@router.get("/accounts/{account_id}/multi_factor", operation_id="list_multi_factor", summary="Second factors")
async def multi_factor(request: Request, account_id: str, ctx: Context = permit("multi_factor", "read")) -> Response:
    """Return the second factors that the account has and those that the system offers: none."""
    return ctx.reply({"configured": [], "multi_factor_providers": []})
