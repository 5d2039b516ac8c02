"""Call waiting by feature code: on (*70), off (*71), or the other way round."""

from __future__ import annotations

from collections.abc import Mapping

from qvoice.core.flow.call import Call
from qvoice.core.flow.callers import settings_holder
from qvoice.core.flow.commands import Prompt
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import WILDCARD, Next
from qvoice.core.flow.forms import Words, choice
from qvoice.core.flow.references import Ref
from qvoice.core.flow.requests import UpdateSettings
from qvoice.core.flow.spoken import sentence
from qvoice.core.flow.talk import Talk, answer, ask, play

VERSION = 1
GROUP = "Advanced"
ICON = "phone-plus"
EXITS = frozenset({"_"})
TITLE = Words("Call waiting", "Appel en attente")
ABOUT = Words(
    "Feature code: switch the caller’s call waiting.",
    "Code : activer ou non l’appel en attente.",
)
FORM = {
    "action": choice(
        "What it does",
        "Action",
        ("activate", "On", "Activer"),
        ("deactivate", "Off", "Désactiver"),
        ("toggle", "On or off", "Inverser"),
    ),
    "scope": choice("Of", "De", ("user", "The user", "L’utilisateur"), ("device", "This phone", "Ce poste")),
}


class Data(ModuleData):
    """`action`: activate, deactivate, toggle. `scope`: `user`, or `device` = the calling device alone."""

    action: str = "toggle"
    scope: str = "user"


def references(data: Data) -> list[Ref]:
    """Nothing beyond the caller."""
    return []


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Switch, say what holds now, go on."""
    holder = settings_holder(call)
    if data.scope == "device" and call.device_id:
        holder = ("devices", call.device_id)
    yield from answer()
    if holder is None:
        yield from play(Prompt("ss-noservice"))
        return WILDCARD
    setting = (call.world.get(*holder) or {}).get("call_waiting")
    on = not (isinstance(setting, Mapping) and setting.get("enabled") is False)
    on = {"activate": True, "deactivate": False}.get(data.action, not on)
    yield from ask(UpdateSettings(*holder, {"call_waiting": {"enabled": on}}))
    core = (Prompt("call-waiting"), Prompt("activated" if on else "de-activated"))
    yield from play(sentence("call-waiting-on" if on else "call-waiting-off", call.language, *core))
    return WILDCARD
