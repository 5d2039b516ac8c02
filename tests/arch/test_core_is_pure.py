"""core decides and does not act: no clock, randomness, waiting, files or network, so that calls can be replayed."""

from __future__ import annotations

import ast

from tests.arch.tree import ROOT, modules

FORBIDDEN_MODULES = frozenset(
    [
        "asyncio",
        "socket",
        "ssl",
        "random",
        "secrets",
        "threading",
        "subprocess",
        "multiprocessing",
        "select",
        "urllib.request",
        "http.client",
        "time",
        "sqlalchemy",
        "psycopg",
        "fastapi",
        "httpx2",
        "websockets",
        "structlog",
        "uvicorn",
        "logging",
        "tempfile",
        "shutil",
        "os",
    ]
)
FORBIDDEN_CALLS = frozenset(
    [
        "open",
        "input",
        "print",
        "datetime.now",
        "datetime.utcnow",
        "datetime.today",
        "date.today",
        "datetime.datetime.now",
        "uuid4",
        "uuid.uuid4",
        "uuid1",
        "uuid.uuid1",
    ]
)


def test_core_imports_nothing_that_acts() -> None:
    found = [
        f"{file.relative_to(ROOT)} imports {name}"
        for file, source in modules("src/qvoice/core")
        for name in source.imports
        if any(name == bad or name.startswith(bad + ".") for bad in FORBIDDEN_MODULES)
    ]
    assert not found, "\n".join(found)


def test_core_has_no_clock_no_randomness_no_waiting() -> None:
    found = []
    for file, source in modules("src/qvoice/core"):
        found += [
            f"{file.relative_to(ROOT)}:{line} calls {name}" for line, name in source.calls if name in FORBIDDEN_CALLS
        ]
        found += [
            f"{file.relative_to(ROOT)}:{node.lineno} is async"
            for node in ast.walk(source.body)
            if isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.AsyncFor | ast.AsyncWith)
        ]
        found += [
            f"{file.relative_to(ROOT)}:{node.lineno} has a global"
            for node in ast.walk(source.body)
            if isinstance(node, ast.Global)
        ]
    assert not found, "\n".join(found)


def test_kit_knows_no_feature_words_and_stays_small() -> None:
    files = [file for file, _ in modules("src/qvoice/kit") if file.name != "__init__.py"]
    assert len(files) <= 12
    found = [
        f"{file.name} imports {name}"
        for file, source in modules("src/qvoice/kit")
        for name in source.imports
        if name.startswith("qvoice.") and not name.startswith("qvoice.kit")
    ]
    assert not found, "\n".join(found)
