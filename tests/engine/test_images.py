"""Old engine images make room, unless an installation still runs one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from qvoice.engine import images


def test_old_images_go_but_the_newest_and_those_in_use(tmp_path: Path) -> None:
    for age, name in enumerate(("voice-now", "voice-before", "voice-used", "voice-old", "store-old")):
        image = tmp_path / name
        image.mkdir()
        os.utime(image, (1_000_000 - age, 1_000_000 - age))
    waiting = [sys.executable, "-c", "print(flush=True); input()", str(tmp_path / "voice-used")]
    runs = subprocess.Popen(waiting, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert runs.stdout is not None
        runs.stdout.readline()  # the kernel shows a command line a moment after Popen returns, not at once
        images._drop_older("voice", tmp_path / "voice-now")
        assert sorted(p.name for p in tmp_path.iterdir()) == ["store-old", "voice-before", "voice-now", "voice-used"]
    finally:
        runs.communicate(b"\n")
    images._drop_older("voice", tmp_path / "voice-now")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["store-old", "voice-before", "voice-now"]
