"""Following document changes so that the edge always knows what is true: credentials, carriers, message waiting.

Each `qvoice_doc` notice says what changed; what must be read again follows from the type. Notices may be lost (a
restart of anything), so everything is also read again after each reconnection and every ten minutes.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import text

from qvoice.db import SYSTEM, Database, Scope
from qvoice.db.engine import DatabaseAway
from qvoice.db.listen import CONNECTED, Notice
from qvoice.features.edge.kamailio import EdgeAway, EdgeRefused, Kamailio
from qvoice.kit import log

RECONCILE_SECONDS = 600.0
REGISTRATIONS_SECONDS = 31.0
"""Kamailio refuses to read its trunks' registrations again within 30 s (uac, uac_reg_ht_shift)."""


RESOLVE_SECONDS = 5.0
KINDS = ("devices", "carriers", "mailboxes", "networks")


class Refresher:
    """Brings changes to one edge. `take` notes a notice; `work` carries out what is noted, retrying while the edge
    is away.

    Each kind has its own loop: a carrier's name that does not resolve, or a phone that does not take its notice, must
    not keep another customer's new device waiting.
    """

    def __init__(self, db: Database, kamailio: Kamailio) -> None:
        self._db = db
        self._kamailio = kamailio
        self._devices: set[str] = set()
        self._users: set[tuple[str, str]] = set()
        self._mailboxes: set[str] = set()
        self._networks: set[str] = set()
        self._all_devices = False
        self._all_networks = False
        self._carriers = False
        self._edge_started = 0
        self._registrations = ""
        self._registrations_read = -REGISTRATIONS_SECONDS
        self._registrations_wait: asyncio.TimerHandle | None = None
        self._wakes = {kind: asyncio.Event() for kind in KINDS}
        self._addresses: dict[str, list[str]] = {}

    def take(self, notice: Notice) -> None:
        """Note what a notice means for the edge."""
        if notice is CONNECTED or notice.channel == "":
            self.everything()
            return
        account, kind, id = (str(notice.data.get(key, "")) for key in ("account", "type", "id"))
        if kind == "devices":
            self._devices.add(id)
            self._mailboxes.add(account)
        elif kind == "users":
            self._users.add((account, id))
        elif kind == "accounts":
            self._all_devices = self._carriers = True
        elif kind == "access_lists":
            self._networks.add(id)
        elif kind == "resources":
            self._carriers = True
        elif kind == "vmboxes":
            self._mailboxes.add(account)
        self._wake_all()

    def everything(self) -> None:
        """Read all again."""
        self._all_devices = self._all_networks = self._carriers = True
        self._mailboxes.add("")
        self._wake_all()

    def _wake_all(self) -> None:
        for wake in self._wakes.values():
            wake.set()

    async def watch_edge(self) -> None:
        """Notice that Kamailio was restarted while nobody called it (its tables are those of its start): read all
        again.
        """
        while True:
            try:
                started = int((await self._kamailio.rpc("core.uptime"))["uptime"])
                if started < self._edge_started:
                    log.get().info("edge.restarted")
                    self.everything()
                self._edge_started = started
            except (EdgeAway, EdgeRefused):
                self._edge_started = 1 << 60
            await asyncio.sleep(2.0)

    async def work(self) -> None:
        """Carry out what is noted, for ever."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._loop("devices", self._tell_devices))
            group.create_task(self._loop("carriers", self._tell_trunks))
            group.create_task(self._loop("mailboxes", self._tell_lamps))
            group.create_task(self._loop("networks", self._tell_networks))

    async def _loop(self, kind: str, step: Callable[[], Awaitable[None]]) -> None:
        wake = self._wakes[kind]
        while True:
            try:
                await asyncio.wait_for(wake.wait(), RECONCILE_SECONDS)
            except TimeoutError:
                self.everything()
            wake.clear()
            try:
                await step()
            except (EdgeAway, EdgeRefused, DatabaseAway) as away:
                log.get().warning("edge.refresh_waits", kind=kind, why=str(away))
                await asyncio.sleep(1.0)
                wake.set()

    async def _tell_devices(self) -> None:
        for account, user in list(self._users):
            self._devices |= await self._devices_of(account, user)
            self._mailboxes.add(account)
            self._users.discard((account, user))
            self._wakes["mailboxes"].set()
        if self._all_devices:
            # Cleared first: what is noted while this runs is read once more.
            self._all_devices = False
            try:
                for table in ("devices", "devkeys", "ipdevices"):
                    await self._kamailio.reload(table)
                await self._throw_out()
            except BaseException:
                self._all_devices = True
                raise
        if self._devices:
            for device in list(self._devices):
                self._devices.discard(device)
                try:
                    await self._kamailio.refresh_device(device)
                except BaseException:
                    self._devices.add(device)
                    raise
            await self._kamailio.reload("ipdevices")

    async def _tell_networks(self) -> None:
        """Bring lists of networks to the edge and throw out who is registered from where he may not be any more."""
        if self._all_networks:
            self._all_networks = False
            try:
                await self._kamailio.reload("networks")
                await self._throw_out_outsiders(None)
            except BaseException:
                self._all_networks = True
                raise
        for id in list(self._networks):
            self._networks.discard(id)
            try:
                await self._kamailio.refresh_networks(id)
                await self._throw_out_outsiders(uuid.UUID(id))
            except BaseException:
                self._networks.add(id)
                raise

    async def _throw_out_outsiders(self, wanted: uuid.UUID | None) -> None:
        rows = await self._db.fetch("select * from edge_outsiders(cast(:wanted as uuid))", {"wanted": wanted})
        for row in rows:
            log.get().info("edge.unregistered_outside", aor=row.aor, contact=row.contact)
            await self._kamailio.unregister_contact(row.aor, row.contact)

    async def _tell_trunks(self) -> None:
        if self._carriers:
            self._carriers = False
            try:
                await self._tell_carriers()
            except BaseException:
                self._carriers = True
                raise
        await self._tell_registrations()

    async def _tell_lamps(self) -> None:
        for account in list(self._mailboxes):
            self._mailboxes.discard(account)
            try:
                await self._tell_mailboxes(account)
            except BaseException:
                self._mailboxes.add(account)
                raise

    async def _devices_of(self, account: str, user: str) -> set[str]:
        scope = await scope_of(self._db, account)
        if scope is None:
            return set()
        async with self._db.tx(scope) as s:
            rows = await s.execute(
                text("select id from devices where owner_id = :user and deleted is null"), {"user": uuid.UUID(user)}
            )
            return {row.id.hex for row in rows}

    async def _throw_out(self) -> None:
        """Remove registrations of AORs that may no longer register (an account was disabled, removed, or changed its
        realm).
        """
        rows = await self._db.fetch("select aor from edge_intruders()")
        for row in rows:
            log.get().info("edge.unregistered", aor=row.aor)
            await self._kamailio.unregister(row.aor)

    async def _tell_carriers(self) -> None:
        """Resolve the gateways' names and give the edge the addresses that carriers call from."""
        wanted: dict[str, str] = {}
        gateways = await self._db.fetch("select * from gateway_addresses()")
        names = sorted({gateway.server for gateway in gateways})
        for name, addresses in zip(names, await asyncio.gather(*map(resolve, names)), strict=True):
            # A name service that is away must not cut a carrier off: what was known stays.
            self._addresses[name] = addresses or self._addresses.get(name, [])
        for gateway, address in await self._of_carriers(gateways):
            key = f"{address}:{gateway.port}" if gateway.force_port else address
            # Two customers with one carrier: the trunk highest in the tree is named; whose call it is follows from the
            # number.
            wanted.setdefault(key, f"{gateway.resource_id}|{gateway.account_id}")
        async with self._db.tx(SYSTEM) as s:
            await s.execute(text("delete from edge.carriers"))
            for key, value in wanted.items():
                await s.execute(
                    text("insert into edge.carriers (key_name, key_value) values (:key, :value)"),
                    {"key": key, "value": value},
                )
        await self._kamailio.reload("carriers")
        await self._kamailio.reload("gateways")

    async def _of_carriers(self, gateways: list[Any]) -> list[tuple[Any, str]]:
        """Return each gateway with each of its addresses, but for those of other customers' phone systems: a name that
        leads to one would have its calls refused as a carrier's.
        """
        pairs = [(gateway, address) for gateway in gateways for address in self._addresses[gateway.server]]
        rows = await self._db.fetch(
            "select n from trunk_addresses_taken(cast(:accounts as uuid[]), cast(:addresses as inet[]))",
            {
                "accounts": [uuid.UUID(gateway.account_id) for gateway, _ in pairs],
                "addresses": [ipaddress.ip_address(address) for _, address in pairs],
            },
        )
        taken = {row.n - 1 for row in rows}
        for n in taken:
            gateway, address = pairs[n]
            log.get().warning(
                "carrier.address_taken", trunk=gateway.resource_id, server=gateway.server, address=address
            )
        return [pair for n, pair in enumerate(pairs) if n not in taken]

    async def _tell_registrations(self) -> None:
        """Let Kamailio read the trunks' registrations again when they changed, as soon as it is willing to."""
        now = (await self._db.fetch("select edge_registrations_digest() as digest"))[0].digest
        if now == self._registrations:
            return
        wait = self._registrations_read + REGISTRATIONS_SECONDS - time.monotonic()
        if wait > 0:
            if self._registrations_wait is None:
                self._registrations_wait = asyncio.get_running_loop().call_later(wait, self._registrations_due)
            return
        self._registrations_read = time.monotonic()
        try:
            await self._kamailio.rpc("uac.reg_reload")
        except EdgeRefused as problem:
            # Somebody else (its own start) read them less than 30 s ago.
            log.get().info("edge.registrations_wait", why=problem.message)
            self._registrations_wait = asyncio.get_running_loop().call_later(
                REGISTRATIONS_SECONDS, self._registrations_due
            )
            return
        self._registrations = now

    def _registrations_due(self) -> None:
        self._registrations_wait = None
        self._wakes["carriers"].set()

    async def _tell_mailboxes(self, account: str) -> None:
        """Compare every AOR's waiting messages with what the edge was told; tell it the difference. Account "" means
        all.
        """
        current = {
            row.aor: f"{row.new}/{row.saved}"
            for row in await self._db.fetch(
                "select * from mailbox_aors(cast(:account as uuid))",
                {"account": uuid.UUID(account) if account else None},
            )
        }
        told = {row.key_name: row.key_value for row in await self._db.fetch("select key_name, key_value from edge.mwi")}
        if account:
            realms = {
                row.realm
                for row in await self._db.fetch(
                    "select realm from account_scope(cast(:id as uuid))", {"id": uuid.UUID(account)}
                )
            }
            told = {aor: state for aor, state in told.items() if aor in current or aor.rpartition("@")[2] in realms}
        # Nothing waits any more for a phone whose mailbox was removed: its lamp goes out.
        for aor in told.keys() - current.keys():
            current[aor] = ""
        for aor, state in current.items():
            if told.get(aor) == state:
                continue
            new, saved = (state or "0/0").split("/")
            await self._kamailio.tell_mwi(aor, int(new), int(saved))
            async with self._db.tx(SYSTEM) as s:
                if state:
                    await s.execute(
                        text(
                            "insert into edge.mwi (key_name, key_value) values (:aor, :state)"
                            " on conflict (key_name) do update set key_value = excluded.key_value"
                        ),
                        {"aor": aor, "state": state},
                    )
                else:
                    await s.execute(text("delete from edge.mwi where key_name = :aor"), {"aor": aor})


async def scope_of(db: Database, account: str) -> Scope | None:
    """Return the scope of an account, None when it is gone."""
    rows: list[Any] = await db.fetch("select path from account_scope(cast(:id as uuid))", {"id": uuid.UUID(account)})
    return Scope(account, rows[0].path) if rows else None


async def resolve(server: str) -> list[str]:
    """Return the IPv4 addresses of a host name (itself for an address), [] when it does not resolve now."""
    try:
        found = await asyncio.wait_for(
            asyncio.get_running_loop().getaddrinfo(server, None, family=socket.AF_INET, type=socket.SOCK_DGRAM),
            RESOLVE_SECONDS,
        )
    except (OSError, TimeoutError) as problem:
        log.get().warning("carrier.unresolved", server=server, why=str(problem))
        return []
    return sorted({entry[4][0] for entry in found})
