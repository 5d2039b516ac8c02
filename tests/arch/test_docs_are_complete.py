"""What can be set, dialled into a flow or typed is written down, and every page is found from an index."""

from __future__ import annotations

import dataclasses
import re

import pytest

from qvoice.core.flow.modules import registry
from qvoice.kit import settings
from tests.arch.tree import ROOT, tracked

DOCS = ROOT / "docs"


def test_every_setting_is_explained() -> None:
    text = (DOCS / "ops" / "settings.md").read_text()
    sections = {f.name: f for f in dataclasses.fields(settings.Settings) if f.name != "data"}
    missing = []
    for name in sections:
        cls = getattr(settings, "".join(part.capitalize() for part in name.split("_")))
        missing += [f"{name}.{f.name}" for f in dataclasses.fields(cls) if f"`{name}.{f.name}`" not in text]
    assert not missing, f"docs/ops/settings.md says nothing of {missing}"


def test_every_callflow_module_is_explained() -> None:
    text = (DOCS / "user" / "callflow-modules.md").read_text()
    missing = [name for name in registry() if f"`{name}`" not in text]
    assert not missing, f"docs/user/callflow-modules.md says nothing of {missing}"


def test_every_command_is_in_the_readme() -> None:
    from typer.main import get_command

    from qvoice import cli

    commands = get_command(cli.app).commands  # type: ignore[attr-defined]
    text = (ROOT / "README.md").read_text()
    missing = [name for name, command in commands.items() if not command.hidden and f"./qvoice {name}" not in text]
    assert commands
    assert not missing, f"README.md says nothing of {missing}"


@pytest.mark.parametrize("folder", ["adr", "handbook", "ops", "user"])
def test_every_page_is_listed_in_its_index(folder: str) -> None:
    pages = [file.name for file in tracked() if file.parent == DOCS / folder and file.suffix == ".md"]
    index = DOCS / folder / "README.md" if folder in ("adr", "handbook") else DOCS / "README.md"
    text = index.read_text()
    missing = [name for name in pages if name != "README.md" and name not in text]
    assert not missing, f"{index.relative_to(ROOT)} does not list {missing}"


def test_decisions_are_numbered_once_and_say_their_state() -> None:
    pages = sorted(file for file in (DOCS / "adr").glob("[0-9]*.md"))
    numbers = [page.name[:4] for page in pages]
    assert len(set(numbers)) == len(numbers), numbers
    for page in pages:
        text = page.read_text()
        assert re.match(rf"# {page.name[:4]}\W", text), page.name
        assert re.search(r"^(\*\*)?(Accepted|Superseded by \d{4})", text, re.MULTILINE), (
            f"{page.name} does not say its state"
        )


def test_links_between_pages_lead_somewhere() -> None:
    broken = []
    for file in tracked():
        if file.suffix != ".md":
            continue
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", file.read_text()):
            if not (file.parent / target).exists():
                broken.append(f"{file.relative_to(ROOT)} → {target}")
    assert not broken, "\n".join(broken)
