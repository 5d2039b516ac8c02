"""What is wrong with a callflow, as a builder shows it: by path, before anything is saved."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.core.flow import references
from qvoice.core.flow.compile import CompiledFlow, compile_flow
from qvoice.core.flow.describe import unchosen
from qvoice.core.flow.world import World
from qvoice.features.callflows.schemas import Callflow
from qvoice.features.documents import resources, store
from qvoice.features.documents.resource import Doc
from qvoice.features.documents.validate import validated
from qvoice.kit import ids
from qvoice.kit.errors import Invalid


async def problems_of(session: AsyncSession, document: Doc) -> list[dict[str, Any]]:
    """Return {path, code, params, message, severity} of all that a save would refuse or a call would stumble over."""
    found: list[dict[str, Any]] = []
    try:
        validated(Callflow, document)
    except Invalid as refused:
        found += [
            _problem(path, code, str(rule.get("message", "")) if isinstance(rule, dict) else str(rule))
            for path, rules in refused.fields.items()
            for code, rule in rules.items()
        ]
    world = await _world(session, document)
    compiled = compile_flow(document, world, flow_id=str(document.get("id") or ""))
    problems = compiled.warnings if isinstance(compiled, CompiledFlow) else compiled
    found += [_problem(p.path, p.code, p.message, p.severity, **p.params) for p in problems]
    if isinstance(compiled, CompiledFlow):
        found += [
            _problem(path, "not-chosen", f"{label}: nothing is chosen, so calls pass over this step.", "warning")
            for path, label in unchosen(compiled.root)
        ]
    return [*found, *await _taken_numbers(session, document)]


def _problem(path: str, code: str, message: str, severity: str = "error", /, **params: Any) -> dict[str, Any]:
    return {"path": path, "code": code, "params": params, "message": message, "severity": severity}


async def _world(session: AsyncSession, document: Doc) -> World:
    """Return a world that has exactly the documents that the flow names and that exist."""
    known, documents = resources(), {}
    wanted: dict[str, list[str]] = {}
    for ref in references.of_document(document):
        if ref.by == "id" and ref.type in known and ids.is_id(ref.id):
            wanted.setdefault(ref.type, []).append(ref.id)
    for type, those in wanted.items():
        for one in await store.find(session, type, id=sorted(set(those))):
            documents[type, one.id] = one.whole
    return World(session.info["scope"].account_id, documents)


async def _taken_numbers(session: AsyncSession, document: Doc) -> list[dict[str, Any]]:
    numbers = [n for n in document.get("numbers") or [] if isinstance(n, str)]
    own = str(document.get("id") or "")
    rows = await session.execute(
        text(
            "select n.number, n.callflow_id, f.doc ->> 'name' as name from callflow_numbers n"
            " join callflows f on f.id = n.callflow_id where n.number = any(:numbers)"
        ),
        {"numbers": numbers},
    )
    return [
        {
            **_problem(
                "numbers",
                "unique",
                f"{row.number} is used by {row.name or row.callflow_id.hex}.",
                "error",
                number=row.number,
                name=row.name or row.callflow_id.hex,
            ),
            "number": row.number,
            "callflow_id": row.callflow_id.hex,
        }
        for row in rows
        if row.callflow_id.hex != own
    ]
