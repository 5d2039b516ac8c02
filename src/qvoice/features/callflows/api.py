"""`/accounts/{A}/callflows`, and what a builder needs beside the documents: modules, checking, trying, versions."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from qvoice.core.flow.describe import describe_all
from qvoice.core.flow.document import flow_of
from qvoice.features.auth.permit import Context, permit
from qvoice.features.callflows import versions
from qvoice.features.callflows.check import problems_of
from qvoice.features.callflows.resource import RESOURCE, modules_of
from qvoice.features.callflows.schemas import Callflow
from qvoice.features.callflows.simulation import Wanted, to_json, try_call
from qvoice.features.documents.openapi import describe, describe_model
from qvoice.features.documents.routes import crossbar, given_revision, shown
from qvoice.features.documents.validate import validated
from qvoice.kit.clock import to_gregorian
from qvoice.kit.errors import Invalid

router = APIRouter()
_BASE = "/accounts/{account_id}/callflows"
_LIST = {"type": "array", "items": {"type": "object"}}


@router.get(
    _BASE + "/modules",
    **describe_model(body=None, answer=_LIST),
    operation_id="list_callflow_modules",
    summary="Every callflow module: words, form, exits, JSON schema",
)
async def list_modules(request: Request, account_id: str, ctx: Context = permit("callflows", "read")) -> Response:
    """Return the module registry, from which palettes and forms are made."""
    return ctx.reply(describe_all())


@router.post(
    _BASE + "/check",
    **describe_model(body=Callflow, answer=_LIST),
    operation_id="check_callflow",
    summary="What is wrong with a callflow, without storing it",
)
async def check(request: Request, account_id: str, ctx: Context = permit("callflows", "read")) -> Response:
    """Return problems by node path: errors that a save would refuse, and warnings (missing documents, dead ends)."""
    async with ctx.tx() as session:
        return ctx.reply(await problems_of(session, ctx.data))


@router.post(
    _BASE + "/simulate",
    **describe_model(body=Wanted, answer={"type": "object"}),
    operation_id="simulate_call",
    summary="Which way would this call go?",
)
async def simulate(request: Request, account_id: str, ctx: Context = permit("callflows", "read")) -> Response:
    """Run a call through the flows without making it: path, reasons, who would ring, caller id, trunk."""
    wanted = Wanted.model_validate(validated(Wanted, ctx.data))
    below = ctx.account.steps[len(ctx.who.actor.path) - 1 :] if ctx.account else ()
    return ctx.reply(to_json(await try_call(ctx.db, ctx.scope, wanted), shown=below))


@router.get(
    _BASE + "/{document_id}/versions",
    **describe_model(body=None, answer=_LIST),
    operation_id="list_callflow_versions",
    summary="Every saved version of a callflow, newest first",
)
async def list_versions(
    request: Request, account_id: str, document_id: str, ctx: Context = permit("callflows", "read")
) -> Response:
    """List versions: revision, when, by whom, size."""
    async with ctx.tx() as session:
        found = await versions.listing(session, document_id)
    return ctx.reply([_row(version, document_id) for version in found], page_size=len(found))


@router.get(
    _BASE + "/{document_id}/versions/{revision}",
    **describe(RESOURCE, "read"),
    operation_id="get_callflow_version",
    summary="A saved version of a callflow",
)
async def get_version(
    request: Request, account_id: str, document_id: str, revision: int, ctx: Context = permit("callflows", "read")
) -> Response:
    """Return the document as it was saved."""
    async with ctx.tx() as session:
        version = await versions.load(session, document_id, revision)
    return ctx.reply({**version.doc, "id": document_id}, revision=revision)


@router.get(
    _BASE + "/{document_id}/versions/{revision}/changes",
    **describe_model(body=None, answer={"type": "object"}),
    operation_id="get_callflow_changes",
    summary="What a version changed",
)
async def get_changes(
    request: Request, account_id: str, document_id: str, revision: int, ctx: Context = permit("callflows", "read")
) -> Response:
    """Return the differences from `?since=<revision>` (the version before when absent), by node path."""
    given = dict(ctx.query).get("since", "")
    if given and not (given.isascii() and given.isdigit() and len(given) < 10):
        raise Invalid.field("since", "type", "since must be the number of a version")
    async with ctx.tx() as session:
        since, found = await versions.differences(session, document_id, revision, int(given) if given else None)
    return ctx.reply({"revision": revision, "since": since, "changes": [each.to_json() for each in found]})


@router.post(
    _BASE + "/{document_id}/versions/{revision}",
    **describe(RESOURCE, "read"),
    operation_id="restore_callflow_version",
    summary="Make an earlier version the current one",
)
async def restore(
    request: Request, account_id: str, document_id: str, revision: int, ctx: Context = permit("callflows", "update")
) -> Response:
    """Roll back: the next call runs this version. It becomes a new revision, so that this too can be taken back."""
    async with ctx.tx() as session:
        document = await versions.restore(session, document_id, revision, read=given_revision(ctx))
        answer = await shown(session, RESOURCE, document, ctx.principal)
    return ctx.reply(answer, revision=document.revision)


def _row(version: versions.Version, callflow_id: str) -> dict[str, Any]:
    return {
        "id": f"{callflow_id}-{version.revision}",
        "revision": version.revision,
        "action": version.action,
        "created": to_gregorian(version.created),
        "by": {"account_id": version.actor_account_id, "id": version.actor_id, "name": version.actor_name},
        "name": version.doc.get("name"),
        "numbers": version.doc.get("numbers", []),
        "modules": modules_of(version.doc) if flow_of(version.doc) else [],
    }


router.include_router(crossbar(RESOURCE))
