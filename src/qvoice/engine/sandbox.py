"""Running a program of an engine image: bubblewrap, read-only root, private /tmp, only named folders writable."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from qvoice.engine.tools import need


@cache
def ids_of(image: Path, user: str) -> tuple[int, int]:
    """Return (uid, gid) of the package's own user in the image; 0, 0 for root."""
    for line in (image / "etc" / "passwd").read_text().splitlines():
        fields = line.split(":")
        if fields[0] == user:
            return int(fields[2]), int(fields[3])
    raise LookupError(f"the image {image.name} has no user {user}")


def command_in(
    image: Path,
    command: Sequence[str],
    *,
    user: str = "root",
    writable: Sequence[Path | tuple[Path, str]] = (),
    readable: Sequence[Path | tuple[Path, str]] = (),
) -> list[str]:
    """Return the command line that runs `command` inside `image`.

    `writable`, `readable`: host folders, seen at the same path, or (host folder, path inside). The program sees itself as `user`
    but has no more rights than we have. It dies with its parent.
    """
    uid, gid = ids_of(image, user)
    bwrap = [need("bwrap", "bubblewrap"), "--ro-bind", str(image), "/", "--dev", "/dev", "--proc", "/proc"]
    bwrap += ["--tmpfs", "/tmp", "--tmpfs", "/run", "--tmpfs", "/var/tmp"]
    for host, inside in _pairs(readable):
        bwrap += ["--ro-bind", host, inside]
    for host, inside in _pairs(writable):
        bwrap += ["--bind", host, inside]
    bwrap += ["--unshare-user", "--uid", str(uid), "--gid", str(gid), "--unshare-ipc", "--unshare-uts", "--share-net"]
    bwrap += ["--die-with-parent", "--new-session", "--clearenv", "--setenv", "PATH", "/usr/sbin:/usr/bin:/sbin:/bin"]
    bwrap += ["--setenv", "LANG", "C.UTF-8", "--setenv", "HOME", "/tmp", "--chdir", "/"]
    return [*bwrap, "--", *command]


def _pairs(folders: Sequence[Path | tuple[Path, str]]) -> list[tuple[str, str]]:
    return [(str(f), str(f)) if isinstance(f, Path) else (str(f[0]), f[1]) for f in folders]
