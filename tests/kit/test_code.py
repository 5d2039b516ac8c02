"""A process holds all its code before it serves: `git pull` under a running installation must not break its calls."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROOF = """
import importlib.abc, sys
from qvoice.{process} import main
from qvoice.kit import code, log, settings

class Refuse(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "qvoice":
            raise ImportError("the files of " + name + " have been exchanged")

class Loaded(Exception): pass

real = code.load
def load(*packages):
    real(*packages)
    sys.meta_path.insert(0, Refuse())
    from qvoice.core.flow.modules import registry
    print(len(registry()))
    raise Loaded
code.load = load
log.configure = lambda *_, **__: None
sys.argv = ["main", "--data", "{data}"]
try:
    main.main()
except Loaded:
    pass
"""


@pytest.mark.parametrize("process", ["callcontrol", "api"])
def test_a_process_loads_every_flow_module_before_it_serves(process: str, tmp_path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", PROOF.format(process=process, data=tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert int(run.stdout) > 20
