"""One account's documents in memory: what is known, what is out of date, and what a flow still needs loaded."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.core.flow.compile import CompiledFlow
from qvoice.core.flow.lookup import NumberIndex
from qvoice.core.flow.references import Ref, of_names
from qvoice.core.flow.world import GLOBAL_POOL, World
from qvoice.features.documents import store
from qvoice.features.documents.resource import resources

Key = tuple[str, str]
_BASE: Key = ("base", "")
_INDEX: Key = ("index", "")


@dataclass(slots=True)
class Tenant:
    """What is cached of one account. Documents stay readable while they are out of date: running calls keep their
    world.

    `version` grows with every notice; `stale` maps what must be read again to the version that said so.
    """

    account_id: str
    path: str = ""
    enabled: bool = True
    chain: frozenset[str] = frozenset()
    version: int = 0
    documents: dict[Key, Mapping[str, Any]] = field(default_factory=dict)
    queries: dict[Ref, tuple[Key, ...]] = field(default_factory=dict)
    missing: set[Key] = field(default_factory=set)
    stale: dict[Key, int] = field(default_factory=lambda: {_BASE: 0, _INDEX: 0})
    complete: dict[Any, int] = field(default_factory=dict)
    compiled: dict[str, CompiledFlow] = field(default_factory=dict)
    index: NumberIndex = field(default_factory=NumberIndex)
    world: World = field(init=False)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self.world = World(self.account_id, MappingProxyType(self.documents))

    @property
    def size(self) -> int:
        """Documents held."""
        return len(self.documents) + len(self.missing)

    def mark(self, *keys: Key) -> None:
        """Note that these are out of date (`_BASE`: account, ancestors, numbers, trunks)."""
        self.version += 1
        self.stale.update(dict.fromkeys(keys, self.version))
        self.missing.clear()

    def mark_document(self, type: str, id: str) -> None:
        """A document of this account was created, edited or deleted."""
        keys: list[Key] = [(type, id), *(("query:" + type, ref.id) for ref in self.queries if ref.type == type)]
        if type == "callflows":
            keys.append(_INDEX)
            self.compiled.pop(id, None)
        self.mark(*keys)

    def mark_base(self) -> None:
        """The account, one above it, its numbers or trunks changed."""
        self.mark(_BASE)

    def mark_all(self) -> None:
        """Notices may have been lost: everything is out of date."""
        self.compiled.clear()
        self.mark(_BASE, _INDEX, *self.documents, *(("query:" + ref.type, ref.id) for ref in self.queries))

    def is_fresh(self, purpose: Any) -> bool:
        """Tell whether nothing has changed since everything for `purpose` was loaded."""
        return self.complete.get(purpose) == self.version

    def clear_mark(self, key: Key, loaded_at: int) -> None:
        """`key` was read by a load that began at version `loaded_at`; a later notice keeps it marked."""
        if self.stale.get(key, 0) <= loaded_at:
            self.stale.pop(key, None)


def set_dead_gateways(tenant: Tenant, dead: frozenset[tuple[str, int]]) -> None:
    """Put the gateways' health into the world."""
    tenant.world = replace(tenant.world, dead_gateways=dead)


async def load_base(session: AsyncSession, tenant: Tenant, *, loaded_at: int, dead: frozenset[tuple[str, int]]) -> bool:
    """Read the account, those above it, its numbers and the trunk pools; False when there is no such account."""
    if _BASE not in tenant.stale:
        return bool(tenant.chain)
    chain = (await session.execute(text("select * from account_chain()"))).all()
    if not chain:
        return False
    numbers = (
        await session.execute(
            text(
                "select number, doc -> 'cnam' ->> 'display_name' as shown from phone_numbers"
                " where state in ('in_service', 'port_out')"
            )
        )
    ).all()
    verified = await session.execute(text("select number from external_numbers where verified and deleted is null"))
    trunks = (await session.execute(text("select * from trunk_pools()"))).all()
    tenant.path, tenant.enabled = chain[0].path, all(row.enabled for row in chain)
    tenant.chain = frozenset(row.id.hex for row in chain)
    documents = [{**row.doc, "id": row.id.hex} for row in chain]
    tenant.documents["accounts", tenant.account_id] = documents[0]
    tenant.world = World(
        tenant.account_id,
        MappingProxyType(tenant.documents),
        ancestors=tuple(documents[1:]),
        numbers=frozenset(row.number for row in numbers),
        verified=frozenset(row.number for row in verified),
        pools=_pools(tenant.account_id, trunks, is_master=len(chain) == 1),
        dead_gateways=dead,
        display_names={row.number: row.shown for row in numbers if row.shown},
    )
    tenant.clear_mark(_BASE, loaded_at)
    tenant.clear_mark(("accounts", tenant.account_id), loaded_at)
    return True


def _pools(account_id: str, rows: Iterable[Any], *, is_master: bool) -> dict[str, tuple[Mapping[str, Any], ...]]:
    """Group trunks by owner. GLOBAL_POOL ("Parent") is that of the nearest account above with an enabled trunk; the
    master's
    own for the master.
    """
    pools: dict[str, list[Mapping[str, Any]]] = {}
    distance: dict[str, int] = {}
    for row in rows:
        owner = row.owner_id.hex
        pools.setdefault(owner, []).append({**row.doc, "id": row.id.hex})
        distance[owner] = row.distance
    above = [
        owner
        for owner, trunks in pools.items()
        if distance[owner] > 0 and any(t.get("enabled") is not False for t in trunks)
    ]
    result = {owner: tuple(trunks) for owner, trunks in pools.items()}
    if above:
        result[GLOBAL_POOL] = result[min(above, key=distance.__getitem__)]
    elif is_master and account_id in result:
        result[GLOBAL_POOL] = result[account_id]
    return result


async def load_all_flows(
    session: AsyncSession, tenant: Tenant, *, loaded_at: int
) -> list[tuple[str, Mapping[str, Any]]]:
    """Read all callflows of the account; their documents are kept too."""
    found = await store.find(session, "callflows")
    ids = {document.id for document in found}
    for type, id in [key for key in tenant.documents if key[0] == "callflows" and key[1] not in ids]:
        tenant.documents.pop((type, id), None)
    for document in found:
        tenant.documents["callflows", document.id] = document.whole
        tenant.clear_mark(("callflows", document.id), loaded_at)
    tenant.clear_mark(_INDEX, loaded_at)
    return [(document.id, document.whole) for document in found]


def index_is_stale(tenant: Tenant) -> bool:
    """Tell whether the numbers of flows must be read again."""
    return _INDEX in tenant.stale


async def load_refs(session: AsyncSession, tenant: Tenant, refs: Iterable[Ref], *, loaded_at: int) -> None:
    """Load what `refs` name and what that names in turn; only what is unknown or out of date costs SQL."""
    known = resources()
    seen: set[Ref] = set()
    todo = list(refs)
    while todo:
        level = [
            ref for ref in dict.fromkeys(todo) if ref not in seen and ref.type in known and ref.type != "resources"
        ]
        seen.update(level)
        await _load_level(session, tenant, level, loaded_at=loaded_at)
        todo = []
        for ref in level:
            keys = tenant.queries.get(ref, ()) if ref.by != "id" else ((ref.type, ref.id),)
            for key in keys:
                document = tenant.documents.get(key)
                if document is not None:
                    todo.extend(of_names(*key, document))


async def _load_level(session: AsyncSession, tenant: Tenant, level: list[Ref], *, loaded_at: int) -> None:
    wanted: dict[str, set[str]] = {}
    for ref in level:
        if ref.by == "id":
            key = (ref.type, ref.id)
            if ref.type != "accounts" and (
                key in tenant.stale or not (key in tenant.documents or key in tenant.missing)
            ):
                wanted.setdefault(ref.type, set()).add(ref.id)
        elif ref not in tenant.queries or ("query:" + ref.type, ref.id) in tenant.stale:
            await _run_query(session, tenant, ref, loaded_at=loaded_at)
    for type, ids in wanted.items():
        found = {
            document.id: document.whole for document in await store.find(session, type, id=sorted(filter(_hex, ids)))
        }
        for id in ids:
            if id in found:
                tenant.documents[type, id] = found[id]
            else:
                tenant.documents.pop((type, id), None)
                tenant.missing.add((type, id))
            tenant.clear_mark((type, id), loaded_at)


async def _run_query(session: AsyncSession, tenant: Tenant, ref: Ref, *, loaded_at: int) -> None:
    if ref.by == "owner_id":
        found = await store.find(session, ref.type, owner_id=ref.id) if _hex(ref.id) else []
        if ref.type == "devices" and _hex(ref.id):
            hot = await session.execute(
                text("select id from devices where deleted is null and doc #> '{hotdesk,users}' ? :user"),
                {"user": ref.id},
            )
            others = [row.id.hex for row in hot]
            found += await store.find(session, "devices", id=others) if others else []
    else:
        found = await store.find(session, ref.type)
    for document in found:
        tenant.documents[ref.type, document.id] = document.whole
        tenant.clear_mark((ref.type, document.id), loaded_at)
    tenant.queries[ref] = tuple(dict.fromkeys((ref.type, document.id) for document in found))
    tenant.clear_mark(("query:" + ref.type, ref.id), loaded_at)


def _hex(id: str) -> bool:
    return len(id) == 32 and set(id) <= set("0123456789abcdef")
