"""`/accounts/{A}/fraud`: guards and lock, read by the account, changed by those above it; `fraud/events`: why."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.core.limits.settings import LOCK_OUTGOING
from qvoice.core.limits.settings import Guards as InForce
from qvoice.features import documents
from qvoice.features.auth.permit import Context, permit
from qvoice.features.documents.openapi import describe_model
from qvoice.features.documents.validate import validated
from qvoice.features.fraud import lock as locks
from qvoice.features.fraud.schemas import Guards, LockWish, UnlockWish
from qvoice.kit.clock import utcnow

router = APIRouter(tags=["fraud"])
_PATH = "/accounts/{account_id}/fraud"


async def _shown(ctx: Context, s: AsyncSession) -> Response:
    found = await documents.get(s, "fraud", ctx.account_id)
    doc = found.doc if found else None
    is_master = bool(ctx.account and "." not in ctx.account.path)
    guards = InForce.of(doc, is_master=is_master)
    in_force = {
        "blocked_classes": sorted(guards.blocked),
        "max_forwarded_calls": -1 if guards.forwarded is None else guards.forwarded,
        "velocity": {"calls": guards.velocity[0], "seconds": guards.velocity[1]} if guards.velocity else None,
        "off_hours": {**asdict(guards.off_hours), "days": sorted(guards.off_hours.days)} if guards.off_hours else None,
        "unusual": {
            **asdict(guards.unusual), "factor": float(guards.unusual.factor), "amount": float(guards.unusual.amount),
        } if guards.unusual else None,
        "lock_to": guards.lock_to,
    }
    answer = {**(doc or {}), "id": "fraud", "in_force": in_force, "lock": await locks.current(s)}
    return ctx.reply(answer, revision=found.revision if found else 0)


@router.get(_PATH, **describe_model(answer=Guards), operation_id="get_fraud_guards", summary="Guards and lock")
async def read(request: Request, account_id: str, ctx: Context = permit("fraud", "read")) -> Response:
    """Return the guards as written, as they are in force, and the lock."""
    async with ctx.tx() as s:
        return await _shown(ctx, s)


async def _write(ctx: Context) -> Response:
    data = {key: value for key, value in ctx.data.items() if key not in ("in_force", "lock")}
    async with ctx.tx() as s:
        if await documents.get(s, "fraud", ctx.account_id, lock=True) is None:
            await documents.create(s, "fraud", data, id=ctx.account_id)
        else:
            write = documents.replace if ctx.request.method == "POST" else documents.merge
            await write(s, "fraud", ctx.account_id, data)
        return await _shown(ctx, s)


@router.post(_PATH, **describe_model(body=Guards, answer=Guards), operation_id="replace_fraud_guards",
             summary="Replace the guards")  # fmt: skip
async def replace(request: Request, account_id: str, ctx: Context = permit("fraud", "update")) -> Response:
    """Replace the guards; the next call is judged by them."""
    return await _write(ctx)


@router.patch(_PATH, **describe_model(answer=Guards), operation_id="patch_fraud_guards", summary="Change guards")
async def patch(request: Request, account_id: str, ctx: Context = permit("fraud", "update")) -> Response:
    """Merge into the guards."""
    return await _write(ctx)


@router.put(_PATH + "/lock", **describe_model(body=LockWish, answer={"type": "object"}, status=201),
            operation_id="lock_account", summary="Stop an account's calls")  # fmt: skip
async def put_lock(request: Request, account_id: str, ctx: Context = permit("fraud", "update")) -> Response:
    """Lock it now, whatever guard would or would not; the reason is shown to its administrators."""
    wish = validated(LockWish, ctx.data)
    given = wish.get("ends_calls")
    ends = wish["level"] >= LOCK_OUTGOING if given is None else given
    async with ctx.tx() as s:
        await locks.lock(s, wish["level"], wish["reason"], source="manual", ends_calls=ends, now=utcnow())
        answer = await locks.current(s)
    return ctx.reply(answer, status=201)


@router.delete(_PATH + "/lock", **describe_model(answer={"type": "object"}), operation_id="unlock_account",
               summary="Undo a lock")  # fmt: skip
async def delete_lock(request: Request, account_id: str, ctx: Context = permit("fraud", "update")) -> Response:
    """Let the account call again, at once."""
    wish = validated(UnlockWish, ctx.envelope.get("data") or {})
    async with ctx.tx() as s:
        await locks.unlock(s, wish.get("reason") or "")
        answer = await locks.current(s)
    return ctx.reply(answer)


@router.get(_PATH + "/events", **describe_model(answer={"type": "array", "items": {"type": "object"}}),
            operation_id="list_fraud_events", summary="What locked and unlocked the account, and why")  # fmt: skip
async def events(request: Request, account_id: str, ctx: Context = permit("fraud", "read")) -> Response:
    """Return the last 200 events."""
    async with ctx.tx() as s:
        found = await locks.log_of(s)
    return ctx.reply(found, page_size=len(found))
