"""`/accounts/{A}/webhooks`: the hooks, their attempts and a test; `/v2/webhooks`: which there are."""

from __future__ import annotations

import uuid
from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response
from sqlalchemy import text

from qvoice.features import documents
from qvoice.features.auth.permit import Context, permit
from qvoice.features.documents import crossbar
from qvoice.features.documents.openapi import describe_model
from qvoice.features.webhooks.hooks import KINDS, TEST
from qvoice.features.webhooks.resource import RESOURCE
from qvoice.kit import ids
from qvoice.kit.clock import to_gregorian
from qvoice.kit.errors import Conflict, NotFound

router = APIRouter(tags=["webhooks"])
BASE = "/accounts/{account_id}/webhooks"


class Off(Conflict):
    """This webhook is off: switch it on, then send again."""

    code = "webhook_off"


@router.get("/webhooks", operation_id="list_webhook_kinds", summary="Which hooks there are")
async def kinds(request: Request, ctx: Context = permit("user_auth", "read")) -> Response:
    """Name and meaning of every hook."""
    return ctx.reply([{"id": kind.name, "name": kind.name, "description": kind.about} for kind in KINDS])


@router.get("/webhooks/samples", operation_id="list_webhook_samples", summary="What hooks are told with")
async def samples(request: Request, ctx: Context = permit("user_auth", "read")) -> Response:
    """Names of the samples."""
    return ctx.reply([kind.name for kind in KINDS if kind.sample])


@router.get("/webhooks/samples/{name}", operation_id="get_webhook_sample", summary="What a hook is told with")
async def sample(request: Request, name: str, ctx: Context = permit("user_auth", "read")) -> Response:
    """A sample of what is sent."""
    found = next((kind for kind in KINDS if kind.name == name and kind.sample), None)
    if found is None:
        raise NotFound("there is no such hook")
    return ctx.reply({**found.sample, "hook_event": name, "event_id": "0" * 32, "account_id": "0" * 32})


@router.get(f"{BASE}/attempts", operation_id="list_webhook_attempts", summary="Attempts of all hooks")
async def all_attempts(request: Request, account_id: str, ctx: Context = permit("webhooks", "read")) -> Response:
    """The latest 200 attempts."""
    return await _attempts(ctx, None)


@router.get(f"{BASE}/{{webhook_id}}/attempts", operation_id="get_webhook_attempts", summary="Attempts of a hook")
async def attempts(
    request: Request, account_id: str, webhook_id: str, ctx: Context = permit("webhooks", "read")
) -> Response:
    """The latest 200 attempts of one hook."""
    return await _attempts(ctx, webhook_id)


async def _attempts(ctx: Context, webhook_id: str | None) -> Response:
    async with ctx.tx() as s:
        if webhook_id is not None:
            await documents.load(s, "webhooks", webhook_id)
        rows = await s.execute(
            text(
                "select t.*, d.name, d.state, d.data, w.doc ->> 'uri' as uri from webhook_attempts t"
                " join webhook_deliveries d on d.id = t.delivery_id left join webhooks w on w.id = t.webhook_id"
                " where cast(:hook as uuid) is null or t.webhook_id = cast(:hook as uuid) order by t.id desc limit 200"
            ),
            {"hook": str(uuid.UUID(webhook_id)) if webhook_id else None},
        )
        shown = [_shown(row) for row in rows]
    return ctx.reply(shown)


def _shown(row: Any) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "webhook_id": row.webhook_id.hex,
        "event_id": row.delivery_id.hex,
        "hook_event": row.name,
        "uri": row.uri,
        "data": row.data,
        "result": "failure" if row.problem else "success",
        "reason": row.problem,
        "reason_code": row.code,
        "response_code": row.status or None,
        "milliseconds": row.milliseconds,
        "state": row.state,
        "timestamp": to_gregorian(row.at),
    }


@router.put(
    f"{BASE}/{{webhook_id}}/attempts/{{event_id}}/retry", **describe_model(answer={"type": "object"}, status=201),
    operation_id="retry_webhook", summary="Tell an event again",
)  # fmt: skip
async def retry(
    request: Request, account_id: str, webhook_id: str, event_id: str, ctx: Context = permit("webhooks", "update")
) -> Response:
    """Send a delivery that is over once more, at once and with all its tries; the receiver knows it by its event_id."""
    async with ctx.tx() as s:
        hook = await documents.load(s, "webhooks", webhook_id)
        if hook.doc.get("enabled") is False:
            raise Off
        again = None
        if ids.is_id(event_id):
            again = await s.scalar(
                text(
                    "update webhook_deliveries set state = 'new', tried = 0 where id = cast(:id as uuid)"
                    " and webhook_id = cast(:hook as uuid) and state in ('done', 'failed', 'dropped') returning id"
                ),
                {"id": event_id, "hook": hook.id},
            )
        if again is None:
            raise NotFound("there is no such delivery, or it is being tried just now")
        await s.execute(text("select pg_notify('qvoice_webhook', '')"))
    return ctx.reply({"event_id": event_id}, status=201)


@router.patch(
    BASE, **describe_model(answer={"type": "object"}), operation_id="enable_webhooks", summary="Switch all hooks on"
)
async def enable_all(request: Request, account_id: str, ctx: Context = permit("webhooks", "update")) -> Response:
    """Switch on again what was switched off after failures."""
    done: dict[str, str] = {}
    async with ctx.tx() as s:
        for hook in await documents.find(s, "webhooks"):
            if hook.doc.get("enabled") is False:
                await documents.merge(s, "webhooks", hook.id, {"enabled": True})
                done[hook.id] = "enabled"
    return ctx.reply(done)


@router.put(
    f"{BASE}/{{webhook_id}}/test", **describe_model(answer={"type": "object"}, status=201),
    operation_id="test_webhook", summary="Send a test",
)  # fmt: skip
async def send_test(
    request: Request, account_id: str, webhook_id: str, ctx: Context = permit("webhooks", "update")
) -> Response:
    """Send a sample once, also when the hook is off; what came of it is in its attempts (`event_id`)."""
    async with ctx.tx() as s:
        hook = await documents.load(s, "webhooks", webhook_id)
        kind = next((kind for kind in KINDS if kind.name == hook.doc["hook"]), KINDS[0])
        event_id = uuid.uuid4()
        await s.execute(
            text(
                "insert into webhook_deliveries (id, account_id, webhook_id, about, name, data, key)"
                " values (:id, cast(:account as uuid), cast(:hook as uuid), cast(:account as uuid), :name,"
                " cast(:data as jsonb), :key)"
            ),
            {
                "id": event_id,
                "account": ctx.account_id,
                "hook": hook.id,
                "name": TEST,
                "data": msgspec.json.encode(kind.sample).decode(),
                "key": f"test-{event_id.hex}",
            },
        )
        await s.execute(text("select pg_notify('qvoice_webhook', '')"))
    return ctx.reply({"event_id": event_id.hex}, status=201)


router.include_router(crossbar(RESOURCE))
