"""How many callflows are compiled and simulated in a second on one processor: the cost of the core, without any I/O.

Two flows: a company's main number (hours, menu, group, voicemail), and a chain of 300 nodes such as a builder's page
may hold.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from tests.core.flow.script import make_call, make_world, node

from bench.figures import Figure
from bench.installation import Installation
from qvoice.core.flow.compile import CompiledFlow, compile_flow
from qvoice.core.flow.events import Reply
from qvoice.core.flow.simulate import Script, simulate

SECONDS = 3.0
PEOPLE: dict[tuple[str, str], dict[str, Any]] = {
    **{("users", f"u{n}"): {"id": f"u{n}", "first_name": "P", "presence_id": f"100{n}"} for n in range(5)},
    **{("devices", f"d{n}"): {"id": f"d{n}", "owner_id": f"u{n}", "sip": {"username": f"p{n}"}} for n in range(5)},
    ("menus", "m"): {"hunt": True, "retries": 3},
    ("temporal_rules", "r"): {"cycle": "weekly", "wdays": ["monday", "tuesday"], "time_window_stop": 64800},
}


def company() -> dict[str, Any]:
    """Open on some days: a menu whose key 1 rings five people, else voicemail."""
    members = [{"id": f"u{n}", "endpoint_type": "user", "delay": n * 5, "timeout": 20} for n in range(5)]
    box = node("voicemail", {"id": "b"})
    group = node("ring_group", {"endpoints": members, "timeout": 45}, _=box)
    return node("temporal_route", {"rules": ["r"]}, r=node("menu", {"id": "m"}, **{"1": group, "_": box}), _=box)


def chain(length: int) -> dict[str, Any]:
    """So many nodes, one below the other in branches of 100."""
    branches: dict[str, Any] = {}
    for branch in range(length // 100):
        tail = node("hangup")
        for _ in range(98):
            tail = node("set_cid", {"caller_id_name": "x"}, _=tail)
        branches[str(branch)] = tail
    return node("branch_variable", {"variable": "v"}, **branches, _=branches["0"])


def measure(installation: Installation) -> list[Figure]:
    """Compile and simulate each flow for a while."""
    seconds = 0.3 if installation.quick else SECONDS
    world = make_world(PEOPLE)
    found = []
    for name, flow, keys in (("main number", company(), ("1",)), ("300 nodes", chain(300), ())):
        document = {"flow": flow}

        def compile_it(document: dict[str, Any] = document) -> CompiledFlow:
            compiled = compile_flow(document, world, flow_id="f")
            assert isinstance(compiled, CompiledFlow), compiled
            return compiled

        compiled = compile_it()

        def simulate_it(compiled: CompiledFlow = compiled, keys: tuple[str, ...] = keys) -> None:
            talk = simulate(compiled, make_call(world), Script(keys))
            try:
                next(talk)
                while True:
                    talk.send(Reply(None))
            except StopIteration:
                return

        found += [
            Figure(f"compile: {name}", a_second(compile_it, seconds), "flows/s"),
            Figure(f"simulate: {name}", a_second(simulate_it, seconds), "calls/s", note="with its journal checkpoints"),
        ]
    return found


def a_second(work: Callable[[], object], seconds: float) -> float:
    """Return how often `work` was done in a second."""
    work()
    count, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        work()
        count += 1
    return count / (time.perf_counter() - start)
