"""The database server that an installation runs itself: made once by initdb, its programs run from the store image."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from qvoice.engine import health
from qvoice.engine.sandbox import command_in
from qvoice.engine.secrets import write
from qvoice.kit.errors import Unavailable
from qvoice.kit.settings import Settings

BIN = "/usr/lib/postgresql/17/bin"


def initialise(settings: Settings, store: Path) -> bool:
    """Run initdb when there is no cluster yet (aside, then renamed: a broken one leaves nothing); tells whether it
    did.
    """
    local = settings.data / "postgres" / "local.conf"
    if not local.exists():
        write(local, "# Tuning of this server; read last, and never touched by QVOICE.\n")
    cluster = settings.data / "postgres" / "17"
    if cluster.exists():
        return False
    making = cluster.with_name("17.making")
    if making.exists():
        shutil.rmtree(making)
    password = settings.data / "postgres" / ".admin-password"
    write(password, settings.secret("db-admin"))
    try:
        run(
            settings,
            store,
            ["initdb", "-D", str(making), "-U", "admin", "--auth=scram-sha-256",
             "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8",
             "--data-checksums", f"--pwfile={password}"],
            writable=[settings.data / "postgres"],
        )  # fmt: skip
    finally:
        password.unlink()
    making.rename(cluster)
    return True


def run(
    settings: Settings,
    store: Path,
    command: Sequence[str],
    *,
    writable: Sequence[Path] = (),
    readable: Sequence[Path] = (),
    environment: dict[str, str] | None = None,
) -> str:
    """Run a PostgreSQL program from the store image and return its output; raises Unavailable with its error text.

    `environment` (PGPASSWORD, say) reaches the program without showing in the list of processes.
    """
    inside = command_in(
        store,
        [f"{BIN}/{command[0]}", *command[1:]],
        user="postgres",
        writable=writable,
        readable=readable,
        own_processes=False,
    )
    if environment:
        inside.remove("--clearenv")
    done = subprocess.run(
        inside, capture_output=True, text=True, env=environment, stdin=subprocess.DEVNULL, check=False
    )
    if done.returncode:
        raise Unavailable(f"{command[0]} failed ({done.returncode}): {(done.stderr or done.stdout).strip()[-1500:]}")
    return done.stdout


def wait_until_it_accepts(settings: Settings, *, seconds: float = 120) -> None:
    """Wait until the server takes connections; recovery after a power cut may take a while. Raises Unavailable."""
    deadline = time.monotonic() + seconds
    while not health.postgres_accepts(settings):
        if time.monotonic() > deadline:
            raise Unavailable(
                f"PostgreSQL does not take connections after {seconds:.0f} s. See {settings.logs}/postgres.log"
            )
        time.sleep(0.05)
