"""`/accounts/{A}/permissions`: the access table itself, decided for whoever asks."""

from __future__ import annotations

from collections import defaultdict

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from qvoice.core.access.decide import Allowed
from qvoice.core.access.permissions import ROLE_FIELDS
from qvoice.features.auth.permit import DECLARED, Context, allowed, permit
from qvoice.features.documents.openapi import describe_model

router = APIRouter(tags=["permissions"])


class Permissions(BaseModel):
    """What the asker may do in an account, by URL collection: actions on all its documents (`may`) and on their own
    (`own`). `fields`: where they may change only some keys of others' documents.
    """

    may: dict[str, list[str]]
    own: dict[str, list[str]]
    fields: dict[str, list[str]]


@router.get(
    "/accounts/{account_id}/permissions", **describe_model(answer=Permissions),
    operation_id="get_permissions", summary="What you may do in this account",
)  # fmt: skip
async def read(request: Request, account_id: str, ctx: Context = permit("about", "read", own=True)) -> Response:
    """Decide every permission that a route asks for, by the same function as the routes."""
    who = ctx.who
    path = ctx.account.steps if ctx.account else who.actor.path
    may: dict[str, set[str]] = defaultdict(set)
    own: dict[str, set[str]] = defaultdict(set)
    for needed in DECLARED:
        answer = allowed(who, needed, path)
        if isinstance(answer, Allowed):
            (may if answer.only_owner is None else own)[needed.resource].add(needed.action)
    return ctx.reply(
        {
            "may": {resource: sorted(actions) for resource, actions in sorted(may.items())},
            "own": {resource: sorted(actions) for resource, actions in sorted(own.items())},
            "fields": {
                resource: sorted(keys) for (role, resource), keys in ROLE_FIELDS.items() if role == who.actor.role
            },
        }
    )
