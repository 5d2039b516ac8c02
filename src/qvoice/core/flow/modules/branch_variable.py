"""Go on by the value of a variable of the call, or of a field of the account, the caller's device or user."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qvoice.core.flow.call import Call
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import ANY, WILDCARD, Next
from qvoice.core.flow.forms import Words, choice, field
from qvoice.core.flow.references import Ref
from qvoice.core.flow.talk import Talk

VERSION = 1
GROUP = "Branching"
ICON = "arrows-split"
EXITS = ANY
TITLE = Words("Branch on a value", "Aiguiller selon une valeur")
ABOUT = Words(
    "Go on by the value of a variable, or of a field of the account, user or device.",
    "Continuer selon la valeur d’une variable ou d’un champ du compte, de l’utilisateur ou du poste.",
)
FORM = {
    "variable": field("Variable", "Variable", "For example call_priority.", "Par exemple call_priority."),
    "scope": choice(
        "Look in",
        "Chercher dans",
        ("custom_channel_vars", "The call", "L’appel"),
        ("user", "The caller’s user", "L’utilisateur appelant"),
        ("device", "The caller’s device", "Le poste appelant"),
        ("account", "The account", "Le compte"),
        ("merged", "User, device, account in turn", "Utilisateur, poste puis compte"),
    ),
}


class Data(ModuleData):
    """`variable`: dotted path (or a list of keys). `scope`: custom_channel_vars, account, device, user, or merged
    (account < device < user)."""

    variable: str | list[str] = ""
    scope: str = "custom_channel_vars"


def references(data: Data) -> list[Ref]:
    """Nothing beyond what every call has."""
    return []


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Return the value as the child key."""
    yield from ()
    keys = data.variable.split(".") if isinstance(data.variable, str) else data.variable
    for scope in _scopes(data.scope, call):
        value = _at(scope, keys)
        if value is not None:
            return _text(value)
    return WILDCARD


def _scopes(name: str, call: Call) -> list[Mapping[str, Any]]:
    account = call.world.account
    device, user = call.world.device(call.device_id) or {}, call.world.user(call.owner_id) or {}
    match name:
        case "account":
            return [account]
        case "device":
            return [device]
        case "user":
            return [user]
        case "merged":
            return [user, device, account]
        case _:
            return [call.variables, {k: v for k, v in call.collections.items()}]


def _at(value: Any, keys: list[str]) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) and value != "" else WILDCARD
