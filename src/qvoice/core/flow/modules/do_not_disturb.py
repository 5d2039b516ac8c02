"""Do not disturb by feature code: on (*78), off (*79), on or off (*76)."""

from __future__ import annotations

from collections.abc import Mapping

from qvoice.core.flow.call import Call
from qvoice.core.flow.callers import settings_holder
from qvoice.core.flow.commands import Prompt
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import WILDCARD, Next
from qvoice.core.flow.forms import Words, choice, document
from qvoice.core.flow.references import Ref
from qvoice.core.flow.requests import UpdateSettings
from qvoice.core.flow.spoken import sentence
from qvoice.core.flow.talk import Talk, answer, ask, play

VERSION = 1
GROUP = "Do not disturb"
ICON = "bell-off"
EXITS = frozenset({"_"})
TITLE = Words("Do not disturb", "Ne pas déranger")
ABOUT = Words(
    "Feature code: switch do not disturb.",
    "Code : activer ou non « ne pas déranger ».",
)
FORM = {
    "action": choice(
        "What it does",
        "Action",
        ("activate", "On", "Activer"),
        ("deactivate", "Off", "Désactiver"),
        ("toggle", "On or off", "Inverser"),
    ),
    "id": document("users", "Of (else the caller)", "De (sinon l’appelant)"),
}


class Data(ModuleData):
    """`action`: activate, deactivate, toggle. `id` of a user or device; else the caller's user, else the device."""

    action: str = "toggle"
    id: str = ""


def references(data: Data) -> list[Ref]:
    """The user or device, when one is named."""
    return [Ref("users", data.id), Ref("devices", data.id)] if data.id else []


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Switch, say what holds now, go on."""
    holder = _holder(data, call)
    yield from answer()
    if holder is None:
        yield from play(Prompt("ss-noservice"))
        return WILDCARD
    setting = (call.world.get(*holder) or {}).get("do_not_disturb")
    on = isinstance(setting, Mapping) and setting.get("enabled") is True
    on = {"activate": True, "deactivate": False}.get(data.action, not on)
    yield from ask(UpdateSettings(*holder, {"do_not_disturb": {"enabled": on}}))
    core = (Prompt("do-not-disturb"), Prompt("activated" if on else "de-activated"))
    yield from play(sentence("dnd-on" if on else "dnd-off", call.language, *core))
    return WILDCARD


def _holder(data: Data, call: Call) -> tuple[str, str] | None:
    """Return whose switch it is. Only callers from inside may change one, theirs or the one named."""
    if not call.authorised_by:
        return None
    named = next((type for type in ("users", "devices") if data.id and call.world.get(type, data.id)), None)
    return (named, data.id) if named else settings_holder(call)
