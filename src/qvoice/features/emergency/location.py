"""Where an emergency call comes from: the location of the device, its user, the number shown, the account."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from qvoice.kit.text import clean_line

_PARTS = ("street_address", "extended_address", "locality", "region", "postal_code", "country")


def location_of(documents: Iterable[tuple[str, Mapping[str, Any]]]) -> tuple[str, str]:
    """Return (one line, whose it is) of the first document that has an address under `e911` (kazoo.md 2.4), ('', '')
    when none has. Documents come as (name, document), the most exact first.
    """
    for name, document in documents:
        line = one_line(document.get("e911"))
        if line:
            return line, name
    return "", ""


def one_line(address: Any) -> str:
    """Return an address as one line, floor and room first as responders want them."""
    if not isinstance(address, Mapping):
        return ""
    inside = [clean_line(str(address.get(key) or ""), 60) for key in ("room", "floor", "building")]
    parts = [clean_line(str(address.get(key) or ""), 100) for key in _PARTS]
    if not parts[0]:
        return ""
    return ", ".join(part for part in (*inside, *parts) if part)


def contacts_of(documents: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return who asked to be told: `e911.notification_contact_emails` of numbers, `emergency.notify` of the account."""
    found: dict[str, None] = {}
    for document in documents:
        for key, inner in (("e911", "notification_contact_emails"), ("emergency", "notify")):
            part = document.get(key)
            listed = part.get(inner) if isinstance(part, Mapping) else None
            for one in listed if isinstance(listed, list | tuple) else ():
                if isinstance(one, str) and one.strip():
                    found[one.strip()[:254]] = None
    return tuple(found)
