"""The presence process, put together: `python -m qvoice.presence.main --data DIR`."""

from __future__ import annotations

import argparse
import asyncio
import signal
import time
import uuid
from pathlib import Path
from typing import Any

from qvoice.db import Database
from qvoice.db.engine import DatabaseAway
from qvoice.db.listen import CONNECTED, listen
from qvoice.features.presence import watching
from qvoice.kit import log
from qvoice.kit.settings import Settings, load
from qvoice.presence.endpoint import Endpoint
from qvoice.presence.lamps import Lamps
from qvoice.presence.notifier import Notifier
from qvoice.presence.subscription import restored

WRITE_SECONDS = 0.1
"""What a crash may lose of new subscriptions; a phone that refreshes a lost one is told, and begins a new one."""
LOOK_SECONDS = 1.0
NAMING = frozenset({"users", "devices", "callflows", "vmboxes", "accounts"})
"""Documents that say whom a presence id names, or that something about it is switched on."""


class Presence:
    """Follows the database and keeps the notifier's picture true."""

    def __init__(self, db: Database, settings: Settings) -> None:
        self._db, self._settings = db, settings
        self._notifier = Notifier(Lamps())
        self._stale: set[str] = set()
        self._moved: set[str] = set()
        """Accounts in which a phone has registered or gone since they were looked at."""

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop`."""
        network, ports = self._settings.network, self._settings.ports
        endpoint = await Endpoint.open(
            host=network.private, port=ports.presence, edge=(network.private, ports.edge_private),
            handle=self._notifier.handle,
        )  # fmt: skip
        self._notifier.endpoint = endpoint
        jobs = (self._restore(), self._follow(), self._name(), self._keep(), self._look_who_is_there())
        tasks = [asyncio.create_task(job) for job in jobs]
        log.get().info("presence.up", port=ports.presence)
        await stop.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._write()
        endpoint.close()
        log.get().info("presence.down")

    async def _restore(self) -> None:
        """Take over the subscriptions that an earlier process kept."""
        while True:
            try:
                rows = await watching.kept(self._db)
                break
            except DatabaseAway:
                await asyncio.sleep(1.0)
        now = time.time()
        for doc in rows:
            if doc["id"] not in self._notifier.subscriptions:
                self._notifier.restore(restored(doc, now))
        log.get().info("presence.restored", subscriptions=len(rows))

    async def _follow(self) -> None:
        """Hear what changes; after each (re)connection read all that is true."""
        lamps = self._notifier.lamps
        async for notice in listen(self._settings.dsn(), ["qvoice_presence", "qvoice_doc", "qvoice_event"]):
            if notice is CONNECTED or notice.channel == "":
                await self._read_all()
            elif notice.channel == "qvoice_doc":
                self._document(notice.data)
            elif notice.channel == "qvoice_event":
                if notice.data.get("name") in ("REGISTERED", "UNREGISTERED"):
                    self._moved.add(str(notice.data.get("account")))
            elif "leg" in notice.data:
                self._notifier.changed(lamps.leg(notice.data))
            else:
                self._notifier.changed(lamps.state(notice.data))

    async def _read_all(self) -> None:
        lamps = self._notifier.lamps
        while True:
            try:
                legs, states = await watching.legs(self._db), await watching.states(self._db)
                break
            except DatabaseAway:
                await asyncio.sleep(1.0)
        lamps.forget_calls()
        for row in legs:
            lamps.leg(row)
        for row in states:
            lamps.state(row)
        self._stale.update(lamps.watched_accounts())
        self._notifier.wanted.set()

    def _document(self, data: dict[str, Any]) -> None:
        kind, account = str(data.get("type", "")), str(data.get("account", ""))
        if kind == "accounts" or (kind in NAMING and not account):
            self._stale.update(self._notifier.lamps.watched_accounts())
        elif kind in NAMING:
            self._stale.add(account)
        self._notifier.wanted.set()

    async def _name(self) -> None:
        """Read the directories of accounts that somebody watches and that are not known, or not any more."""
        lamps = self._notifier.lamps
        while True:
            await self._notifier.wanted.wait()
            # A form that is saved changes several documents: one reading for all of them.
            await asyncio.sleep(0.05)
            self._notifier.wanted.clear()
            watched = set(lamps.watched_accounts())
            wanted = (self._notifier.unknown | self._stale) & watched
            self._notifier.unknown -= wanted
            self._stale.clear()
            for account in wanted:
                try:
                    names = await watching.directory(self._db, uuid.UUID(account))
                except DatabaseAway:
                    self._stale.add(account)
                    self._notifier.wanted.set()
                    await asyncio.sleep(1.0)
                    continue
                self._notifier.changed(lamps.named(account, names))
                self._moved.add(account)
                there = {one["id"] for one in names.get("devices") or ()}
                self._notifier.end_where(lambda s, a=account, t=there: s.account == a and s.device not in t)

    async def _look_who_is_there(self) -> None:
        """Once a second: read which phones are registered, where that changed and somebody wants to know."""
        notifier = self._notifier
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            wanted = self._moved & notifier.persons_watched() if self._moved else set()
            self._moved -= wanted
            for account in wanted:
                try:
                    there = await watching.registered(self._db, account)
                except DatabaseAway:
                    self._moved.add(account)
                    continue
                notifier.changed(notifier.lamps.registered(account, there))

    async def _keep(self) -> None:
        """Write subscriptions down, ten times a second at most, and end what has expired."""
        while True:
            await asyncio.sleep(WRITE_SECONDS)
            self._notifier.expire(time.time())
            await self._write()

    async def _write(self) -> None:
        notifier = self._notifier
        if not notifier.kept and not notifier.gone:
            return
        now = time.time()
        kept, gone = dict(notifier.kept), set(notifier.gone)
        try:
            await watching.keep(self._db, [one.row(now) for one in kept.values()], sorted(gone))
        except DatabaseAway:
            return
        for id, one in kept.items():
            if notifier.kept.get(id) is one:
                del notifier.kept[id]
        notifier.gone -= gone


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="qvoice.presence")
    parser.add_argument("--data", type=Path, required=True, help="the installation's data folder")
    settings = load(parser.parse_args().data)
    log.configure("presence", level=settings.log.level)

    async def body() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        db = Database(settings.dsn(), pool_size=2, overflow=2)
        await Presence(db, settings).run(stop)
        await db.close()

    asyncio.run(body())


if __name__ == "__main__":
    main()
