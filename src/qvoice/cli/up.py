"""`qvoice up` and `qvoice down`."""

from __future__ import annotations

import signal
import threading
import tomllib
from pathlib import Path

from qvoice.cli import say, settings_of
from qvoice.cli import demo as demo_command
from qvoice.engine import supervise
from qvoice.engine import up as engine_up
from qvoice.kit.errors import Invalid


def run(data: Path, *, demo: bool, detach: bool, public_ip: str) -> int:
    """Start everything; stay until Ctrl-C unless detached. Returns the exit code."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    if public_ip:
        remember_public_ip(data, public_ip)
    settings = settings_of(data)
    with supervise.Lock(data):
        engine_up.prepare(settings, say)
        process = engine_up.start(settings, say)
        if demo:
            say("building the demo …")
            code = demo_command.run(data, as_json=False)
            if code:
                supervise.stop_all(settings)
                return code
    say("\nQVOICE is running.\n" + engine_up.table(settings) + "\n")
    if detach:
        return 0
    say("Ctrl-C stops everything (use --detach to leave it running).")
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    while not stop.wait(1.0):
        if process.poll() is not None:
            say("stopped by another command")
            return 0
    say("\nstopping …")
    return down(data)


def down(data: Path) -> int:
    """Stop everything that runs with this data folder."""
    settings = settings_of(data)
    if not supervise.Supervisor(settings).alive():
        say(f"QVOICE is not running with {data}.")
        return 0
    supervise.stop_all(settings, lambda name: say(f"stopping {name} …"))
    say("stopped")
    return 0


def remember_public_ip(data: Path, address: str) -> None:
    """Write `[network] bind` into qvoice.toml, so that the next start needs no option. Other settings are kept."""
    file = data / "qvoice.toml"
    text = file.read_text() if file.exists() else ""
    present = tomllib.loads(text).get("network", {})
    if present.get("bind") == address:
        return
    if present:
        raise Invalid.field(
            "network.bind", "set", f"{file} has a [network] section already; write bind = \"{address}\" there instead of --public-ip."
        )
    file.write_text(text + f'\n[network]\nbind = "{address}"\n')
