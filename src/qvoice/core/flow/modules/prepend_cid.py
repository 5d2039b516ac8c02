"""Put text before the caller's name and number, so that the callee sees through which flow a call came."""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import WILDCARD, Next
from qvoice.core.flow.forms import Preset, Words, choice, field
from qvoice.core.flow.references import Ref
from qvoice.core.flow.talk import Talk
from qvoice.kit.text import clean_line

VERSION = 1
GROUP = "Caller ID"
ICON = "id-badge"
EXITS = frozenset({"_"})
TITLE = Words("Prefix caller ID", "Préfixer l’identité")
ABOUT = Words(
    "Put text before the caller’s name, so that whoever answers sees which line rang.",
    "Mettre un texte devant le nom de l’appelant pour que l’on voie quelle ligne sonne.",
)
FORM = {
    "action": choice(
        "Do",
        "Action",
        ("prepend", "Add a prefix", "Ajouter un préfixe"),
        ("reset", "Remove prefixes", "Retirer les préfixes"),
    ),
    "caller_id_name_prefix": field("Before the name", "Devant le nom"),
    "caller_id_number_prefix": field("Before the number", "Devant le numéro"),
    "apply_to": choice(
        "Earlier prefixes",
        "Préfixes précédents",
        ("current", "Keep them", "Les garder"),
        ("original", "Replace them", "Les remplacer"),
        advanced=True,
    ),
}
PRESETS = (
    Preset(Words("Prefix caller ID", "Préfixer l’identité"), {"action": "prepend"}),
    Preset(Words("Remove caller ID prefixes", "Retirer les préfixes"), {"action": "reset"}),
)


class Data(ModuleData):
    """`action`: prepend or reset. `apply_to`: `current` (before earlier prefixes) or `original` (instead of them)."""

    action: str = "prepend"
    apply_to: str = "current"
    caller_id_name_prefix: str = ""
    caller_id_number_prefix: str = ""


def references(data: Data) -> list[Ref]:
    """Nothing is named."""
    return []


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Change the prefixes and go on. Trailing spaces count: they part prefix and name."""
    yield from ()
    if data.action == "reset":
        call.caller_id_prefix = ("", "")
        return WILDCARD
    name, number = ("", "") if data.apply_to == "original" else call.caller_id_prefix
    call.caller_id_prefix = (
        (_clean(data.caller_id_name_prefix) + name)[:64],
        (_clean(data.caller_id_number_prefix) + number)[:35],
    )
    return WILDCARD


def _clean(text: str) -> str:
    return clean_line(text, 64) + (" " if text[-1:] == " " and text.strip() else "")
