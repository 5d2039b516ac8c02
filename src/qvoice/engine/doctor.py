"""Checks of a machine and an installation. Each finding that is not good says what to do about it."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography import x509

from qvoice.engine import addresses, images, machine, status, supervise, tls
from qvoice.kit.clock import utcnow
from qvoice.kit.errors import QvoiceError
from qvoice.kit.settings import Settings, load

MEMORY_WANTED = 1_500_000_000
DISK_WANTED = 3_000_000_000
DISK_LOW = 500_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found. `advice` is empty when `ok`."""

    name: str
    ok: bool
    found: str
    advice: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def examine(data: Path) -> list[Finding]:
    """Check the machine, then the installation in `data` if there is one."""
    findings = [*_machine(), *_sandbox(), *_images(), *_room(data)]
    try:
        readable = (data / "secrets").is_dir()
    except PermissionError:
        readable = False
    if not readable:
        return [*findings, Finding("installation", True, f"none in {data} yet (./qvoice up makes it)")]
    try:
        settings = load(data)
    except QvoiceError as problem:
        return [
            *findings,
            Finding("settings", False, problem.message, f"Correct {data}/qvoice.toml or the QVOICE_* variable."),
        ]
    return [*findings, *_installation(settings)]


def _machine() -> Iterator[Finding]:
    version = platform.python_version()
    yield Finding(
        "python",
        sys.version_info >= (3, 11),
        version,
        "" if sys.version_info >= (3, 11) else "Install Python 3.11 or newer.",
    )
    machine = platform.machine()
    known = machine in ("x86_64", "aarch64")
    yield Finding("processor", known, machine, "" if known else "QVOICE is tried on x86_64 and aarch64 only.")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    enough = memory >= MEMORY_WANTED
    yield Finding(
        "memory",
        enough,
        f"{memory / 2**30:.1f} GB",
        "" if enough else "1.5 GB are the least for all engines on one machine.",
    )


def _sandbox() -> Iterator[Finding]:
    building = not all(images.is_built(name) for name in ("voice", "store"))
    as_user = os.geteuid() != 0
    wanted = dict(machine.RUNNING)
    if building:
        wanted |= machine.BUILDING | (machine.BUILDING_AS_USER if as_user else {})
    for program, package in wanted.items():
        found = shutil.which(program)
        advice = "" if found else f"Run: sudo apt-get install -y {package}"
        yield Finding(package, bool(found), found or "missing", advice)
    if building and as_user:
        for file in machine.SUBORDINATE:
            has = machine.has_range(file)
            found = "has a range for you" if has else "has no range for you"
            yield Finding(str(file), has, found, "" if has else f"Run: {machine.range_command()}")
    if shutil.which("bwrap"):
        problem = machine.namespace_problem()
        yield Finding("user namespaces", not problem, problem or "work", machine.namespace_advice() if problem else "")


def _images() -> Iterator[Finding]:
    for name in ("voice", "store"):
        built = images.is_built(name)
        found = (
            ", ".join(f"{k} {v}" for k, v in images.versions(name).items())
            if built
            else "not built yet (./qvoice up builds it)"
        )
        yield Finding(f"image {name}", True, found)


def _room(data: Path) -> Iterator[Finding]:
    for name, folder, wanted in (
        ("disk for images", images.cache_folder(), DISK_WANTED),
        ("disk for data", data, DISK_LOW),
    ):
        if name == "disk for images" and all(images.is_built(image) for image in ("voice", "store")):
            continue
        place = folder.absolute()
        while not place.exists():
            place = place.parent
        free = shutil.disk_usage(place).free
        advice = "" if free >= wanted else f"Make room: {wanted / 1e9:.1f} GB are wanted there."
        yield Finding(name, free >= wanted, f"{free / 1e9:.1f} GB free in {place}", advice)


def _installation(settings: Settings) -> Iterator[Finding]:
    owner = settings.data.stat()
    mine = owner.st_uid == os.geteuid()
    yield Finding(
        "owner", mine, f"user {owner.st_uid}", "" if mine else f"Run commands for {settings.data} as that user."
    )
    loose = [file for file in settings.secrets.iterdir() if file.stat().st_mode & 0o077]
    yield Finding(
        "secrets",
        not loose,
        f"{len(loose)} readable by others",
        f"Run: chmod -R go= {settings.secrets}" if loose else "",
    )
    yield from _certificate(settings)
    if not supervise.is_running(settings):
        taken = supervise.port_users(addresses.listened(settings))
        for (protocol, address, port), why in taken.items():
            yield Finding(
                f"port {protocol} {address}:{port}", False, why, "Stop what has it, or set another in qvoice.toml."
            )
        yield Finding("running", True, "no (./qvoice up)")
        return
    for row in status.read(settings)["processes"]:
        advice = f"See ./qvoice logs {row['name']} --data {settings.data}"
        yield Finding(row["name"], row["well"], row["note"] or row["state"], "" if row["well"] else advice)


def _certificate(settings: Settings) -> Iterator[Finding]:
    file, _ = tls.files(settings)
    if not file.exists():
        yield Finding("certificate", True, "made by the next up")
        return
    end = x509.load_pem_x509_certificate(file.read_bytes()).not_valid_after_utc
    good = end > utcnow() + timedelta(days=tls.RENEW_DAYS // 2)
    advice = (
        "Renew it and restart QVOICE." if file.name == "own.crt" else "Restart QVOICE: it renews its own certificate."
    )
    yield Finding("certificate", good, f"{file.name} until {end:%Y-%m-%d}", "" if good else advice)


def table(findings: list[Finding]) -> str:
    """Show the findings to a person."""
    width = max(len(finding.name) for finding in findings)
    lines = []
    for finding in findings:
        lines.append(f"{'ok ' if finding.ok else 'NOT'}  {finding.name:<{width}}  {finding.found}")
        if finding.advice:
            lines.append(f"     {'':<{width}}  -> {finding.advice}")
    bad = sum(not finding.ok for finding in findings)
    lines.append("All is well." if not bad else f"{bad} to look at.")
    return "\n".join(lines)
