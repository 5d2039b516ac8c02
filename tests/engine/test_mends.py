"""A program of an image is mended once, in one place, and only where it has the fault."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest

from qvoice.engine.mends import Mend, MendWrong, apply


def mend(machine: str = platform.machine(), finds: str = "aa77bb", puts: str = "aaebbb") -> Mend:
    return Mend("fault", "/usr/sbin/program", machine, finds, puts)


def image(folder: Path, content: str) -> Path:
    """An image with one program of these bytes; returns the program."""
    program = folder / "usr/sbin/program"
    program.parent.mkdir(parents=True)
    program.write_bytes(bytes.fromhex(content))
    program.chmod(0o755)
    return program


def test_what_is_found_once_is_mended_and_the_program_stays_executable(tmp_path: Path) -> None:
    program = image(tmp_path, "00aa77bb00")
    running = program.open("rb")
    assert apply((mend(),), tmp_path) == ["fault"]
    assert program.read_bytes().hex() == "00aaebbb00"
    assert program.stat().st_mode & 0o777 == 0o755
    with running:
        assert running.read().hex() == "00aa77bb00", "a program that runs keeps its file"
    assert apply((mend(),), tmp_path) == ["fault"]


@pytest.mark.parametrize("content", ["00aa0000", "aa77bbaa77bb"])
def test_another_build_is_left_alone(tmp_path: Path, content: str) -> None:
    program = image(tmp_path, content)
    assert apply((mend(),), tmp_path) == []
    assert program.read_bytes().hex() == content


def test_another_machines_mend_is_not_for_us(tmp_path: Path) -> None:
    program = image(tmp_path, "aa77bb")
    assert apply((mend(machine="other"),), tmp_path) == []
    assert program.read_bytes().hex() == "aa77bb"


def test_a_new_mend_of_the_recipe_reaches_an_image_that_is_there(tmp_path: Path) -> None:
    program = image(tmp_path, "aa77bb11")
    assert apply((), tmp_path) == []
    assert apply((mend(), Mend("more", "/usr/sbin/program", platform.machine(), "11", "22")), tmp_path) == [
        "fault",
        "more",
    ]
    assert program.read_bytes().hex() == "aaebbb22"


def test_a_mend_that_changes_the_length_is_refused(tmp_path: Path) -> None:
    image(tmp_path, "aa77bb")
    with pytest.raises(MendWrong, match="2 bytes in the place of 3"):
        apply((mend(puts="aaeb"),), tmp_path)


@pytest.mark.parametrize("torn", ["", '{"mends": [{"na', "[]x"])
def test_a_note_that_a_kill_tore_stops_nothing(tmp_path: Path, torn: str) -> None:
    program = image(tmp_path, "aa77bb")
    assert apply((mend(),), tmp_path) == ["fault"]
    (tmp_path / "qvoice-mends.json").write_text(torn)
    assert apply((mend(),), tmp_path) == ["fault"]
    assert program.read_bytes().hex() == "aaebbb"
    assert {file.name for file in tmp_path.rglob("*") if file.is_file()} == {"program", "qvoice-mends.json"}
