"""Engine images: root file systems built from Debian's packages by mmdebstrap, kept under a name that hashes the
recipe.

`voice` (suite sid) has Asterisk, Kamailio and rtpengine; `store` (suite trixie) has PostgreSQL and the file tools.
The mirror is left to
the tool's default. Older engines than the floors (security fixes) are refused.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from qvoice.engine import machine, mends
from qvoice.engine.tools import root_of_project
from qvoice.kit.errors import Unavailable

Progress = Callable[[str], None]
TELL_EVERY_S = 5.0


class ImageFailed(Unavailable):
    """An engine image could not be built."""

    code = "image-failed"


@dataclass(frozen=True, slots=True)
class Recipe:
    """What an image is made of (a file `engine/images/<name>.toml`).

    `floors`: {program: oldest version allowed}; `links`: {path in the image: what the symbolic link there points to};
    `mends`: faults of single programs that are put right in the image.
    """

    name: str
    suite: str
    packages: tuple[str, ...]
    floors: dict[str, str]
    exclude: tuple[str, ...]
    links: dict[str, str]
    mends: tuple[mends.Mend, ...] = ()

    @property
    def digest(self) -> str:
        """A hash of everything that decides the content."""
        text = json.dumps([self.suite, sorted(self.packages), list(self.exclude), sorted(self.links.items())])
        return hashlib.sha256(text.encode()).hexdigest()[:12]


_VERSION_COMMANDS = {
    "asterisk": ["/usr/sbin/asterisk", "-V"],
    "kamailio": ["/usr/sbin/kamailio", "-v"],
    "rtpengine": ["/usr/bin/rtpengine", "--version"],
    "postgres": ["/usr/lib/postgresql/17/bin/postgres", "--version"],
}


def _quiet(_line: str) -> None:
    """Show no progress (tests)."""


def cache_folder() -> Path:
    """Where images are kept: `QVOICE_IMAGES`, else the user's cache folder."""
    set_by_user = os.environ.get("QVOICE_IMAGES")
    if set_by_user:
        return Path(set_by_user)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "qvoice" / "images"


def recipe(name: str) -> Recipe:
    """Read a recipe."""
    stored = tomllib.loads((root_of_project() / "engine" / "images" / f"{name}.toml").read_text())
    return Recipe(
        name,
        stored["suite"],
        tuple(stored["packages"]),
        stored.get("floors", {}),
        tuple(stored["exclude"]),
        stored.get("links", {}),
        tuple(mends.Mend(**one) for one in stored.get("mends", ())),
    )


def path_of(name: str) -> Path:
    """Where the image of the present recipe is, whether it is built or not."""
    found = recipe(name)
    return cache_folder() / f"{name}-{found.digest}"


def is_built(name: str) -> bool:
    """Tell whether the image is there, complete."""
    return (path_of(name) / "qvoice-versions.json").exists()


def ensure(name: str, progress: Progress = _quiet) -> Path:
    """Return the image's folder, building it first when needed. Safe against two builders; a broken build leaves
    nothing.
    """
    target = path_of(name)
    if is_built(name):
        mends.apply(recipe(name).mends, target)
        return target
    machine.prepare(building=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    with (target.parent / f".{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_built(name):
            return target
        building = target.with_name(f".{target.name}.building")
        _remove(building)
        started = time.monotonic()
        progress(f"building the {name} image (half a minute on a quick machine) …")
        _build(recipe(name), building, progress)
        mends.apply(recipe(name).mends, building)
        versions = _versions(recipe(name), building)
        (building / "qvoice-versions.json").write_text(json.dumps(versions, indent=1))
        _remove(target)
        building.rename(target)
        progress(
            f"built the {name} image in {time.monotonic() - started:.0f} s: "
            + ", ".join(f"{k} {v}" for k, v in versions.items())
        )
        _drop_older(name, target)
    return target


def versions(name: str) -> dict[str, str]:
    """Return {program: version} recorded when the image was built."""
    return json.loads((path_of(name) / "qvoice-versions.json").read_text())


def _build(recipe: Recipe, target: Path, progress: Progress) -> None:
    """Run mmdebstrap; as an ordinary user in its own user namespace, unpacked so that every file belongs to that
    user.
    """
    root = os.geteuid() == 0
    command = [
        "mmdebstrap",
        "--variant=apt",
        f"--mode={'root' if root else 'unshare'}",
        # A mirror that is a frozen copy has an expired Release file; signatures are still checked.
        '--aptopt=Acquire::Check-Valid-Until "false"',
        '--aptopt=APT::Install-Recommends "false"',
        *(f"--dpkgopt=path-exclude={path}" for path in recipe.exclude),
        *(f'--customize-hook=ln -sfn {to} "$1{path}"' for path, to in recipe.links.items()),
        f"--include={','.join(recipe.packages)}",
        recipe.suite,
    ]
    target.mkdir(parents=True)
    log = target.with_name(f"{recipe.name}.build.log")
    with log.open("w") as out:
        if root:
            builder = subprocess.Popen(
                [*command, str(target)], stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL
            )
            steps = [builder]
        else:
            builder = subprocess.Popen([*command, "-"], stdout=subprocess.PIPE, stderr=out, stdin=subprocess.DEVNULL)
            unpack = ["tar", "-x", "--no-same-owner", "--exclude=./dev/*", "-C", str(target)]
            steps = [builder, subprocess.Popen(unpack, stdin=builder.stdout, stdout=out, stderr=out)]
        started = told = time.monotonic()
        while any(step.poll() is None for step in steps):
            time.sleep(0.2)
            if time.monotonic() - told >= TELL_EVERY_S:
                told = time.monotonic()
                progress(f"  {recipe.name}: {_last_line(log)} ({told - started:.0f} s)")
    if any(step.returncode != 0 for step in steps):
        _remove(target)
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-12:])
        raise ImageFailed(f"The {recipe.name} image could not be built. The log is {log}; its end:\n{tail}")


def _last_line(log: Path) -> str:
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1].removeprefix("I: ").rstrip(".")[:100] if lines else "starting"


def _versions(recipe: Recipe, image: Path) -> dict[str, str]:
    from qvoice.engine.sandbox import command_in

    found: dict[str, str] = {}
    for program, floor in recipe.floors.items():
        run = subprocess.run(command_in(image, _VERSION_COMMANDS[program]), capture_output=True, text=True, timeout=60)
        match = re.search(r"\d+\.\d+(\.\d+)*", run.stdout + run.stderr)
        if match is None:
            raise ImageFailed(
                f"{program} in the {recipe.name} image does not tell its version: {run.stderr.strip()[:300]}"
            )
        if _numbers(match[0]) < _numbers(floor):
            raise ImageFailed(f"{program} {match[0]} is older than {floor}, which has security fixes QVOICE relies on.")
        found[program] = match[0]
    return found


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _remove(folder: Path) -> None:
    if folder.exists():
        for inner in folder.rglob("*"):
            if inner.is_dir() and not inner.is_symlink() and not os.access(inner, os.W_OK | os.X_OK):
                inner.chmod(0o700)
        shutil.rmtree(folder)


def _drop_older(name: str, keep: Path) -> None:
    """Remove images of former recipes, but the newest one (to go back to) and those that an installation runs."""
    others = sorted(
        (p for p in keep.parent.glob(f"{name}-*") if p != keep and p.is_dir()),
        key=lambda p: p.stat().st_mtime,
        reverse=True,
    )
    for old in others[1:]:
        if not _is_in_use(old):
            _remove(old)


def _is_in_use(image: Path) -> bool:
    """Tell whether a process was started from `image`: the guard of each engine names it in its command line."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if os.fsencode(image) in (folder / "cmdline").read_bytes():
                return True
        except OSError:
            continue  # it ended while we looked
    return False
