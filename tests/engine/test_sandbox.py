"""The sandbox: the image's root, read-only; only named folders can be written, wherever they lie on the host."""

from __future__ import annotations

import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from qvoice.engine import folders, images, programs
from qvoice.engine.sandbox import command_in
from qvoice.kit.settings import load

pytestmark = pytest.mark.db


@pytest.fixture(params=["/tmp", "/var/tmp", str(Path.home()), "/dev/shm"])
def folder(request: pytest.FixtureRequest) -> Iterator[Path]:
    """A folder below one that the image has too, or has not."""
    made = Path(request.param) / f"qvoice-test-{uuid.uuid4().hex[:8]}"
    made.mkdir()
    yield made
    for file in made.iterdir():
        file.unlink()
    made.rmdir()


def run(script: str, **options: object) -> subprocess.CompletedProcess[str]:
    command = command_in(images.ensure("store"), ["/bin/sh", "-c", script], **options)  # type: ignore[arg-type]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_writable_folder_is_writable_wherever_it_lies(folder: Path) -> None:
    done = run(f"echo hello > {folder}/file && id -un", user="postgres", writable=[folder])
    assert (done.stdout, done.returncode) == ("postgres\n", 0), done.stderr
    assert (folder / "file").read_text() == "hello\n"


def test_a_readable_folder_and_the_rest_of_the_root_cannot_be_written(folder: Path) -> None:
    (folder / "file").write_text("hello")
    places = f"{folder} / /etc /usr /var /home"
    script = f"cat {folder}/file; for p in {places}; do touch $p/x 2>/dev/null && echo wrote $p; done"
    assert run(script, readable=[folder]).stdout == "hello"


def test_the_host_is_not_seen(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    assert run(f"ls {tmp_path} /root /home").stdout.split() == ["/home:", "/root:"]


def test_no_child_outlives_the_program() -> None:
    word = f"{uuid.uuid4().int % 10**6 + 10**6}"
    assert run(f"sleep {word} & exit 0").returncode == 0
    commands = [file.read_bytes().split(b"\0") for file in Path("/proc").glob("[0-9]*/cmdline")]
    assert [b"sleep", word.encode(), b""] not in commands


def test_the_callers_environment_stays_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QVOICE_DATABASE_URL", "postgresql://admin:secret@db/x")
    assert "QVOICE" not in run("env").stdout


def test_every_program_of_an_installation_can_be_put_into_its_sandbox(tmp_path: Path) -> None:
    settings = load(tmp_path / "var", environ={})
    folders.prepare(settings)
    for engine in ("postgres", "rtpengine", "kamailio", "asterisk"):
        (settings.run / engine).mkdir(exist_ok=True)
    found = programs.of(settings, voice=images.ensure("voice"), store=images.ensure("store"))
    for program in (program for program in found if program.mode == "engine"):
        inside = program.command.index("--")
        command = [*program.command[:inside], "--", "/bin/true"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{program.name}: {done.stderr}"
