"""A process has all its code in memory before it serves, so that its files may be exchanged under it (an upgrade)."""

from __future__ import annotations

import importlib
import pkgutil

PROGRAMS = ("main", "__main__")


def load(*packages: str) -> int:
    """Import every module of these packages but the programs (`main`), which run already; returns how many there are.

    Raises what a broken one raises.
    """
    count = 0
    for package in packages:
        found = importlib.import_module(package)
        count += 1
        for info in pkgutil.walk_packages(found.__path__, f"{package}."):
            if info.name.rpartition(".")[2] not in PROGRAMS:
                importlib.import_module(info.name)
                count += 1
    return count
