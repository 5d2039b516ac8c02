"""Calls per second through call control against a bare Dial() in the same Asterisk, and the Python CPU of one call.

    python -m bench.exchange [--json] [--seconds 10]

SIPp calls and answers in the place of the edge (set-up, 200 ms of talk, BYE; no audio). The rate is raised until
calls fail.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import uvloop
from tests.callcontrol.node import MediaNode, free_port
from tests.callcontrol.world import Book, Scripts, leg, plan

from qvoice.callcontrol.exchange import Exchange
from qvoice.callcontrol.placing import Placing
from qvoice.callcontrol.port import Connection, Door
from qvoice.core.flow.talk import ring
from qvoice.kit import log

SCENARIO = Path(__file__).parents[1] / "tests/callcontrol/sipp/device.xml"
RATES = (50, 75, 100, 125, 150, 175, 200, 230, 260, 300, 340, 380)


class Nothing(Book):
    """A book that keeps nothing."""

    def leg(self, call, leg, event) -> None: ...

    def leg_over(self, call, leg) -> None: ...

    def over(self, call) -> None: ...


async def control(node: MediaNode) -> None:
    """Be call control, with one flow: 1001 rings its device."""
    log.configure("bench", level="warning", stream=sys.stderr)
    scripts = Scripts()

    def script(call):
        yield from ring(plan(leg("1001")))
        return "_"

    scripts.on("1001", script)

    async def nothing(*_):
        return None

    exchange = Exchange(
        journal=Nothing(),
        placing=Placing(scripts),
        ask=nothing,
        media_path=lambda call: nothing,
        recordings=Path("/nonexistent"),
        lists=node.lists(),
    )
    door = Door(
        ari=exchange.ari,
        ari_user="asterisk",
        ari_password=node.password,
        token="-",
        verbs={},
        health=lambda: {
            "ready": exchange.ready,
            "cpu": _cpu(resource.getrusage(resource.RUSAGE_SELF)),
            "requests": exchange.ari.requests,
        },
    )
    await asyncio.get_running_loop().create_server(lambda: Connection(door), "127.0.0.1", node.callcontrol)
    await asyncio.Event().wait()


def _cpu(usage: resource.struct_rusage) -> float:
    return usage.ru_utime + usage.ru_stime


def health(node: MediaNode) -> dict:
    """Ask call control how it is."""
    import httpx2

    return httpx2.get(f"http://127.0.0.1:{node.callcontrol}/health").json()


def burst(node: MediaNode, number: str, rate: int, seconds: int, folder: Path) -> tuple[int, int]:
    """Place rate × seconds calls; return (good, failed)."""
    calls = rate * seconds
    command = [
        "sipp",
        "-sf",
        str(SCENARIO),
        "-s",
        number,
        "-i",
        "127.0.0.1",
        "-p",
        str(free_port()),
        "-r",
        str(rate),
        "-m",
        str(calls),
        "-d",
        "200",
        "-nostdin",
        "-timeout",
        str(seconds + 15),
        "-timeout_error",
        "-recv_timeout",
        "5000",
        "-trace_stat",
        "-stf",
        str(folder / f"{number}-{rate}.csv"),
        "-mp",
        str(free_port()),
        f"127.0.0.1:{node.sip}",
    ]
    output = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout
    good = re.findall(r"Successful call\s*\|\s*\d+\s*\|\s*(\d+)", output)
    done = int(good[-1]) if good else 0
    return done, calls - done


def climb(node: MediaNode, number: str, seconds: int, folder: Path) -> int:
    """Return the highest rate without a failure."""
    best = 0
    for rate in RATES:
        good, failed = burst(node, number, rate, seconds, folder)
        print(f"{number:>6} {rate:4d}/s: {good} good, {failed} failed", file=sys.stderr)
        if failed:
            break
        best = rate
    return best


def main() -> None:
    """Run everything and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seconds", type=int, default=10)
    arguments = parser.parse_args()
    node = MediaNode.create()
    folder = Path(tempfile.mkdtemp(prefix="qvoice-bench-"))
    answerer = child = None
    try:
        node.start()
        answerer = subprocess.Popen(
            ["sipp", "-sn", "uas", "-i", "127.0.0.1", "-p", str(node.edge), "-mp", str(free_port()), "-nostdin"],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        child = os.fork()
        if child == 0:
            uvloop.run(control(node))
        import time

        time.sleep(2)
        before = health(node)
        good, _ = burst(node, "1001", 50, 10, folder)
        after = health(node)
        figures = {
            "python_ms_per_call": round((after["cpu"] - before["cpu"]) * 1000 / max(good, 1), 3),
            "ari_requests_per_call": round((after["requests"] - before["requests"]) / max(good, 1), 2),
            "bare_dial_per_second": climb(node, "bare", arguments.seconds, folder),
            "callcontrol_per_second": climb(node, "1001", arguments.seconds, folder),
        }
        figures["share"] = round(figures["callcontrol_per_second"] / max(figures["bare_dial_per_second"], 1), 2)
        print(json.dumps(figures) if arguments.json else "\n".join(f"{k}: {v}" for k, v in figures.items()))
    finally:
        if child:
            os.kill(child, 15)
        if answerer:
            answerer.kill()
        node.remove()


if __name__ == "__main__":
    main()
