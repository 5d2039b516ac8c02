"""Whose a ported number becomes, and what it rings: the columns `tenant` and `assign_to` of a file, judged by row."""

from __future__ import annotations

import uuid

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.db import Scope
from qvoice.db.engine import enter
from qvoice.features import documents
from qvoice.features.port_requests.bulk import Read, Wrong
from qvoice.kit.ids import is_id

_ACCOUNT = Wrong("tenant", "no such account at or below this one: give its id or realm", code="no_account")


async def judge(s: AsyncSession, read: Read) -> dict[str, Scope]:
    """Refuse rows whose tenant is not in the session's part of the tree, or has nothing under `assign_to`; return the
    scope of each tenant named ('' = the session's own). Only the session's own tree is ever looked at.
    """
    own: Scope = s.info["scope"]
    scopes = {"": own} | await _scopes(s, own, {row["tenant"] for row in read.rows if row and row.get("tenant")})
    wanted: dict[str, set[str]] = {}
    for place, row in enumerate(read.rows):
        if row is None:
            continue
        tenant = row.get("tenant", "").lower()
        if tenant not in scopes:
            read.refuse(place, _ACCOUNT)
        elif row.get("assign_to"):
            wanted.setdefault(tenant, set()).add(row["assign_to"])
    known: dict[str, set[str]] = {}
    for tenant, numbers in wanted.items():
        await enter(s, scopes[tenant])
        found = await s.scalars(
            text("select number from callflow_numbers where number = any(:numbers)"), {"numbers": list(numbers)}
        )
        known[tenant] = set(found.all())
    await enter(s, own)
    for place, row in enumerate(read.rows):
        if row and row.get("assign_to") and row["assign_to"] not in known[row.get("tenant", "").lower()]:
            target = row["assign_to"]
            why = f"nothing there is reached by {target}: give an extension"
            read.refuse(place, Wrong("assign_to", why, code="reaches_nothing", target=target))
    return scopes


async def _scopes(s: AsyncSession, own: Scope, named: set[str]) -> dict[str, Scope]:
    rows = await s.execute(
        text(
            "select id, realm, path::text as path from accounts"
            " where deleted is null and (id::text = any(:ids) or realm = any(:realms))"
        ),
        {
            "ids": [str(uuid.UUID(name)) for name in named if is_id(name.lower())],
            "realms": [name.lower() for name in named],
        },
    )
    found: dict[str, Scope] = {}
    for row in rows:
        scope = Scope(row.id.hex, row.path, own.actor_id, own.actor_account_id)
        found[row.id.hex] = found[row.realm] = scope
    return {name.lower(): found[name.lower()] for name in named if name.lower() in found}


async def assign(s: AsyncSession, number: str, wanted: str) -> bool:
    """Let a number that has just come in reach what `wanted` reaches; False when nothing of the session's account is
    reached by that any more.
    """
    flow_id = await s.scalar(text("select callflow_id from callflow_numbers where number = :n"), {"n": wanted})
    if flow_id is None:
        return False
    taken = await s.scalar(text("select callflow_id from callflow_numbers where number = :n"), {"n": number})
    if taken is not None:
        # Somebody has given it a flow meanwhile: that is the newer word.
        return True
    flow = await documents.load(s, "callflows", flow_id.hex, lock=True)
    await documents.merge(s, "callflows", flow.id, {"numbers": [*flow.doc.get("numbers", []), number]})
    return True
