"""`qvoice upgrade`: from the code an installation was started with to the code that is in the checkout now."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from qvoice.engine import backup, images, portal, release, supervise, up
from qvoice.kit.clock import utcnow
from qvoice.kit.errors import QvoiceError, Unavailable
from qvoice.kit.settings import load

Tell = Callable[[str], None]
_OTHERS_START_WITHIN = 180.0


class UpgradeFailed(Unavailable):
    """The new code did not start."""

    code = "upgrade-failed"


def run(data: Path, tell: Tell) -> up.Started | None:
    """Back up, make everything new that can be made while calls go on, stop, start; None when there is nothing to do.

    Calls in progress end at the stop. Raises NotRunning when nothing runs; UpgradeFailed, saying how to go back, when
    the new code does not start: nothing runs then.
    """
    settings = load(data)
    supervise.call(settings, "supervisor.getState")  # NotRunning says what to do
    if release.is_current(settings):
        return None
    file = settings.data / "backups" / f"before-upgrade-{utcnow():%Y%m%dT%H%M%SZ}.tar"
    file.parent.mkdir(mode=0o700, exist_ok=True)
    backup.write(settings, file, tell)
    for image in ("voice", "store"):
        images.ensure(image, tell)
    try:
        portal.build(tell)
    except portal.PortalFailed as problem:
        tell(f"WARNING: the portal stays as it is: {problem.message[:600]}")
    supervise.stop_all(settings, tell=tell)
    try:
        return _start(settings.data, tell)
    except QvoiceError as problem:
        raise UpgradeFailed(
            f"The new code did not start: {problem.message}\n"
            "To go back: check out the version that ran before, then "
            f"./qvoice restore {file} --data {settings.data} --force, then ./qvoice up."
        ) from problem


def _start(data: Path, tell: Tell) -> up.Started:
    """Start it; where a service manager does so at once when we stop it, wait for that one."""
    deadline = time.monotonic() + _OTHERS_START_WITHIN
    while True:
        try:
            return up.bring_up(data, public_ip=None, tell=tell)
        except supervise.BeingStarted:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
