"""`./qvoice up` as operators meet it: twice, in the foreground, with a taken port, after its supervisor was killed."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.platform import ROOT, Platform

pytestmark = [pytest.mark.sip, pytest.mark.limit(300)]

BESIDE = 171
"""Ports of the installation of these tests, counted from those of the shared one."""


class Shell:
    """`./qvoice …` on an installation of its own."""

    def __init__(self, data: Path, environ: dict[str, str]) -> None:
        self.data, self.environ = data, environ

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command, as a terminal does: in a process group of its own."""
        return subprocess.Popen(
            [str(ROOT / "qvoice"), *arguments, "--data", str(self.data)],
            env=self.environ,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            process_group=0,
        )

    def run(self, *arguments: str) -> tuple[int, str]:
        """Run a command to its end; return its code and what it said."""
        running = self.start(*arguments)
        said, _ = running.communicate(timeout=240)
        return running.returncode, said

    @property
    def left(self) -> list[str]:
        """Processes of the installation that are there."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                command = (folder / "cmdline").read_bytes().decode(errors="replace").replace("\0", " ")
            except OSError:
                continue  # it ended while we looked
            if f"{self.data}/" in command or f"--data {self.data} " in command:
                found.append(f"{folder.name} {command[:200]}")
        return found


@pytest.fixture
def shell(platform: Platform, tmp_path: Path) -> Iterator[Shell]:
    offset = int(platform.environ["QVOICE_PORTS_OFFSET"]) + BESIDE
    shell = Shell(tmp_path / "d", dict(platform.environ) | {"QVOICE_PORTS_OFFSET": str(offset)})
    yield shell
    if (shell.data / "run" / "supervisor.sock").exists():
        shell.run("down")


def wait_for(running: subprocess.Popen[str], text: str) -> str:
    """Read what a command says until it says `text`; return that. A command that says nothing more is ended."""
    assert running.stdout
    guard = threading.Timer(200, running.kill)
    guard.start()
    said = ""
    for line in running.stdout:
        said += line
        if text in line:
            guard.cancel()
            return said
    guard.cancel()
    raise AssertionError(f"{text!r} was not said, but:\n{said}")


def test_up_finds_what_runs_and_leaves_it_alone(platform: Platform) -> None:
    shell = Shell(platform.data, platform.environ)
    before = platform.command("status", "--json")
    for arguments in (("--detach",), ()):  # in the foreground too: there is nothing of ours to stay for
        code, said = shell.run("up", *arguments)
        assert code == 0, said
        assert "is running already" in said
        assert f"SIP              127.0.0.1:{platform.settings.ports.sip} UDP and TCP" in said
    after = platform.command("status", "--json")
    assert re.findall(r'"pid": \d+', before) == re.findall(r'"pid": \d+', after)


def test_up_with_other_ports_does_not_move_what_runs(platform: Platform) -> None:
    offset = int(platform.environ["QVOICE_PORTS_OFFSET"])
    shell = Shell(platform.data, dict(platform.environ) | {"QVOICE_PORTS_OFFSET": str(offset + 1)})
    code, said = shell.run("up", "--detach")
    assert code == 1
    assert f"Stop it first: ./qvoice down --data {platform.data}" in said
    assert f"offset = {offset}\n" in (platform.data / "qvoice.toml").read_text()


def test_an_installations_life_in_the_foreground(shell: Shell) -> None:
    port = int(shell.environ["QVOICE_PORTS_OFFSET"]) + 5060
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", port))
        code, said = shell.run("up")
        assert code == 1
        assert f"udp 127.0.0.1:{port} (ports.sip: Address already in use by " in said
        assert f"(pid {os.getpid()})" in said
        assert not shell.left

    first = shell.start("up")
    said = wait_for(first, "Ctrl-C stops everything")
    assert "the self-test call passed" in said
    loose = [file for file in (shell.data / "secrets").iterdir() if file.stat().st_mode & 0o077]
    assert not loose
    assert shell.data.stat().st_mode & 0o777 == 0o700
    assert shell.run("status")[0] == 0

    # The supervisor is killed: all ends with it, the command says so, and the next start finds nothing in its way.
    os.kill(int((shell.data / "run" / "supervisord.pid").read_text()), signal.SIGKILL)
    rest, _ = first.communicate(timeout=60)
    assert first.returncode == 1
    assert "the supervisor ended (-9)" in rest

    # An upgrade from another code: a backup, a stop that ends the command in the foreground, a start.
    old = shell.start("up")
    wait_for(old, "Ctrl-C stops everything")
    (shell.data / "run" / "started-code").write_text("that of last year")
    assert "./qvoice upgrade" in shell.run("up", "--detach")[1]
    code, said = shell.run("upgrade")
    assert code == 0, said
    assert said.index("stopping postgres") < said.index("the self-test call passed")
    assert old.wait(60) == 0
    (backup,) = (shell.data / "backups").iterdir()
    assert backup.stat().st_mode & 0o777 == 0o600
    code, said = shell.run("upgrade")
    assert (code, "already" in said) == (0, True)
    assert shell.run("down")[0] == 0
    assert not shell.left
    assert shell.run("upgrade")[0] == 1

    again = shell.start("up")
    wait_for(again, "Ctrl-C stops everything")
    again.send_signal(signal.SIGINT)
    rest, _ = again.communicate(timeout=120)
    assert again.returncode == 0, rest
    assert rest.index("stopping callcontrol") < rest.index("stopping asterisk") < rest.index("stopping postgres")
    assert not shell.left
    code, said = shell.run("status")
    assert (code, "Not running" in said) == (3, True)
