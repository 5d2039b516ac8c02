"""Running a program of an engine image: bubblewrap, read-only root, private /tmp, only named folders writable."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from qvoice.engine.tools import need


@cache
def ids_of(image: Path, user: str) -> tuple[int, int]:
    """Return (uid, gid) of the package's own user in the image. Raises LookupError when it has no such user."""
    for line in (image / "etc" / "passwd").read_text().splitlines():
        fields = line.split(":")
        if fields[0] == user:
            return int(fields[2]), int(fields[3])
    raise LookupError(f"the image {image.name} has no user {user}")


@cache
def process_namespace_works(image: Path) -> bool:
    """Tell whether a process namespace of its own can be had here (a locked-down container may not mount a new
    /proc).
    """
    command = [
        "bwrap",
        "--ro-bind",
        str(image),
        "/",
        "--dev",
        "/dev",
        "--proc",
        "/proc",
        "--unshare-user",
        "--unshare-pid",
    ]
    return subprocess.run([*command, "--", "/bin/true"], capture_output=True, check=False).returncode == 0


def command_in(
    image: Path,
    command: Sequence[str],
    *,
    user: str = "root",
    writable: Sequence[Path | tuple[Path, str]] = (),
    readable: Sequence[Path | tuple[Path, str]] = (),
    empty: Sequence[str] = (),
    own_processes: bool = True,
) -> list[str]:
    """Return the command line that runs `command` inside `image`.

    `writable`, `readable`: host folders, seen at the same path, or (host folder, path inside); `empty`: folders to
    make in the private file system. The program sees itself as `user` but has no more rights than we have. It dies
    with its parent. With `own_processes` it is process 1 of its namespace where that works, so that no child of it can
    outlive it (and it must handle the signals it is to be stopped by).
    """
    uid, gid = ids_of(image, user)
    bwrap = [need("bwrap", "bubblewrap"), "--ro-bind", str(image), "/", "--dev", "/dev", "--proc", "/proc"]
    bwrap += ["--tmpfs", "/tmp", "--tmpfs", "/run", "--tmpfs", "/var/tmp"]
    for folder in empty:
        bwrap += ["--dir", folder]
    for host, inside in _pairs(readable):
        bwrap += ["--ro-bind", host, inside]
    for host, inside in _pairs(writable):
        bwrap += ["--bind", host, inside]
    bwrap += ["--unshare-user", "--uid", str(uid), "--gid", str(gid), "--unshare-ipc", "--unshare-uts", "--share-net"]
    if own_processes and process_namespace_works(image):
        bwrap += ["--unshare-pid", "--as-pid-1"]
    bwrap += ["--die-with-parent", "--new-session", "--clearenv", "--setenv", "PATH", "/usr/sbin:/usr/bin:/sbin:/bin"]
    bwrap += ["--setenv", "LANG", "C.UTF-8", "--setenv", "HOME", "/tmp", "--chdir", "/"]
    return [*bwrap, "--", *command]


def _pairs(folders: Sequence[Path | tuple[Path, str]]) -> list[tuple[str, str]]:
    return [(str(f), str(f)) if isinstance(f, Path) else (str(f[0]), f[1]) for f in folders]
