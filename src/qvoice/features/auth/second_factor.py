"""The second factor at a log-in: a code of an authenticator app, a passkey, or a recovery code.

Asked for when the user has one. The account's setting (`security`) may want one of everybody: who has none yet gets a
token that only sets one up.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import Any

from fastapi import Request
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.core.access import otp
from qvoice.features.auth import passkeys
from qvoice.features.auth.tokens import TokenKey
from qvoice.kit.errors import Unauthenticated

MOST_WRONG = 30
"""Wrong codes of one user in an hour, from wherever, after which authenticator codes are not looked at. Whoever gives
them knows the password; recovery codes and passkeys, which nobody guesses, go on working."""


class MultiFactorRequired(Unauthenticated):
    """A second factor is needed: repeat the log-in with `multi_factor_response`."""

    code = "multi_factor_required"


class WrongFactor(Unauthenticated):
    """The code is wrong or used up. Wait for the next one, or use a recovery code."""

    code = "invalid_credentials"


async def factors(s: AsyncSession, user_id: str) -> list[Any]:
    """Return the user's confirmed factors."""
    rows = await s.execute(
        text("select * from second_factors where user_id = :user and confirmed order by created"), {"user": user_id}
    )
    return list(rows.all())


async def check(s: AsyncSession, request: Request, data: dict[str, Any], user_id: str) -> str:
    """Return how the second factor was proved: `none` when the user has none, else `otp`, `passkey` or `recovery`.

    Raises MultiFactorRequired when the client sent none, WrongFactor.
    """
    found = await factors(s, user_id)
    if not found:
        return "none"
    given, key = data.get("multi_factor_response"), request.app.state.token_key
    if given in (None, ""):
        kinds = [row.kind for row in found]
        request_: dict[str, Any] = {
            "provider_name": "otp" if "otp" in kinds else "passkey",
            "settings": {},
            "options": [*dict.fromkeys(kinds), "recovery"],
        }
        if "passkey" in kinds:
            request_["passkey"] = passkeys.challenge(request, key, [row for row in found if row.kind == "passkey"])
        raise MultiFactorRequired(multi_factor_request=request_)
    if isinstance(given, dict):
        if await passkeys.verify(s, request, key, [row for row in found if row.kind == "passkey"], given):
            return "passkey"
        raise WrongFactor
    text_ = str(given).strip().replace(" ", "")
    if await _recovery(s, key, user_id, text_):
        return "recovery"
    if await _too_many(s, user_id):
        raise WrongFactor("too many wrong codes: wait an hour, or use a recovery code or passkey")
    for row in found:
        if row.kind == "otp" and await _otp(s, key, row, text_):
            return "otp"
    raise WrongFactor


async def wanted(s: AsyncSession, account_id: str) -> bool:
    """Tell whether the account, or one above it for its descendants too, wants a second factor of everybody."""
    found = await s.execute(text("select multi_factor_wanted(cast(:account as uuid))"), {"account": account_id})
    return bool(found.scalar())


async def _otp(s: AsyncSession, key: TokenKey, row: Any, given: str) -> bool:
    secret = key.unseal(bytes(row.secret), context=row.id.hex)
    step = otp.step_of(secret, given, time.time(), after=row.last_step)
    if step is None:
        return False
    # Two log-ins with one code at once: the row is updated by one of them only.
    taken = await s.execute(
        text(
            "update second_factors set last_step = :step, last_used = now() where id = :id and last_step < :step"
            " returning id"
        ),
        {"id": row.id, "step": step},
    )
    return taken.first() is not None


async def _too_many(s: AsyncSession, user_id: str) -> bool:
    found = await s.execute(
        text(
            "select count(*) from login_attempts where user_id = :user and outcome = 'second_factor'"
            " and at > now() - interval '1 hour'"
        ),
        {"user": user_id},
    )
    return found.scalar_one() >= MOST_WRONG


def recovery_hash(key: TokenKey, user_id: str, given: str) -> str:
    """Return what is stored of a recovery code: a keyed hash, for a copy of the database gives none."""
    plain = given.lower().replace("-", "")
    return hmac.new(key.recovery, f"{user_id}|{plain}".encode(), hashlib.sha256).hexdigest()


async def _recovery(s: AsyncSession, key: TokenKey, user_id: str, given: str) -> bool:
    if len(given) < 10 or len(given) > 32:
        return False
    taken = await s.execute(
        text(
            "update recovery_codes set used = now() where user_id = :user and code_hash = :hash and used is null"
            " returning user_id"
        ),
        {"user": user_id, "hash": recovery_hash(key, user_id, given)},
    )
    return taken.first() is not None
