"""REST routes about what trunks do: statistics over time, their state now, and a test call through one gateway."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from qvoice.features.auth.permit import Context, permit
from qvoice.features.channels.control import ask
from qvoice.features.documents import envelope, store
from qvoice.features.documents.openapi import describe_model
from qvoice.features.documents.validate import validated
from qvoice.features.edge.kamailio import Kamailio
from qvoice.features.reports.api import period_of, said
from qvoice.features.resources import statistics
from qvoice.features.resources.status import Edge, ask_edge, status

router = APIRouter(tags=["resources"])
BASE = "/accounts/{account_id}/resources"
LONGEST_TEST = 75.0
"""Seconds that a test call may take: to ring for as long as a call would, to listen, and to hang up."""
CSV = (
    "resource_id", "name", "direction", "attempts", "answered", "asr", "acd", "seconds", "minutes", "pdd_median_ms",
    "pdd_p95_ms", "mos", "loss_percent", "jitter_ms",
)  # fmt: skip


class TestCall(BaseModel):
    """A call through exactly one gateway of a trunk (`gateway`: its place, 0 is the first)."""

    __test__ = False
    model_config = ConfigDict(extra="forbid")

    number: Annotated[str, Field(pattern=r"^\+[1-9][0-9]{6,14}$")]
    gateway: Annotated[int, Field(ge=0, le=31)] = 0


class Step(BaseModel):
    """What happened, and when (`ms` after the call was begun). `code`: the SIP answer that it was."""

    event: Literal["sent", "progress", "ringing", "answered", "refused", "silence", "heard", "not_heard", "ended"]
    ms: int
    code: int | None = None


class TestCallReport(BaseModel):
    """What came of a test call. `verdict`: `works` (answered, and sound came back), `no_sound`, `refused` (by the
    carrier), `unanswered` (it rang until we gave up), `silence` (the carrier said nothing).
    """

    __test__ = False

    verdict: Literal["works", "no_sound", "refused", "unanswered", "silence"]
    sent_to: str
    shown_as: str
    code: int
    cause: str
    pdd_ms: int | None
    steps: list[Step]


async def _edge(ctx: Context) -> Edge:
    kamailio = Kamailio(ctx.request.app.state.settings)
    try:
        return await ask_edge(kamailio)
    finally:
        await kamailio.close()


@router.get(f"{BASE}/status", operation_id="list_resource_status", summary="How the trunks are now")
async def all_status(request: Request, account_id: str, ctx: Context = permit("resources", "read")) -> Response:
    """State of every trunk of the account and its gateways: health by OPTIONS, and registrations."""
    async with ctx.tx() as s:
        trunks = [found.doc | {"id": found.id} for found in await store.find(s, "resources", limit=1000)]
    edge = await _edge(ctx) if trunks else Edge({}, {})
    return ctx.reply([status(trunk, edge) for trunk in trunks])


@router.get(f"{BASE}/statistics", operation_id="list_resource_statistics", summary="Statistics of all trunks")
async def all_statistics(request: Request, account_id: str, ctx: Context = permit("resources", "read")) -> Response:
    """Attempts, answers, minutes and post-dial delay of each trunk of the account, whoever called, of the days `from`
    to `to`. CSV by `accept=text/csv`.
    """
    period = period_of(ctx)
    async with ctx.tx() as s:
        rows = await statistics.of_all(s, period)
        names = {found.id: found.doc.get("name") for found in await store.find(s, "resources", limit=1000)}
    rows = [{**row, "name": names.get(row["resource_id"], "")} for row in rows]
    if envelope.wants_csv(request):
        flat = [
            {"resource_id": row["resource_id"], "name": row["name"], "direction": direction, **row[direction]}
            for row in rows
            for direction in ("outbound", "inbound")
            if direction in row
        ]
        return envelope.as_csv(flat, CSV, name="trunks")
    return ctx.reply({**said(period), "rows": rows})


@router.get(f"{BASE}/{{resource_id}}/status", operation_id="get_resource_status", summary="How a trunk is now")
async def one_status(
    request: Request, account_id: str, resource_id: str, ctx: Context = permit("resources", "read")
) -> Response:
    """State of a trunk and its gateways."""
    return ctx.reply(status(await _trunk(ctx, resource_id), await _edge(ctx)))


@router.get(
    f"{BASE}/{{resource_id}}/statistics", operation_id="get_resource_statistics", summary="A trunk's statistics"
)
async def one_statistics(
    request: Request, account_id: str, resource_id: str, ctx: Context = permit("resources", "read")
) -> Response:
    """Sums by direction and by gateway, and the SIP codes that attempts ended with."""
    period = period_of(ctx)
    trunk = await _trunk(ctx, resource_id)
    async with ctx.tx() as s:
        found = await statistics.of_one(s, period, resource_id)
    if envelope.wants_csv(request):
        return envelope.as_csv(found["codes"], ("direction", "gateway", "code", "cause", "attempts"), name="sip-codes")
    return ctx.reply({**said(period), "resource_id": resource_id, "name": trunk.get("name"), **found})


@router.put(
    f"{BASE}/{{resource_id}}/test_call", **describe_model(body=TestCall, answer=TestCallReport),
    operation_id="test_resource", summary="Call a number through this trunk",
)  # fmt: skip
async def make_test_call(
    request: Request, account_id: str, resource_id: str, ctx: Context = permit("resources", "test")
) -> Response:
    """Call a number through exactly this gateway, play a tone to whoever answers, listen, hang up, and say what
    happened. The answer comes when the call is over: after a minute at most.
    """
    wanted = validated(TestCall, ctx.data)
    trunk = await _trunk(ctx, resource_id)
    report = await ask(
        request.app.state.settings, "test_trunk", within=LONGEST_TEST, account=account_id,
        trunk=_without_secrets(trunk), number=wanted["number"], gateway=wanted["gateway"],
    )  # fmt: skip
    return ctx.reply({key: report[key] for key in TestCallReport.model_fields})


async def _trunk(ctx: Context, resource_id: str) -> dict[str, Any]:
    async with ctx.tx() as s:
        found = await store.load(s, "resources", resource_id)
    return {**found.doc, "id": found.id}


def _without_secrets(trunk: dict[str, Any]) -> dict[str, Any]:
    """The edge has the gateways' passwords; nobody else needs them."""
    gateways = [{key: value for key, value in one.items() if key != "password"} for one in trunk.get("gateways") or ()]
    return {**trunk, "gateways": gateways}
