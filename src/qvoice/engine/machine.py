"""What the machine must have before anything of QVOICE can run or be built on it, and the command that gives it."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from pathlib import Path

from qvoice.engine.tools import need_all
from qvoice.kit.errors import Unavailable

SUBORDINATE = (Path("/etc/subuid"), Path("/etc/subgid"))
RUNNING = {"bwrap": "bubblewrap"}
BUILDING = {"mmdebstrap": "mmdebstrap"}
BUILDING_AS_USER = {"newuidmap": "uidmap"}
"""{program: Debian package that has it}."""


class MachineUnfit(Unavailable):
    """The machine lacks something that a package does not bring."""

    code = "machine-unfit"


def prepare(*, building: bool) -> None:
    """Install what is missing to run engines, and with `building` to build their images, when we may.

    Raises ToolMissing with one command for all that is missing, MachineUnfit with the command that allows the rest.
    """
    as_user = os.geteuid() != 0
    need_all(RUNNING | (BUILDING if building else {}) | (BUILDING_AS_USER if building and as_user else {}))
    if building and as_user:
        lacking = [str(file) for file in SUBORDINATE if not has_range(file)]
        if lacking:
            raise MachineUnfit(f"{' and '.join(lacking)} give you no ids to build with. Run: {range_command()}")
    problem = namespace_problem()
    if problem:
        raise MachineUnfit(f"Engines cannot be run in a sandbox here: {problem} {namespace_advice()}")


def user_name() -> str:
    """The name of the user we run as; the number when it has none."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def has_range(file: Path) -> bool:
    """Tell whether `/etc/subuid` or `/etc/subgid` gives our user a range (man 5 subuid: by name or number)."""
    text = file.read_text() if file.exists() else ""
    return any(line.split(":")[0] in (user_name(), str(os.getuid())) for line in text.splitlines())


def range_command() -> str:
    """What gives our user ranges."""
    return f"sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 {user_name()}"


def namespace_problem() -> str:
    """Return what bubblewrap says when it cannot make a user namespace; empty when it can, or is not there."""
    bwrap = shutil.which("bwrap")
    if not bwrap:
        return ""
    probe = [bwrap, "--ro-bind", "/", "/", "--unshare-user", "--uid", "1234", "--gid", "1234", "--", "/bin/true"]
    run = subprocess.run(probe, capture_output=True, text=True, check=False)
    return "" if run.returncode == 0 else run.stderr.strip()[:200] or f"bwrap ended with {run.returncode}"


def namespace_advice() -> str:
    """What allows user namespaces on this machine."""
    for file, good, command in (
        ("/proc/sys/kernel/unprivileged_userns_clone", "1", "sudo sysctl -w kernel.unprivileged_userns_clone=1"),
        (
            "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
            "0",
            "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
        ),
    ):
        path = Path(file)
        if path.exists() and path.read_text().strip() != good:
            return f"Run: {command} (and put it in /etc/sysctl.d/ to keep it)"
    if Path("/proc/sys/user/max_user_namespaces").read_text().strip() == "0":
        return "Run: sudo sysctl -w user.max_user_namespaces=10000"
    return "The machine forbids user namespaces (a container, perhaps): allow them, or run QVOICE on a virtual machine."
