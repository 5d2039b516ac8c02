"""`/accounts/{A}/port_requests` (kazoo.md 2.4): orders, states, papers, comments, timeline, bulk files."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import text

from qvoice.db.engine import enter
from qvoice.features import documents
from qvoice.features.auth.permit import Context, permit
from qvoice.features.documents import crossbar
from qvoice.features.documents.openapi import describe_model
from qvoice.features.documents.validate import validated
from qvoice.features.port_requests import bulk, lookup, move, rules, tenants
from qvoice.features.port_requests.resource import RESOURCE
from qvoice.features.port_requests.schemas import PortLookup
from qvoice.kit.clock import to_gregorian, utcnow
from qvoice.kit.errors import Invalid, NotFound

router = APIRouter(tags=["port_requests"])
BASE = "/accounts/{account_id}/port_requests"
MAX_FILE = 8 * 1024 * 1024
TYPES = {"application/pdf": b"%PDF-", "image/png": b"\x89PNG", "image/jpeg": b"\xff\xd8\xff"}
MAX_FILES = 20


def _below(rows: Any, *, by_platform: bool) -> list[dict[str, Any]]:
    return [
        {
            "id": row.id.hex,
            "account_id": row.account_id.hex,
            "account_name": row.account_name,
            "created": to_gregorian(row.created),
            "updated": to_gregorian(row.modified),
            **{key: row.doc.get(key) for key in ("name", "port_state", "transfer_date", "type", "reference_number")},
            "losing_carrier": (row.doc.get("bill") or {}).get("carrier"),
            "numbers": list(row.doc.get("numbers") or {}),
            "may_become": rules.next_of(row.doc.get("port_state", rules.START), by_platform=by_platform),
        }
        for row in rows
    ]


@router.get("/accounts/{account_id}/descendants/port_requests", operation_id="list_port_requests_below",
            summary="Orders of this account and those below")  # fmt: skip
async def below(request: Request, account_id: str, ctx: Context = permit("port_requests", "read")) -> Response:
    """The board of whoever runs the desk; `by_state` narrows it. `may_become`: where the asker may move the order."""
    wanted = dict(ctx.query).get("by_state", "")
    async with ctx.tx() as s:
        found = (await s.execute(text("select * from port_requests_below()"))).all()
    rows = _below(found, by_platform=ctx.who.actor.is_master)
    return ctx.reply([row for row in rows if not wanted or row["port_state"] in wanted.split(",")])


@router.get(f"{BASE}/last_submitted", operation_id="last_submitted_port_requests", summary="When orders were submitted")
async def last_submitted(request: Request, account_id: str, ctx: Context = permit("port_requests", "read")) -> Response:
    """The last submission of each order."""
    async with ctx.tx() as s:
        rows = await s.execute(
            text(
                "select distinct on (port_request_id) port_request_id, at, data from port_request_events"
                " where kind = 'state' and data ->> 'to' = 'submitted' order by port_request_id, id desc"
            )
        )
        shown = [
            {"id": row.port_request_id.hex, "transition": {"type": "submitted", "timestamp": to_gregorian(row.at)}}
            for row in rows
        ]
    return ctx.reply(shown)


@router.put(
    f"{BASE}/bulk", **describe_model(answer={"type": "object"}, status=201), operation_id="bulk_port_requests",
    summary="Orders from a CSV file",
)  # fmt: skip
async def from_csv(request: Request, account_id: str, ctx: Context = permit("port_requests", "create")) -> Response:
    """`{"csv", "dry_run"}`: a verdict for every row; without `dry_run`, and only when all rows are good, one order for
    each tenant, losing carrier, account, address and name. `tenant` (id or realm, at or below this account) gets the
    numbers, and `assign_to` (an extension or number there) is what each will reach.
    """
    given = ctx.data.get("csv")
    if not isinstance(given, str):
        raise Invalid.field("csv", "required", "send the file's text under csv")
    read = bulk.read(given)
    made: list[str] = []
    async with ctx.tx() as s:
        scopes = await tenants.judge(s, read)
        if ctx.data.get("dry_run") is not True and not read.refused:
            for tenant, order in read.orders:
                await enter(s, scopes[tenant.lower()])
                made.append((await documents.create(s, "port_requests", order)).id)
            await enter(s, ctx.scope)
    return ctx.reply({"rows": read.verdicts, "orders": len(read.orders), "created": made}, status=201)


@router.post(
    f"{BASE}/lnp_lookup", **describe_model(body=PortLookup, answer={"type": "object"}),
    operation_id="look_up_port_numbers", summary="Can these numbers be brought here?",
)  # fmt: skip
async def look_up(request: Request, account_id: str, ctx: Context = permit("port_requests", "create")) -> Response:
    """Ask the carriers which of `numbers` they can bring here, and whose each is now."""
    given = PortLookup.model_validate(validated(PortLookup, ctx.data))
    return ctx.reply({"numbers": await lookup.look_up(ctx.db, list(dict.fromkeys(given.numbers)))})


@router.patch(
    f"{BASE}/{{port_id}}/{{state}}", **describe_model(answer={"type": "object"}), operation_id="move_port_request",
    summary="Move an order to a state",
)  # fmt: skip
async def move_to(
    request: Request, account_id: str, port_id: str, state: str, ctx: Context = permit("port_requests", "update")
) -> Response:
    """`submitted` and `canceled` by the account; `pending`, `scheduled` (with transfer_date), `completed` and
    `rejected` (with reason) by the platform's desk.
    """
    if state not in rules.STATES:
        raise NotFound(f"there is no state {state[:40]}: use one of {', '.join(rules.STATES[1:])}")
    data = ctx.envelope.get("data") or {}
    reason, day = (str(data.get(key) or dict(ctx.query).get(key, "")) for key in ("reason", "transfer_date"))
    async with ctx.tx() as s:
        moved = await move.move(
            s, port_id, state, by_platform=ctx.who.actor.is_master, today=utcnow().date(), reason=reason, day=day
        )
    return ctx.reply({**moved.doc, "id": moved.id}, revision=moved.revision)


@router.get(f"{BASE}/{{port_id}}/check", operation_id="check_port_request", summary="Would the order be refused?")
async def check(
    request: Request, account_id: str, port_id: str, ctx: Context = permit("port_requests", "read")
) -> Response:
    """What a losing carrier, or we, would object to: `{field: {rule: {message}}}`; empty: it may be submitted."""
    async with ctx.tx() as s:
        found = await move.problems(s, await documents.load(s, "port_requests", port_id), today=utcnow().date())
    return ctx.reply(found)


@router.put(
    f"{BASE}/{{port_id}}/split", **describe_model(answer={"type": "array"}, status=201),
    operation_id="split_port_request", summary="One order for each losing carrier",
)  # fmt: skip
async def split(
    request: Request, account_id: str, port_id: str, ctx: Context = permit("port_requests", "update")
) -> Response:
    """Split an order that is not sent yet."""
    async with ctx.tx() as s:
        made = await move.split(s, port_id)
    return ctx.reply([{**one.doc, "id": one.id} for one in made], status=201)


# --- comments and timeline --------------------------------------------------------------------------------------------


@router.put(
    f"{BASE}/{{port_id}}/comments", **describe_model(answer={"type": "object"}, status=201),
    operation_id="comment_port_request", summary="Write comments",
)  # fmt: skip
async def comment(
    request: Request, account_id: str, port_id: str, ctx: Context = permit("port_requests", "update")
) -> Response:
    """`{"comments": [{"content", "superduper_comment"}]}`; the latter: only the platform's desk may read it."""
    given = ctx.data.get("comments")
    if not isinstance(given, list) or not 0 < len(given) <= 50 or not all(isinstance(one, dict) for one in given):
        raise Invalid.field("comments", "type", "comments must be a list of 1 to 50 objects with content")
    async with ctx.tx() as s:
        order = await documents.load(s, "port_requests", port_id)
        for one in given:
            content = one.get("content")
            if not isinstance(content, str) or not 0 < len(content.strip()) <= 4000:
                raise Invalid.field("comments.content", "required", "a comment has 1 to 4000 characters")
            private = one.get("superduper_comment") is True and ctx.who.actor.is_master
            await move.remember(s, order.id, "comment", {"content": content.strip()}, private=private)
    return ctx.reply({"id": port_id, "comments": await _events(ctx, port_id, "comment")}, status=201)


@router.get(f"{BASE}/{{port_id}}/comments", operation_id="get_port_request_comments", summary="Comments")
async def comments(
    request: Request, account_id: str, port_id: str, ctx: Context = permit("port_requests", "read")
) -> Response:
    """The comments, the oldest first."""
    return ctx.reply(await _events(ctx, port_id, "comment"))


@router.get(f"{BASE}/{{port_id}}/timeline", operation_id="get_port_request_timeline", summary="What happened")
async def timeline(
    request: Request, account_id: str, port_id: str, ctx: Context = permit("port_requests", "read")
) -> Response:
    """States and comments, the oldest first."""
    return ctx.reply(await _events(ctx, port_id, None))


async def _events(ctx: Context, port_id: str, kind: str | None) -> list[dict[str, Any]]:
    async with ctx.tx() as s:
        order = await documents.load(s, "port_requests", port_id)
        rows = await s.execute(
            text(
                "select * from port_request_events where port_request_id = cast(:id as uuid)"
                " and (not private or :desk) and (cast(:kind as text) is null or kind = :kind) order by id"
            ),
            {"id": order.id, "desk": ctx.who.actor.is_master, "kind": kind},
        )
        return [
            {
                "timestamp": to_gregorian(row.at),
                "type": row.kind,
                **row.data,
                "superduper_comment": row.private,
                "user_id": row.actor_id.hex if row.actor_id else None,
                "account_id": row.actor_account_id.hex if row.actor_account_id else None,
            }
            for row in rows
        ]


# --- papers -----------------------------------------------------------------------------------------------------------


@router.get(f"{BASE}/{{port_id}}/attachments", operation_id="list_port_request_files", summary="Papers of an order")
async def files(
    request: Request, account_id: str, port_id: str, ctx: Context = permit("port_requests", "read")
) -> Response:
    """Name → type, size and kind (`loa`, `bill`, `other`)."""
    async with ctx.tx() as s:
        order = await documents.load(s, "port_requests", port_id)
        rows = await s.execute(
            text(
                "select name, kind, content_type, length(content) as size from port_request_files"
                " where port_request_id = cast(:id as uuid) order by name"
            ),
            {"id": order.id},
        )
        shown = {row.name: {"kind": row.kind, "content_type": row.content_type, "length": row.size} for row in rows}
    return ctx.reply(shown)


@router.put(f"{BASE}/{{port_id}}/attachments", operation_id="add_port_request_file", summary="Attach a paper",
            status_code=201)  # fmt: skip
async def attach(
    request: Request, account_id: str, port_id: str, ctx: Context = permit("port_requests", "update")
) -> Response:
    """The body is the file (PDF, PNG or JPEG); `?filename=loa.pdf`. Its kind is `kind=`, else what its name begins
    with: loa, bill.
    """
    query = dict(ctx.query)
    name = query.get("filename", "").strip()
    if not 0 < len(name) <= 100 or any(ord(c) < 32 or c in '/\\"' for c in name):
        raise Invalid.field("filename", "invalid", "give ?filename= of at most 100 characters, without slashes")
    kind = query.get("kind") or next((kind for kind in rules.DOCUMENTS if name.lower().startswith(kind)), "other")
    if kind not in (*rules.DOCUMENTS, "other"):
        raise Invalid.field("kind", "enum", "kind must be loa, bill or other")
    content = await request.body()
    if len(content) > MAX_FILE:
        raise Invalid.field("file", "maxLength", "the file is too large: at most 8 MB", target=MAX_FILE)
    content_type = next((kind for kind, start in TYPES.items() if content.startswith(start)), None)
    if content_type is None:
        raise Invalid.field("file", "type", "the file must be a PDF, PNG or JPEG")
    async with ctx.tx() as s:
        order = await documents.load(s, "port_requests", port_id, lock=True)
        sent = order.doc.get("port_state", rules.START) not in rules.EDITABLE
        if sent and await s.scalar(
            text("select 1 from port_request_files where port_request_id = cast(:id as uuid) and name = :name"),
            {"id": order.id, "name": name},
        ):
            raise move.WrongState("papers of an order that was sent stay: give the new one another name")
        many = await s.scalar(
            text("select count(*) from port_request_files where port_request_id = cast(:id as uuid)"), {"id": order.id}
        )
        if int(many or 0) >= MAX_FILES:
            raise Invalid.field("file", "maxItems", f"an order has at most {MAX_FILES} papers", target=MAX_FILES)
        await s.execute(
            text(
                "insert into port_request_files (account_id, port_request_id, kind, name, content_type, content)"
                " values (cast(:account as uuid), cast(:id as uuid), :kind, :name, :type, :content)"
                " on conflict (port_request_id, name) do update set kind = excluded.kind,"
                " content_type = excluded.content_type, content = excluded.content"
            ),
            {
                "account": ctx.account_id, "id": order.id, "kind": kind, "name": name, "type": content_type,
                "content": content,
            },
        )  # fmt: skip
    return ctx.reply({name: {"kind": kind, "content_type": content_type, "length": len(content)}}, status=201)


@router.get(f"{BASE}/{{port_id}}/attachments/{{name}}", operation_id="get_port_request_file", summary="Read a paper")
async def read_file(
    request: Request, account_id: str, port_id: str, name: str, ctx: Context = permit("port_requests", "read")
) -> Response:
    """The file, to be saved and never run."""
    async with ctx.tx() as s:
        order = await documents.load(s, "port_requests", port_id)
        row = (
            await s.execute(
                text(
                    "select content, content_type from port_request_files"
                    " where port_request_id = cast(:id as uuid) and name = :name"
                ),
                {"id": order.id, "name": name},
            )
        ).first()
    if row is None:
        raise NotFound("this order has no such paper")
    plain = name.encode("ascii", "ignore").decode()
    headers = {
        "content-disposition": f'attachment; filename="{plain or "paper"}"',
        "x-content-type-options": "nosniff",
    }
    return Response(bytes(row.content), media_type=row.content_type, headers=headers)


@router.delete(
    f"{BASE}/{{port_id}}/attachments/{{name}}", operation_id="delete_port_request_file", summary="Remove a paper"
)
async def delete_file(
    request: Request, account_id: str, port_id: str, name: str, ctx: Context = permit("port_requests", "update")
) -> Response:
    """Remove a paper of an order that is not sent."""
    async with ctx.tx() as s:
        order = await documents.load(s, "port_requests", port_id, lock=True)
        if order.doc.get("port_state", rules.START) not in rules.EDITABLE:
            raise move.WrongState("papers of an order that was sent stay")
        await s.execute(
            text("delete from port_request_files where port_request_id = cast(:id as uuid) and name = :name"),
            {"id": order.id, "name": name},
        )
    return ctx.reply({})


router.include_router(crossbar(RESOURCE))
