"""What a request about numbers says besides the numbers."""

from __future__ import annotations

from datetime import timedelta

from qvoice.db import Scope
from qvoice.features.auth.directory import AccountInfo
from qvoice.features.auth.permit import Context
from qvoice.kit.errors import NotFound


def own_scope(ctx: Context) -> Scope:
    """Return the scope of the token's own account: where a number to assign may come from."""
    who = ctx.who
    return Scope(who.account_id, ".".join(who.actor.path), who.owner_id, who.account_id)


def target_of(ctx: Context) -> AccountInfo:
    """Return the account of the URL, which numbers go to or come from."""
    if ctx.account is None:
        raise NotFound("there is no such account")
    return ctx.account


def forced(ctx: Context) -> bool:
    """Tell whether the request says `force`: numbers in use may be moved."""
    data = ctx.envelope.get("data")
    return isinstance(data, dict) and data.get("force") is True


def rest_of(ctx: Context) -> timedelta:
    """Return how long a released number rests."""
    return timedelta(days=ctx.request.app.state.settings.numbers.rest_days)
