"""`qvoice up`: from nothing, or from a stopped installation, to one that has passed a self-test call."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from qvoice.engine import (
    addresses,
    doctor,
    folders,
    images,
    machine,
    portal,
    programs,
    release,
    render,
    selftest,
    store,
    supervise,
    tls,
)
from qvoice.engine.health import Verdict
from qvoice.kit.clock import utcnow
from qvoice.kit.errors import Conflict, Unavailable
from qvoice.kit.settings import Settings, load

Tell = Callable[[str], None]
READY_WITHIN = 90.0


class NotWell(Unavailable):
    """A process did not become well."""

    code = "not-well"


@dataclass(frozen=True, slots=True)
class Started:
    """A running installation. `supervisor` is None when it was running before: somebody else stops it."""

    settings: Settings
    supervisor: subprocess.Popen[bytes] | None
    authority: Path


def bring_up(data: Path, *, public_ip: str | None, tell: Tell) -> Started:
    """Start the installation in `data` and return when every process is well and the self-test call has passed.

    One that runs already is left running, and returned when it is well. Raises QvoiceError saying what is wrong and
    what to do; what was started is stopped again then.
    """
    data = data.expanduser().absolute()
    folders.check_path(data)
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    given = addresses.given(data, public_ip=public_ip)
    settings = load(data, overrides=given)
    folders.prepare(settings)
    with supervise.StartLock(settings):
        if supervise.is_running(settings):
            return _running_already(settings, tell)
        addresses.refuse_taken_ports(settings)
        _check_room(settings, tell)
        folders.remember(data, given)
        _export(given)
        machine.prepare(building=not all(images.is_built(name) for name in ("voice", "store")))
        voice, store_image = images.ensure("voice", tell), images.ensure("store", tell)
        _build_portal(tell)
        authority = tls.ensure(settings, now=utcnow())
        render.render(settings, voice)
        _link(settings.run / "store-image", store_image)
        if not settings.database.url and store.initialise(settings, store_image):
            tell("made the database")
        wanted = programs.of(settings, voice=voice, store=store_image)
        release.remember(settings)
        supervisor = supervise.start(settings, supervise.render(settings, wanted))
        try:
            _start_in_order(settings, wanted, tell)
            selftest.run(settings, tell)
        except BaseException:
            tell("stopping what was started")
            supervise.stop_all(settings)
            raise
    return Started(settings, supervisor, authority)


def _running_already(settings: Settings, tell: Tell) -> Started:
    """Wait until what runs is well. Raises NotWell, and Conflict when it runs with other settings than asked for."""
    runs = load(settings.data, environ={})
    if (settings.network, settings.ports, settings.database) != (runs.network, runs.ports, runs.database):
        raise Conflict(
            f"The installation in {settings.data} is running with other addresses or ports than you ask for now. "
            f"Stop it first: ./qvoice down --data {settings.data}"
        )
    tell(f"the installation in {settings.data} is running already")
    if not release.is_current(settings):
        tell(
            "NOTE: it runs the code it was started with, and this checkout has changed since. To use what is here now: "
            f"./qvoice upgrade --data {settings.data} (calls in progress end)"
        )
    voice, store_image = images.path_of("voice"), images.path_of("store")
    _wait_until_well(settings, programs.of(settings, voice=voice, store=store_image), tell)
    return Started(settings, None, tls.ensure(settings, now=utcnow()))


def _check_room(settings: Settings, tell: Tell) -> None:
    """Refuse to begin on a disk that has no room for a new database; tell when an old one has little left."""
    free = shutil.disk_usage(settings.data).free
    fresh = not settings.database.url and not (settings.data / "postgres" / "17").exists()
    if fresh and free < doctor.DISK_LOW:
        raise Unavailable(
            f"{settings.data} has {free / 1e6:.0f} MB free; a new installation needs {doctor.DISK_LOW / 1e6:.0f} MB. "
            "Make room, or give another folder with --data."
        )
    if free < doctor.DISK_LOW:
        tell(f"WARNING: only {free / 1e6:.0f} MB are free in {settings.data}: make room soon")


def _link(link: Path, target: Path) -> None:
    """Point `link` at the store image: the API converts uploaded audio with its tools."""
    fresh = link.with_name(f".{link.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    fresh.replace(link)


def _build_portal(tell: Tell) -> None:
    """Bring the portal's files up to date. Without them phones, carriers and the API work all the same, so a failure
    is told, no more.
    """
    try:
        portal.build(tell)
    except portal.PortalFailed as problem:
        tell(f"WARNING: the system starts without a current portal: {problem.message[:600]}")


def _export(given: dict[str, dict[str, str | int]]) -> None:
    """Hand settings of this command line to the processes, which read them from the environment."""
    for section, values in given.items():
        for key, value in values.items():
            os.environ[f"QVOICE_{section}_{key}".upper()] = str(value)


def _start_in_order(settings: Settings, wanted: list[programs.Program], tell: Tell) -> None:
    if not settings.database.url:
        supervise.start_process(settings, "postgres")
        store.wait_until_it_accepts(settings)
    _migrate(settings, tell)
    for process in wanted:
        supervise.start_process(settings, process.name)
    _wait_until_well(settings, wanted, tell)


def _wait_until_well(settings: Settings, wanted: list[programs.Program], tell: Tell) -> None:
    deadline = time.monotonic() + READY_WITHIN
    waiting = {process.name: process for process in wanted}
    told = time.monotonic()
    while waiting:
        verdicts = {name: process.check(settings) for name, process in waiting.items()}
        waiting = {name: process for name, process in waiting.items() if not verdicts[name].well}
        if waiting and time.monotonic() > deadline:
            raise NotWell(_not_well(settings, {name: verdicts[name] for name in waiting}))
        if waiting and time.monotonic() - told > 10:
            told = time.monotonic()
            tell("waiting for " + ", ".join(f"{name} ({verdicts[name].note[:80]})" for name in waiting))
        if waiting:
            time.sleep(0.05)
    tell("all processes are well")


def _migrate(settings: Settings, tell: Tell) -> None:
    from qvoice.db import migrate

    version = migrate.upgrade(settings)
    tell(f"the database is at version {version}")
    if asyncio.run(_ensure_master(settings)):
        tell("made the master account")


async def _ensure_master(settings: Settings) -> bool:
    """Make the master account and its administrator at the first start; tells whether it did."""
    from qvoice.db import Database
    from qvoice.features.accounts.bootstrap import create_master
    from qvoice.features.auth.tokens import TokenKey

    key = TokenKey(settings.secret("token-key"))
    db = Database(settings.dsn(), pool_size=1, overflow=1, info={"token_key": key})
    try:
        return (await create_master(db, key, password=settings.secret("admin-password"))).created
    finally:
        await db.close()


def _not_well(settings: Settings, verdicts: dict[str, Verdict]) -> str:
    lines = ["These processes did not become well:"]
    for name, verdict in verdicts.items():
        lines.append(f"- {name}: {verdict.note or 'not ready'}; the end of {settings.logs}/{name}.log:")
        file = settings.logs / f"{name}.log"
        tail = file.read_text(errors="replace").splitlines()[-8:] if file.exists() else ["(nothing)"]
        lines += [f"    {line[:300]}" for line in tail]
    return "\n".join(lines)


def stay(started: Started, tell: Tell) -> int:
    """Stay in the foreground until Ctrl-C, SIGTERM or `qvoice down`; returns the exit code.

    What was running before stays so when we leave: it was not started here.
    """
    supervisor = started.supervisor
    if supervisor is None:
        return 0
    stop: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda got, _frame: stop.append(got))
    # Not before: who reads it may press the keys at once.
    tell("\nRunning. Ctrl-C stops everything (use --detach to leave it running).")
    while supervisor.poll() is None:
        if stop:
            supervise.stop_all(started.settings, tell=tell)
            supervisor.wait(30)
            return 0
        time.sleep(0.2)
    if stop or supervisor.returncode == 0:
        return 0
    tell(f"the supervisor ended ({supervisor.returncode}); see {started.settings.logs}/supervisord.log")
    return 1
