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
    runs = subprocess.Popen([sys.executable, "-c", "input()", str(tmp_path / "voice-used")], stdin=subprocess.PIPE)
    try:
        images._drop_older("voice", tmp_path / "voice-now")
        assert sorted(p.name for p in tmp_path.iterdir()) == ["store-old", "voice-before", "voice-now", "voice-used"]
    finally:
        runs.communicate()
    images._drop_older("voice", tmp_path / "voice-now")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["store-old", "voice-before", "voice-now"]
