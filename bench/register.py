"""Registrations per second with digest authentication, against the same Kamailio as a bare registrar without any.

SIPp is all the phones: each registers, is challenged, answers, is accepted; at the bare registrar it just registers.
The next phone begins when one has ended; rounds alternate. What is compared is the time; the processor time that
Kamailio's processes took for one registration is told too.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from bench.figures import Figure
from bench.installation import Failed, Installation
from qvoice.cli.rest import Rest
from qvoice.engine import images, render, sandbox

NEEDS = {"sipp": "sip-tester"}
HERE = Path(__file__).parent / "sipp"
PHONES = 200
UNDER_WAY = 40
REGISTRATIONS = 10_000
ROUNDS = 3
PASSWORD = "bench-passw0rd"


def measure(installation: Installation) -> list[Figure]:
    """Make the phones, register them here and there in turns; medians of the rounds."""
    realm = phones(installation)
    here, there = [], []
    edge = installation.processes()["kamailio"]["pid"]
    with tempfile.TemporaryDirectory() as folder, bare(installation) as (port, pid):
        users = Path(folder) / "users.csv"
        lines = (f"bench{n};{realm};[authentication username=bench{n} password={PASSWORD}]" for n in range(PHONES))
        users.write_text("SEQUENTIAL\n" + "\n".join(lines) + "\n")
        rounds, count = (1, REGISTRATIONS // 10) if installation.quick else (ROUNDS, REGISTRATIONS)
        for _ in range(rounds):
            here.append(turn(users, count, port=installation.settings.ports.sip, pid=edge, challenged=True))
            there.append(turn(users, count, port=port, pid=pid, challenged=False))
    with_digest, without = median(rate for rate, _ in here), median(rate for rate, _ in there)
    note = f"median of {rounds} rounds of {count:,}, {PHONES} phones, {UNDER_WAY} at once, one SIPp over UDP"
    return [
        Figure("registrations, edge with digest", with_digest, "/s", note=note),
        Figure("registrations, bare registrar, no digest", without, "/s", note=note),
        Figure("registrations, edge against bare", with_digest / without, "", (">=", 0.5)),
        Figure("processor time of a registration, edge", median(cpu for _, cpu in here) * 1e6, "us"),
        Figure("processor time of a registration, bare", median(cpu for _, cpu in there) * 1e6, "us"),
    ]


def phones(installation: Installation) -> str:
    """Give the demo's first customer the devices `bench0` and so on, once; return its realm."""
    demo = installation.demo
    account = demo["accounts"][0]
    admin = account["admin"]
    rest = Rest(demo["api"]).sign_in(
        account_name=account["name"], username=admin["username"], password=admin["password"]
    )
    path = f"accounts/{account['id']}/devices"
    there = {row["name"] for row in rest.get(path, paginate="false")}
    for number in range(PHONES):
        name = f"bench{number}"
        if name not in there:
            rest.put(path, {"name": name, "device_type": "softphone", "sip": {"username": name, "password": PASSWORD}})
    return account["realm"]


@contextmanager
def bare(installation: Installation) -> Iterator[tuple[int, int]]:
    """Run the bare registrar in the same image; yields its port and process id."""
    settings = installation.settings
    voice = images.ensure("voice", print)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    names = render.placeholders(settings, voice)
    values = {"PORT": str(port), "WORKERS": names["KAMAILIO_WORKERS"], "MODULES": names["KAMAILIO_MODULES"]}
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile("w+") as log:
        file = Path(folder) / "registrar.cfg"
        file.write_text(render.fill((HERE / "registrar.cfg").read_text(), values, name="bench/sipp/registrar.cfg"))
        command = ["/usr/sbin/kamailio", "-f", str(file), "-DD", "-E", "-m", "256", "-M", "16", "-Y", "/run/kamailio"]
        run = subprocess.Popen(
            sandbox.command_in(
                voice,
                [*command, "-w", "/run/kamailio"],
                user="kamailio",
                readable=[Path(folder)],
                empty=["/run/kamailio"],
            ),
            stdout=subprocess.DEVNULL,
            stderr=log,
        )
        try:
            time.sleep(3)
            if run.poll() is not None:
                log.seek(0)
                raise Failed(f"the bare registrar ended with {run.returncode}:\n{log.read()[-2000:]}")
            yield port, run.pid
        finally:
            run.send_signal(signal.SIGTERM)
            run.wait(15)


def turn(users: Path, count: int, *, port: int, pid: int, challenged: bool) -> tuple[float, float]:
    """Register `count` times; return registrations per second and processor seconds per registration."""
    scenario = (HERE / "register.xml").read_text()
    if not challenged:
        head, _, rest = scenario.partition("<!-- challenged -->")
        scenario = head + rest.partition("<!-- /challenged -->")[2]
    file = users.with_name("scenario.xml")
    file.write_text(scenario)
    before, began = processor_seconds(pid), time.monotonic()
    command = ["sipp", f"127.0.0.1:{port}", "-sf", str(file), "-inf", str(users), "-i", "127.0.0.1"]
    limits = ["-r", "50000", "-l", str(UNDER_WAY), "-m", str(count), "-timeout", "60", "-nostdin"]
    run = subprocess.run([*command, *limits], cwd=users.parent, capture_output=True, text=True, timeout=90, check=False)
    took = time.monotonic() - began
    if run.returncode != 0:
        raise Failed(
            f"sipp ended with {run.returncode}: some phones were not registered\n{run.stdout[-1500:]}{run.stderr}"
        )
    return count / took, (processor_seconds(pid) - before) / count


def processor_seconds(pid: int) -> float:
    """Return the processor time (user and system) that `pid` and all its descendants have taken."""
    parents: dict[int, int] = {}
    times: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(") ", 1)[1].split()
            except OSError:
                continue  # it ended while we looked
            parents[int(entry.name)] = int(fields[1])
            times[int(entry.name)] = int(fields[11]) + int(fields[12])
    family, queue = set[int](), [pid]
    while queue:
        one = queue.pop()
        family.add(one)
        queue += [child for child, parent in parents.items() if parent == one]
    return sum(times.get(one, 0) for one in family) / os.sysconf("SC_CLK_TCK")
