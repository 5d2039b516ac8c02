"""Set the language of all prompts from here on."""

from __future__ import annotations

import re

from qvoice.core.flow.call import Call
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import WILDCARD, Next
from qvoice.core.flow.forms import Words, field
from qvoice.core.flow.references import Ref
from qvoice.core.flow.talk import Talk

VERSION = 1
GROUP = "Media"
ICON = "language"
EXITS = frozenset({"_"})
TITLE = Words("Language", "Langue")
ABOUT = Words(
    "Set the language of all prompts from here on.",
    "Choisir la langue des messages à partir d’ici.",
)
FORM = {
    "language": field("Language", "Langue", control="language"),
}

_TAG = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})?")


class Data(ModuleData):
    """`language`: `xx` or `xx-YY`."""

    language: str = ""


def references(data: Data) -> list[Ref]:
    """Nothing is named."""
    return []


def warnings_of(data: Data) -> list[tuple[str, str, str]]:
    """Warn of a language tag that will be ignored."""
    if _TAG.fullmatch(data.language.lower().replace("_", "-")):
        return []
    return [("language", "no-language", "Write a language as xx or xx-YY, for example fr-CA.")]


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Set it and go on."""
    yield from ()
    tag = data.language.lower().replace("_", "-")
    if _TAG.fullmatch(tag):
        call.language = tag
    return WILDCARD
