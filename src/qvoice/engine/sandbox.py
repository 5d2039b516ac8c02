"""Running a program of an engine image: bubblewrap, read-only root, private /tmp, only named folders writable."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from qvoice.engine.tools import need

_PRIVATE = ("/tmp", "/run", "/var/tmp")
"""Folders that are private, empty and writable."""


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
    inside = [Path(place) for _, place in (*_pairs(readable), *_pairs(writable))]
    bwrap = [need("bwrap", "bubblewrap"), *root_of(image, inside), "--dev", "/dev", "--proc", "/proc"]
    for folder in _PRIVATE:
        bwrap += ["--tmpfs", folder]
    for folder in empty:
        bwrap += ["--dir", folder]
    for host, inside in _pairs(readable):
        bwrap += ["--ro-bind", host, inside]
    for host, inside in _pairs(writable):
        bwrap += ["--bind", host, inside]
    bwrap += ["--remount-ro", "/", "--unshare-user", "--uid", str(uid), "--gid", str(gid)]
    bwrap += ["--unshare-ipc", "--unshare-uts", "--share-net"]
    if own_processes and process_namespace_works(image):
        bwrap += ["--unshare-pid", "--as-pid-1"]
    bwrap += ["--die-with-parent", "--new-session", "--clearenv", "--setenv", "PATH", "/usr/sbin:/usr/bin:/sbin:/bin"]
    bwrap += ["--setenv", "LANG", "C.UTF-8", "--setenv", "HOME", "/tmp", "--chdir", "/"]
    return [*bwrap, "--", *command]


def root_of(image: Path, places: Sequence[Path]) -> list[str]:
    """Return the arguments that make the read-only root with a mount point for each of `places`.

    The image's own root cannot be it: `/srv/qvoice/var`, say, does not exist there, and nothing can be made in what is
    read-only. So the root is an empty file system with the image's folders in it, split where a place needs it.
    """
    missing = [place for place in places if not (image / place.relative_to("/")).is_dir()]
    # Below another place, or a private folder, there is room already.
    roomy = [Path(folder) for folder in _PRIVATE]
    missing = [
        place
        for place in missing
        if not any(place != other and place.is_relative_to(other) for other in (*places, *roomy))
    ]
    return ["--tmpfs", "/", *_show(image, Path("/"), missing)]


def _show(image: Path, folder: Path, missing: Sequence[Path]) -> list[str]:
    arguments: list[str] = []
    if not _reachable(image / folder.relative_to("/")):
        return arguments
    for child in sorted((image / folder.relative_to("/")).iterdir()):
        place = folder / child.name
        if str(place) in (*_PRIVATE, "/dev", "/proc", "/sys"):
            continue
        if child.is_symlink():
            arguments += ["--symlink", str(child.readlink()), str(place)]
        elif child.is_dir() and any(wanted.is_relative_to(place) for wanted in missing):
            arguments += ["--dir", str(place), *_show(image, place, missing)]
        elif _reachable(child):
            arguments += ["--ro-bind", str(child), str(place)]
    return arguments


def _reachable(place: Path) -> bool:
    """Tell whether the sandbox may show `place`: in its user namespace even root has only an ordinary user's rights."""
    facts = place.stat()
    wanted = 0o5 if place.is_dir() else 0o4
    shift = 6 if facts.st_uid == os.geteuid() else 3 if facts.st_gid == os.getegid() else 0
    return (facts.st_mode >> shift) & wanted == wanted


def _may_read(path: Path) -> bool:
    """Tell whether we may read `path` without root's powers: in the sandbox even root has none over others' files."""
    found = path.stat()
    shift = 6 if found.st_uid == os.geteuid() else 3 if found.st_gid == os.getegid() else 0
    wanted = 0o5 if path.is_dir() else 0o4
    return (found.st_mode >> shift) & wanted == wanted


def _pairs(folders: Sequence[Path | tuple[Path, str]]) -> list[tuple[str, str]]:
    return [(str(f), str(f)) if isinstance(f, Path) else (str(f[0]), f[1]) for f in folders]
