"""`/accounts/{A}/services`, `service_plans` and `transactions`: read only, and empty until services are charged.

Nothing can be assigned, quoted or paid: those URLs answer 404 or 405, so no client believes that it did.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from qvoice.features.auth.permit import Context, permit

router = APIRouter(tags=["services"])


def _empty(path: str, operation: str, summary: str, resource: str, answer: Any) -> None:
    @router.get(f"/accounts/{{account_id}}/{path}", operation_id=operation, summary=summary)
    async def read(request: Request, account_id: str, ctx: Context = permit(resource, "read")) -> Response:
        return ctx.reply(answer, **({"page_size": 0} if answer == [] else {}))


_empty("services", "get_services", "Plans and charges of the account (none)", "services", {"plans": {}})
_empty("services/summary", "get_services_summary", "The next invoice (empty)", "services", {"invoices": []})
_empty("services/available", "list_available_services", "Plans to choose from (none)", "services", [])
_empty("service_plans", "list_service_plans", "Plans that may be given to accounts below (none)", "service_plans", [])
_empty("service_plans/current", "get_current_plan", "What the account pays for (nothing)", "service_plans",
       {"items": {}, "plans": {}})  # fmt: skip
_empty("service_plans/available", "list_available_plans", "Plans to choose from (none)", "service_plans", [])
_empty("transactions", "list_transactions", "Payments (none)", "transactions", [])
