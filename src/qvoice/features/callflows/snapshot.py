"""Callflows and all they name, kept in memory by account: a call asks the database nothing once its account is warm.

Notices (`qvoice_doc`) put a document out of date at once; the next call reads that document again and nothing else.
While the database is away, what is cached goes on being served.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

from qvoice.core.dialing.did import settings_of
from qvoice.core.dialing.endpoint import Endpoint, merge
from qvoice.core.dialing.normalise import country_of, to_e164
from qvoice.core.flow.compile import CompiledFlow, compile_flow
from qvoice.core.flow.lookup import build_index, find
from qvoice.core.flow.references import Ref, of_call, of_document
from qvoice.core.flow.requests import FoundFlow, NumberOwner
from qvoice.core.flow.world import Document, World
from qvoice.db.engine import Database, DatabaseAway, Scope
from qvoice.db.listen import listen
from qvoice.db.notices import DOC_CHANNEL
from qvoice.features.callflows import tenant as tenants
from qvoice.features.callflows.tenant import Tenant
from qvoice.features.carriers.names import Names
from qvoice.features.edge.health import dead_gateways
from qvoice.features.media.files import MediaFiles
from qvoice.kit import log
from qvoice.kit.errors import NotFound
from qvoice.kit.ids import is_id

_NUMBER_SECONDS = 60.0
"""How long an answer about a number is kept even without a notice."""
_MAX_NUMBERS = 50_000
_AWAY_SECONDS = 2.0
"""After a failure calls do not wait for the database again for so long, when there is a cached copy."""

Refs = Callable[[Tenant], Iterable[Ref]]


def _nothing(tenant: Tenant) -> Iterable[Ref]:
    return ()


class AccountGone(NotFound):
    """There is no such account."""


class Snapshots:
    """The cache of one process. `max_documents` bounds it: the accounts used longest ago go first."""

    def __init__(self, db: Database, *, max_documents: int = 200_000) -> None:
        """Hold nothing yet; `follow` must run for changes to be seen."""
        self._db = db
        self._tenants: OrderedDict[str, Tenant] = OrderedDict()
        self._numbers: OrderedDict[str, tuple[float, NumberOwner | None]] = OrderedDict()
        self._numbers_version = 0
        self._names = Names()
        self._formatters: dict[str, Document] = {}
        self._formatters_old = True
        self._formatters_read = asyncio.Lock()
        self._max_documents = max_documents
        self._dead: frozenset[tuple[str, int]] = frozenset()
        self._away_until = 0.0

    # --- questions ---------------------------------------------------------------------------------------------------

    async def find_flow(
        self,
        account_id: str,
        number: str,
        no_match: bool = False,
        *,
        device_id: str | None = None,
        owner_id: str | None = None,
    ) -> FoundFlow | None:
        """Return the callflow that takes `number`, compiled, with a world that has all it names, or None.

        `device_id`, `owner_id`: the caller's, loaded into the world too. Raises AccountGone; DatabaseAway when not
        cached.
        """
        tenant = await self._fresh(account_id, "index", _nothing)
        account = tenant.world.account
        e164 = to_e164(number, country_of(account), dial_plan=account.get("dial_plan"))
        hit = find(tenant.index, number, e164=e164, no_match=no_match)
        if hit is None:
            return None
        found = await self.load_flow(account_id, hit.flow_id, device_id=device_id, owner_id=owner_id)
        if found is None:
            return None
        return FoundFlow(found.flow, found.world, hit.capture_group, hit.named_captures)

    async def load_flow(
        self, account_id: str, flow_id: str, *, device_id: str | None = None, owner_id: str | None = None
    ) -> FoundFlow | None:
        """Return a callflow by id, compiled tolerantly (broken nodes are passed over), or None; raises as find_flow."""
        tenant = await self._fresh(account_id, "index", _nothing)
        document = tenant.documents.get(("callflows", flow_id))
        if document is None:
            return None

        def refs(tenant: Tenant) -> Iterable[Ref]:
            named = of_document(tenant.documents.get(("callflows", flow_id), {}))
            return [*named, *of_call(account_id=account_id, device_id=device_id, owner_id=owner_id)]

        tenant = await self._fresh(account_id, (flow_id, device_id, owner_id), refs)
        compiled = tenant.compiled.get(flow_id)
        if compiled is None:
            document = tenant.documents.get(("callflows", flow_id), document)
            result = compile_flow(document, tenant.world, flow_id=flow_id, tolerant=True)
            if not isinstance(result, CompiledFlow):
                log.get().warning(
                    "callflow.not_runnable", account=account_id, callflow=flow_id, problem=result[0].message
                )
                return None
            compiled = tenant.compiled[flow_id] = result
        return FoundFlow(compiled, tenant.world)

    async def endpoint(self, account_id: str, device_id: str) -> Endpoint | None:
        """Return a device merged with its owner and account, None when the account has no such device. Raises as
        `find_flow`.
        """
        tenant = await self._fresh(account_id, ("device", device_id), lambda _: [Ref("devices", device_id)])
        world = tenant.world
        device = world.device(device_id)
        if device is None:
            return None
        return merge(world.account, world.user(device.get("owner_id")), device, ancestors=world.ancestors)

    async def world(
        self, account_id: str, refs: Iterable[Ref] = (), *, device_id: str | None = None, user_id: str | None = None
    ) -> World | None:
        """Return the account's world with a device and its owner, a user, and what `refs` name loaded; None without
        account.
        """
        wanted = (*refs, *of_call(account_id=account_id, device_id=device_id, owner_id=user_id))
        try:
            return (await self._fresh(account_id, wanted, lambda _: wanted)).world
        except AccountGone:
            return None

    async def try_out(self, account_id: str, flow_id: str, document: Document) -> None:
        """Answer from now on as if this callflow were stored. For a cache made for one simulation, never for calls."""
        tenant = await self._fresh(account_id, "index", _nothing)
        tenant.documents["callflows", flow_id] = document
        tenant.compiled.pop(flow_id, None)
        tenant.index = build_index([(id, doc) for (type, id), doc in tenant.documents.items() if type == "callflows"])

    async def account(self, account_id: str) -> dict[str, Any]:
        """Return the account document, with `id`, realm, timezone, language and country. Raises as `find_flow`."""
        return dict((await self._fresh(account_id, "index", _nothing)).world.account)

    async def scope(self, account_id: str) -> Scope:
        """Return the scope in which the account's calls use the database. Raises as `find_flow`."""
        tenant = await self._fresh(account_id, "index", _nothing)
        return Scope(account_id, tenant.path)

    async def enabled(self, account_id: str) -> bool:
        """Tell whether the account and all above it are enabled; False when it does not exist. Raises DatabaseAway."""
        try:
            return (await self._fresh(account_id, "index", _nothing)).enabled
        except AccountGone:
            return False

    async def number_owner(self, e164: str) -> NumberOwner | None:
        """Return who on the platform owns a number that is in service and whose account is enabled."""
        cached = self._numbers.get(e164)
        now = time.monotonic()
        if cached is not None and cached[0] > now:
            return cached[1]
        version = self._numbers_version
        try:
            rows = await self._db.fetch("select * from number_owner(:number)", {"number": e164})
        except DatabaseAway:
            if cached is not None:
                return cached[1]
            raise
        owner = None
        if rows and rows[0].state in ("in_service", "port_out") and rows[0].enabled:
            row = rows[0]
            owner = NumberOwner(row.account_id.hex, e164, row.force_outbound, settings_of(row.settings or {}))
        until = now + _NUMBER_SECONDS if version == self._numbers_version else 0.0
        self._numbers[e164] = (until, owner)
        while len(self._numbers) > _MAX_NUMBERS:
            self._numbers.popitem(last=False)
        return owner

    async def inbound_formatters(self, trunk_id: str) -> Document:
        """Return the formatters of the trunk that a carrier's call came by, empty when it has none. All trunks that
        have any are kept: providers have few. What was known stays while the database is away.
        """
        async with self._formatters_read:
            if self._formatters_old:
                self._formatters_old = False  # first: what changes while this reads is read once more
                try:
                    rows = await self._db.fetch("select trunk_id, formatters from trunk_formatters()")
                    self._formatters = {row.trunk_id.hex: row.formatters for row in rows}
                except DatabaseAway:
                    self._formatters_old = True
                except BaseException:
                    self._formatters_old = True
                    raise
        return self._formatters.get(trunk_id, {})

    async def caller_name(self, e164: str) -> str:
        """Return what a number shows to the world: ours by their setting, others as a carrier knows them; else ''."""
        owner = await self.number_owner(e164)
        return owner.settings.display_name if owner is not None else await self._names.of(self._db, e164)

    # --- changes ------------------------------------------------------------------------------------------------------

    async def follow(
        self, dsn: str, media: MediaFiles | None = None, *others: Callable[[dict[str, Any]], None]
    ) -> None:
        """Take the notices of changed documents for ever; run it as a task. `media` and then `others` hear them too."""
        async for notice in listen(dsn, [DOC_CHANNEL]):
            self.on_notice(notice.data)
            if media is not None:
                media.forget(notice.data)
            for other in others:
                other(notice.data)
            if not notice.data or notice.data.get("type") == "gateway_state":
                await self._read_gateways()

    async def _read_gateways(self) -> None:
        """Read which gateways do not answer; what was known stays when the database is away."""
        try:
            self.set_dead_gateways(await dead_gateways(self._db))
        except DatabaseAway:
            log.get().warning("snapshot.gateways_unknown")

    def on_notice(self, notice: dict[str, Any]) -> None:
        """Put out of date what a `qvoice_doc` notice names; an empty one ((re)connected) everything."""
        if not notice:
            self._formatters_old = True
            self._expire_numbers()
            for tenant in self._tenants.values():
                tenant.mark_all()
            return
        account, kind, id = str(notice.get("account")), str(notice.get("type")), str(notice.get("id"))
        if kind == "vmboxes" and notice.get("action") == "messages":
            return
        if kind in ("accounts", "resources"):
            self._formatters_old = True
            self._expire_numbers()
            for tenant in self._tenants.values():
                if account in tenant.chain or id in tenant.chain or not tenant.chain:
                    tenant.mark_base()
        if kind == "phone_numbers":
            self._expire_numbers()
        tenant = self._tenants.get(account)
        if tenant is None:
            return
        if kind in ("phone_numbers", "external_numbers", "accounts"):
            tenant.mark_base()
        else:
            tenant.mark_document(kind, id)

    def set_dead_gateways(self, dead: Iterable[tuple[str, int]]) -> None:
        """Set which gateways (resource id, index) do not answer now; flows avoid them."""
        fresh = frozenset(dead)
        if fresh != self._dead:
            self._dead = fresh
            for tenant in self._tenants.values():
                tenants.set_dead_gateways(tenant, fresh)

    def _expire_numbers(self) -> None:
        """Ask again for every number, keeping the answers for when the database is away."""
        self._numbers_version += 1
        for number, (_, owner) in self._numbers.items():
            self._numbers[number] = (0.0, owner)

    # --- loading ------------------------------------------------------------------------------------------------------

    async def _fresh(self, account_id: str, purpose: Any, refs: Refs) -> Tenant:
        """Return the account's cache with everything for `purpose` loaded; one load at a time per account."""
        tenant = self._tenants.get(account_id)
        if tenant is None:
            if not is_id(account_id):
                raise AccountGone
            tenant = self._tenants[account_id] = Tenant(account_id)
        self._tenants.move_to_end(account_id)
        if tenant.is_fresh(purpose):
            return tenant
        async with tenant.lock:
            if not tenant.is_fresh(purpose):
                await self._load(tenant, purpose, refs)
        return tenant

    async def _load(self, tenant: Tenant, purpose: Any, refs: Refs) -> None:
        version = tenant.version
        if tenant.chain and time.monotonic() < self._away_until:
            return
        try:
            async with self._db.tx(Scope(tenant.account_id, "")) as session:
                if not await tenants.load_base(session, tenant, loaded_at=version, dead=self._dead):
                    self._tenants.pop(tenant.account_id, None)
                    raise AccountGone
                if tenants.index_is_stale(tenant):
                    tenant.index = build_index(await tenants.load_all_flows(session, tenant, loaded_at=version))
                await tenants.load_refs(session, tenant, refs(tenant), loaded_at=version)
        except DatabaseAway:
            if not tenant.chain:
                self._tenants.pop(tenant.account_id, None)
                raise
            self._away_until = time.monotonic() + _AWAY_SECONDS
            log.get().warning("snapshot.stale", account=tenant.account_id, purpose=str(purpose))
            return
        tenant.complete[purpose] = version
        if len(tenant.complete) > 20_000:
            tenant.complete.clear()
        self._evict(tenant)

    def _evict(self, keep: Tenant) -> None:
        total = sum(tenant.size for tenant in self._tenants.values())
        for account_id in list(self._tenants):
            if total <= self._max_documents:
                break
            tenant = self._tenants[account_id]
            if tenant is not keep and not tenant.lock.locked():
                total -= tenant.size
                del self._tenants[account_id]
