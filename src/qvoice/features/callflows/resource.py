"""Callflows as documents: numbers unique in the account, flows that compile, names of what they use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Boolean, Column, Text, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.core.flow import references
from qvoice.core.flow.compile import CompiledFlow, compile_flow
from qvoice.core.flow.document import MAX_NODES, children_of, flow_of, module_of
from qvoice.core.flow.lookup import NO_MATCH
from qvoice.db.metadata import HexId
from qvoice.features.callflows import defaults, versions
from qvoice.features.callflows.schemas import Callflow
from qvoice.features.documents import Change, Document, Hooks, Resource, get, resources
from qvoice.features.documents.resource import Doc
from qvoice.features.numbers.table import bind_to_callflow
from qvoice.kit import ids
from qvoice.kit.errors import Invalid

_TAKEN = "the number is used by another callflow of this account: remove it there or choose another"


def modules_of(whole: Doc) -> list[str]:
    """Return the names of the modules a flow uses, each once, in the order met."""
    found: dict[str, None] = {}
    todo: list[Any] = [flow_of(whole)]
    seen = 0
    while todo and seen < MAX_NODES:
        node = todo.pop(0)
        seen += 1
        if isinstance(node, dict):
            if module_of(node):
                found[module_of(node)] = None
            todo.extend(children_of(node).values())
    return list(found)


async def _before_write(change: Change) -> None:
    new = change.new
    new.pop("metadata", None)
    numbers = [number.strip() for number in new.get("numbers", [])]
    new["numbers"] = numbers
    twice = sorted({number for number in numbers if numbers.count(number) > 1})
    if twice:
        raise Invalid.field("numbers", "unique", "the same number is given twice: remove one", cause=twice[0])
    compiled = compile_flow(new, None, flow_id=change.id)
    if not isinstance(compiled, CompiledFlow):
        fields: dict[str, dict[str, dict[str, Any]]] = {}
        for problem in compiled:
            if problem.severity == "error":
                fields.setdefault(problem.path, {})[problem.code] = {"message": problem.message}
        raise Invalid(fields)
    if change.old is None and numbers == [NO_MATCH] and change.actor is not None:
        await defaults.give_way(change.session)


async def _after_write(change: Change) -> None:
    await versions.keep(change)
    s, numbers = change.session, change.new.get("numbers", [])
    if change.old is not None and change.old.get("numbers", []) == numbers:
        return
    await s.execute(text("delete from callflow_numbers where callflow_id = cast(:id as uuid)"), {"id": change.id})
    try:
        for number in numbers:
            await s.execute(
                text(
                    "insert into callflow_numbers (account_id, number, callflow_id)"
                    " values (cast(:account as uuid), :number, cast(:id as uuid))"
                ),
                {"account": change.scope.account_id, "number": number, "id": change.id},
            )
    except IntegrityError as problem:
        raise Invalid.field("numbers", "unique", _TAKEN, cause=number) from problem
    await bind_to_callflow(s, callflow_id=change.id, numbers=numbers)


async def _after_many(changes: Sequence[Change]) -> None:
    """As `_after_write`, for new flows: nothing was bound to them before."""
    await versions.keep_created(changes)
    s = changes[0].session
    numbers = [(number, change.id) for change in changes for number in change.new.get("numbers", [])]
    try:
        await s.execute(
            text(
                "insert into callflow_numbers (account_id, number, callflow_id) select cast(:account as uuid), n, f"
                " from unnest(cast(:numbers as text[]), cast(:flows as uuid[])) as t(n, f)"
            ),
            {
                "account": changes[0].scope.account_id,
                "numbers": [number for number, _ in numbers],
                "flows": [flow for _, flow in numbers],
            },
        )
    except IntegrityError as problem:
        raise Invalid.field("numbers", "unique", _TAKEN) from problem
    for change in changes:
        if any(number.startswith("+") for number in change.new.get("numbers", [])):
            await bind_to_callflow(s, callflow_id=change.id, numbers=change.new["numbers"])


async def _after_delete(change: Change) -> None:
    await versions.keep(change)
    await change.session.execute(
        text("delete from callflow_numbers where callflow_id = cast(:id as uuid)"), {"id": change.id}
    )
    await bind_to_callflow(change.session, callflow_id=change.id, numbers=[])


async def metadata(s: AsyncSession, doc: Doc) -> dict[str, Any]:
    """Return {id: {name, …}} of every document that the flow names and that exists (kazoo.md H19)."""
    known = resources()
    found: dict[str, Any] = {}
    for ref in references.of_document(doc):
        if ref.by != "id" or ref.type not in known or not ids.is_id(ref.id) or ref.id in found:
            continue
        document = await get(s, ref.type, ref.id)
        if document is not None:
            names = {
                key: document.doc[key]
                for key in ("name", "first_name", "last_name", "username", "mailbox", "numbers", "type")
                if key in document.doc
            }
            if ref.type == "users":
                names["name"] = f"{document.doc.get('first_name', '')} {document.doc.get('last_name', '')}".strip()
            found[ref.id] = {**names, "pvt_type": ref.type.removesuffix("s")}
    return found


async def _present(s: AsyncSession, document: Document, shown: Doc, actor: Any) -> Doc:
    shown = {**shown, "metadata": await metadata(s, document.doc)}
    compiled = compile_flow(document.doc, None, flow_id=document.id, tolerant=True)
    if isinstance(compiled, CompiledFlow) and compiled.warnings:
        shown["_read_only"] = {
            **shown["_read_only"],
            "warnings": [
                {"path": w.path, "code": w.code, "params": dict(w.params), "message": w.message}
                for w in compiled.warnings
            ],
        }
    return shown


def _summary(whole: Doc) -> Doc:
    code = whole.get("featurecode")
    keys = ("type", "owner_id", "group_id", "flags", "ui_metadata")
    return {
        "id": whole["id"],
        "name": whole.get("name"),
        "numbers": whole.get("numbers", []),
        "patterns": whole.get("patterns", []),
        "featurecode": code if isinstance(code, dict) and code else False,
        "modules": modules_of(whole),
        **{key: whole[key] for key in keys if key in whole},
    }


RESOURCE = Resource(
    type="callflows",
    model=Callflow,
    summary=_summary,
    sort=lambda whole: str(whole.get("name") or (whole.get("numbers") or [""])[0]).lower(),
    columns={
        "name": lambda whole: whole.get("name"),
        "owner_id": lambda whole: whole["owner_id"] if ids.is_id(str(whole.get("owner_id") or "")) else None,
        "is_featurecode": lambda whole: isinstance(whole.get("featurecode"), dict) and bool(whole["featurecode"]),
    },
    table_columns=(Column("name", Text), Column("owner_id", HexId), Column("is_featurecode", Boolean)),
    hooks=Hooks(
        before_write=_before_write,
        after_write=_after_write,
        after_many=_after_many,
        after_delete=_after_delete,
        present=_present,
    ),
)
