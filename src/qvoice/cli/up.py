"""`qvoice up` and `qvoice down`."""

from __future__ import annotations

from pathlib import Path

from qvoice.cli import demo as demo_command
from qvoice.cli import say, settings_of
from qvoice.engine import addresses, supervise
from qvoice.engine import up as engine


def run(data: Path, *, demo: bool, detach: bool, public_ip: str) -> int:
    """Start everything; stay until Ctrl-C unless detached. Returns the exit code."""
    started = engine.bring_up(data, public_ip=public_ip or None, tell=say)
    print(addresses.table(started.settings, started.authority), flush=True)
    if demo:
        code = demo_command.run(started.settings.data, as_json=False)
        if code:
            return code
    if detach or started.supervisor is None:
        return 0
    return engine.stay(started, say)


def down(data: Path) -> int:
    """Stop everything that runs with this data folder."""
    settings = settings_of(data)
    if not supervise.is_running(settings):
        say(f"QVOICE is not running with {settings.data}.")
        return 0
    supervise.stop_all(settings, tell=say)
    say("stopped")
    return 0
