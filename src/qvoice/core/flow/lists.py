"""Entries of the account's lists: who is on one, and what it says about him (kazoo.md 2.4 lists)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qvoice.core.dialing.normalise import country_of, to_e164
from qvoice.core.dialing.pattern import matches
from qvoice.core.flow.world import World
from qvoice.kit.text import clean_line

Entry = Mapping[str, Any]


def entries_of(world: World, list_id: str) -> list[Entry]:
    """Return the entries of a list (`entries`: {id: entry}, or a list of them), none when there is no such list."""
    stored = (world.get("lists", list_id) or {}).get("entries")
    found = stored.values() if isinstance(stored, Mapping) else stored if isinstance(stored, list | tuple) else ()
    return [entry for entry in found if isinstance(entry, Mapping)]


def entry_for(world: World, list_id: str, number: str) -> Entry | None:
    """Return the entry whose `number` is this number in any writing, or whose `pattern` finds it; exact ones first."""
    if not number:
        return None
    country = country_of(world.account)
    wanted = to_e164(number, country)
    entries = entries_of(world, list_id)
    for entry in entries:
        own = entry.get("number")
        if isinstance(own, str) and own and wanted == to_e164(own, country):
            return entry
    for entry in entries:
        pattern = entry.get("pattern")
        if isinstance(pattern, str) and pattern and (matches(pattern, number) or matches(pattern, wanted)):
            return entry
    return None


def name_of(entry: Entry) -> str:
    """Return the display name of an entry, else first and last name, else ''."""
    shown = entry.get("displayname")
    if not isinstance(shown, str) or not shown.strip():
        shown = " ".join(str(entry.get(key) or "") for key in ("firstname", "lastname")).strip()
    return clean_line(shown, 64)
