"""A feature's tables are its own: others use its verbs, queries and schemas, so a table can change in one place."""

from __future__ import annotations

from tests.arch.tree import ROOT, modules


def test_nobody_imports_another_features_tables() -> None:
    found = []
    for file, source in modules("src/qvoice"):
        parts = file.relative_to(ROOT / "src" / "qvoice").parts
        own = parts[1] if parts[0] == "features" and len(parts) > 2 else None
        for name in source.imports:
            pieces = name.split(".")
            if pieces[:2] == ["qvoice", "features"] and "tables" in pieces[3:4] and pieces[2] != own:
                found.append(f"{file.relative_to(ROOT)} imports {name}")
    assert not found, "\n".join(found)


def test_the_database_is_opened_by_one_door() -> None:
    """Only `qvoice.db` makes engines or connections; everybody else says `async with db.tx(scope)`."""
    doors = (
        "create_engine",
        "create_async_engine",
        "psycopg.connect",
        "AsyncConnection.connect",
        "psycopg.AsyncConnection.connect",
    )
    found = [
        f"{file.relative_to(ROOT)}:{line} calls {name}"
        for file, source in modules("src/qvoice")
        if file.relative_to(ROOT / "src" / "qvoice").parts[0] not in ("db", "engine", "cli")
        for line, name in source.calls
        if name in doors
    ]
    assert not found, "\n".join(found)
