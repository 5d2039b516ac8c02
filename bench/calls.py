"""Calls per second without a failure, device → edge → media → edge → device: under call control, and by a bare Dial().

SIPp is both phones: set-up with digest, 200 ms of talk, BYE; SDP but no sound. Both ways go through the same edge and
the same Asterisk (engine/asterisk/bench.conf has the bare one). The rate rises until calls fail.
"""

from __future__ import annotations

import asyncio
import re
import socket
import subprocess
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tests.sip.agent import UserAgent

from bench.figures import Figure
from bench.installation import Failed, Installation
from bench.register import processor_seconds

NEEDS = {"sipp": "sip-tester"}
HERE = Path(__file__).parent / "sipp"
RATES = (20, 40, 60, 80, 100, 120, 140, 160, 180, 200, 220, 240, 260, 280, 300, 340, 380)
SECONDS = 10
MEDIA_PORTS = 4
"""Ports that SIPp takes from its media port on: sound and picture, each with its control."""
RECOVER = 15
"""Seconds of rest after too much, so that what is measured next does not pay for it."""
STEADY = 20
"""Calls per second at which processor time is measured."""


def measure(installation: Installation) -> list[Figure]:
    """Climb both ways, then a steady load for call control's processor time."""
    rates, seconds = (RATES[:2], 3) if installation.quick else (RATES, SECONDS)
    demo = installation.demo
    account = demo["accounts"][0]
    caller, callee = (account["users"][n]["devices"][0] for n in (0, 1))
    extension, realm = account["users"][1]["extension"], account["realm"]
    port = free_port()
    asyncio.run(register(installation, callee, realm=realm, port=port))
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder)
        login = f"[authentication username={caller['username']} password={caller['password']}]"
        (where / "caller.csv").write_text(f"SEQUENTIAL\n{caller['username']};{realm};{login}\n")
        answering = ["sipp", "-sf", str(HERE / "answer.xml"), "-i", "127.0.0.1", "-p", str(port), "-nostdin"]
        quietly = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        answerer = subprocess.Popen([*answering, "-mp", str(free_port(MEDIA_PORTS))], cwd=where, **quietly)
        try:
            edge = installation.settings.ports.sip
            bare, bare_why = climb(f"bench-{callee['username']}", rates, seconds, edge=edge, folder=where)
            ours, ours_why = climb(extension, rates, seconds, edge=edge, folder=where)
            control = installation.processes()["callcontrol"]["pid"]
            before = processor_seconds(control)
            good, failed, why = burst(extension, STEADY, seconds, edge=edge, folder=where)
            spent = processor_seconds(control) - before
        finally:
            answerer.kill()
            answerer.wait()
    if not good:
        raise Failed(f"no call of {failed} was good at {STEADY} a second: {why}")
    if not bare:
        raise Failed(f"the bare Dial() failed at {rates[0]} a second: {bare_why}")
    note = f"{seconds} s at each rate, up to {rates[-1]}/s"
    return [
        Figure("calls, bare Dial()", bare, "/s", note=f"{note}; then {bare_why}"),
        Figure("calls, call control", ours, "/s", note=f"{note}; then {ours_why}"),
        Figure("calls, call control against bare", ours / bare, "", (">=", 0.6)),
        Figure("processor time of a call, call control", spent * 1000 / good, "ms", ("<=", 1.0), f"at {STEADY}/s"),
    ]


async def register(installation: Installation, device: dict[str, str], *, realm: str, port: int) -> None:
    """Register `device` at `port`, where SIPp will answer in its name."""
    phone = await UserAgent.start(
        proxy=("127.0.0.1", installation.settings.ports.sip),
        user=device["username"],
        realm=realm,
        password=device["password"],
        port=port,
    )
    response = await phone.register(3600)
    await phone.close()
    if response.status != 200:
        raise Failed(f"the phone that answers was not registered: {response.status} {response.reason}")


def free_port(row: int = 1) -> int:
    """Return the first of `row` UDP ports one after the other that nobody has."""
    for _ in range(100):
        with ExitStack() as held:
            first = 0
            try:
                for place in range(row):
                    probe = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
                    probe.bind(("127.0.0.1", first + place if first else 0))
                    first = first or probe.getsockname()[1]
            except (OSError, OverflowError):
                continue  # somebody has one of them: elsewhere
            return first
    raise Failed(f"no {row} UDP ports one after the other are free")


def burst(number: str, rate: int, seconds: int, *, edge: int, folder: Path) -> tuple[int, int, str]:
    """Place rate x seconds calls to `number`; return how many were good, how many failed, and why the first did."""
    calls = rate * seconds
    command = ["sipp", f"127.0.0.1:{edge}", "-sf", str(HERE / "call.xml"), "-inf", "caller.csv", "-s", number]
    places = ["-i", "127.0.0.1", "-p", str(free_port()), "-mp", str(free_port(MEDIA_PORTS))]
    load = ["-r", str(rate), "-m", str(calls), "-l", str(calls), "-d", "200"]
    limits = ["-nostdin", "-timeout", str(seconds + 15), "-timeout_error", "-recv_timeout", "5000"]
    errors = folder / "errors.log"
    errors.unlink(missing_ok=True)
    run = subprocess.run(
        [*command, *places, *load, *limits, "-trace_err", "-error_file", str(errors)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    good = re.findall(r"Successful call\s*\|\s*\d+\s*\|\s*(\d+)", run.stdout)
    done = int(good[-1]) if good else 0
    told = [line for line in errors.read_text(errors="replace").splitlines() if line] if errors.exists() else []
    return done, calls - done, (told[1] if told[1:] else run.stderr.strip() or "no reason told")[:200]


def climb(number: str, rates: tuple[int, ...], seconds: int, *, edge: int, folder: Path) -> tuple[int, str]:
    """Return the highest rate at which no call failed, and what stopped the climb."""
    best = 0
    for rate in rates:
        _, failed, why = burst(number, rate, seconds, edge=edge, folder=folder)
        if failed:
            time.sleep(RECOVER)
            return best, f"{failed} failed at {rate}/s ({why})"
        best = rate
    return best, "no limit found"
