"""A process holds all its code before it serves: `git pull` under a running installation must not break its calls."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROOF = """
import importlib.abc, sys
from qvoice.{process} import main
from qvoice.kit import log

class Refuse(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "qvoice":
            raise ImportError("the files of " + name + " have been exchanged")

class Served(Exception): pass

def serve(*_, **__):
    sys.meta_path.insert(0, Refuse())
    from qvoice.core.flow.modules import registry
    from qvoice.features.documents import watching
    from qvoice.features.documents.resource import discover, resources
    print(min(len(registry()), len(resources())), len(watching._watchers()), len(discover("answers")))
    raise Served

main.{serves} = serve
main.build = lambda *_: None
log.configure = lambda *_, **__: None
sys.argv = ["main", "--data", "{data}"]
try:
    main.main()
except Served:
    pass
"""


@pytest.mark.parametrize(
    ("process", "serves"), [("callcontrol", "uvloop.run"), ("api", "serving"), ("worker", "asyncio.run")]
)
def test_a_process_has_all_its_code_before_it_serves(process: str, serves: str, tmp_path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", PROOF.format(process=process, serves=serves, data=tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    kinds, watchers, answering = map(int, run.stdout.split())
    assert kinds > 20
    assert watchers
    assert answering
