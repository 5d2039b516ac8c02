"""Call control, put together: `python -m qvoice.callcontrol.main --data DIR`. One process per media node."""

from __future__ import annotations

import argparse
import asyncio
import gc
import signal
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

import uvloop

from qvoice.callcontrol import adoption, reaper, room_orders, rpc
from qvoice.callcontrol.answering import Answering
from qvoice.callcontrol.ari.lists import Lists
from qvoice.callcontrol.exchange import Exchange
from qvoice.callcontrol.journal import Journal
from qvoice.callcontrol.metering import Meters
from qvoice.callcontrol.placing import Placing
from qvoice.callcontrol.port import Connection, Door
from qvoice.db.engine import Database, DatabaseAway
from qvoice.features.callflows.snapshot import Snapshots
from qvoice.features.channels.write import forget, of_node
from qvoice.features.charging.admission import Authoriser
from qvoice.features.documents.resource import discover
from qvoice.features.edge.kamailio import Kamailio
from qvoice.features.emergency import recent as emergencies
from qvoice.features.fraud.lock import lock
from qvoice.features.media.convert import Converter, store_image
from qvoice.features.media.files import MediaFiles
from qvoice.features.media.web import WebSounds
from qvoice.features.recordings.recover import release
from qvoice.features.speech.files import SpokenFiles
from qvoice.features.speech.speak import speaker
from qvoice.features.vmboxes.recover import recover
from qvoice.kit import code, log
from qvoice.kit.clock import utcnow
from qvoice.kit.settings import Settings, load

NODE = "media1"


async def run(settings: Settings, *, stop: asyncio.Event) -> None:
    """Run call control until `stop` is set. Calls in progress stay in Asterisk; the next process adopts them."""
    db = Database(settings.dsn(), pool_size=6, overflow=10)
    media = MediaFiles(db, settings.data)
    snapshots, kamailio = Snapshots(db), Kamailio(settings)
    spool = settings.data / "asterisk" / "calls.spool"
    journal = Journal(db, node=NODE, spool=spool, media=media)
    answering = Answering(
        written=journal.flush,
        db=db,
        snapshots=snapshots,
        media=media,
        spoken=SpokenFiles(speaker(settings.data), settings.data),
        web=WebSounds(
            Converter(store_image(settings.data), settings.data / "run" / "audio"),
            settings.data,
            private_too=settings.network.webhooks_private == 1,
        ),
    )
    exchange = Exchange(
        journal=journal,
        placing=Placing(snapshots),
        ask=answering.ask,
        media_path=answering.media_path,
        recordings=settings.data / "asterisk" / "recordings",
        lists=Lists(
            f"http://{settings.network.private}:{settings.ports.asterisk_http}",
            user="qvoice",
            password=settings.secret("ari-password"),
        ),
        edge=kamailio,
        meters=Meters(Authoriser(db, node=NODE), suspect=_locking(db, snapshots)),
    )
    adopted = False

    async def adopt_once() -> None:
        """On the first connection: adopt what the journal knows. Waits for the database, up to 60 s, because of the
        journal.
        """
        nonlocal adopted
        if adopted:
            return
        # What was last noted while the database was away is still in the spool.
        states = await _patiently(lambda: _after(journal.flush, lambda: of_node(db, NODE)))
        kept = await adoption.adopt(exchange, states)
        await _patiently(lambda: _after(journal.flush, lambda: exchange.meters.adopted([*exchange.calls.values()])))
        await _patiently(lambda: forget(db, NODE, kept))
        adopted = True

    async def remember_emergencies() -> None:
        """Once: which phones call-backs must reach (features/emergency/recent.py)."""
        await _patiently(lambda: emergencies.load(db, exchange.placing.callbacks, now=utcnow()))
        await stop.wait()

    exchange.on_link = adopt_once
    edge = f"{settings.network.private}:{settings.ports.edge_private}"
    door = Door(
        ari=exchange.ari,
        ari_user="qvoice",
        ari_password=settings.secret("ari-password"),
        token=settings.secret("callcontrol-token"),
        verbs=rpc.verbs(exchange, edge=edge) | room_orders.verbs(exchange),
        health=lambda: {
            "status": "ok" if exchange.ready else "waiting",
            "asterisk": exchange.ready,
            "database": not journal.failing,
            "calls": len(exchange.calls),
            "refused": exchange.refused,
        },
    )

    async def recover_messages() -> None:
        """Every minute: recordings whose call is over and that nobody stored (features/vmboxes/recover.py)."""
        while True:
            if adopted:
                try:
                    await recover(db, media.journal, alive=set(exchange.calls) | exchange.rooms.bridges(), now=utcnow())
                    await asyncio.to_thread(release, media.journal, alive=_recorded(exchange))
                except DatabaseAway:
                    log.get().warning("recover.database_away")
            await asyncio.sleep(60 if adopted else 1)

    server = await asyncio.get_running_loop().create_server(
        lambda: Connection(door), settings.network.private, settings.ports.callcontrol
    )
    tasks = [
        _supervised("journal", journal.run),
        _supervised(
            "snapshots",
            lambda: snapshots.follow(settings.dsn(), media, exchange.meters.on_notice, exchange.marks.on_notice),
        ),
        _supervised("reaper", lambda: reaper.reap_for_ever(exchange)),
        _supervised("recover", recover_messages),
        _supervised("emergencies", remember_emergencies),
    ]
    log.get().info("callcontrol.up", port=settings.ports.callcontrol)
    try:
        await stop.wait()
    finally:
        server.close()
        exchange.draining = True
        exchange.ari.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await journal.flush()
        await asyncio.gather(exchange.lists.close(), kamailio.close(), db.close())
        log.get().info("callcontrol.down", calls=len(exchange.calls))


def _locking(db: Database, snapshots: Snapshots) -> Callable[[str, str, int, str], Awaitable[None]]:
    """Return what locks an account whose calls come too fast."""

    async def suspect(account_id: str, why: str, level: int, guard: str) -> None:
        async with db.tx(await snapshots.scope(account_id)) as session:
            await lock(session, level, why, source=guard, now=utcnow())

    return suspect


def _recorded(exchange: Exchange) -> set[str]:
    """Return the names of all recordings under way."""
    return {
        *exchange.tapes.live,
        *exchange.rooms.recordings(),
        *(call.recording for call in exchange.calls.values()),
    }


async def _after(first: Callable[[], Awaitable[None]], work: Callable[[], Awaitable[Any]]) -> Any:
    await first()
    return await work()


async def _patiently(work: Callable[[], Coroutine[Any, Any, Any]], *, tries: int = 60) -> Any:
    """Repeat `work` while the database is away, a second apart; raises DatabaseAway at last."""
    for left in range(tries, 0, -1):
        try:
            return await work()
        except DatabaseAway:
            if left == 1:
                raise
            await asyncio.sleep(1)


def _supervised(name: str, work: Callable[[], Coroutine[Any, Any, Any]]) -> asyncio.Task[None]:
    """Run `work` for ever: log what ends it and start it again."""

    async def loop() -> None:
        while True:
            try:
                await work()
            except Exception:  # noqa: BLE001 - logged
                log.get().exception("task.failed", task=name)
            await asyncio.sleep(1)

    return asyncio.get_running_loop().create_task(loop(), name=name)


def _collect_garbage_seldom() -> None:
    """Calls make thousands of objects a second that die by themselves; what was loaded until now stays for good.

    With Python's usual threshold of 700 the collector walks all of it again and again: a tenth of the time of a call.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    settings = load(parser.parse_args().data)
    log.configure("callcontrol", level=settings.log.level)
    code.load("qvoice.core", "qvoice.callcontrol")
    for part in ("answers", "resource", "watch"):
        discover(part)
    _collect_garbage_seldom()

    async def body() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await run(settings, stop=stop)

    uvloop.run(body())


if __name__ == "__main__":
    main()
