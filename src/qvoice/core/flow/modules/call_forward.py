"""Forwarding by feature code: on (*72), off (*73), on or off (*74), another number (*56), or a spoken menu.

It changes the settings of the user who owns the calling device, else of the device; all other fields of the
forwarding (key press, caller id, …) stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qvoice.core.dialing.emergency import is_emergency
from qvoice.core.dialing.normalise import country_of
from qvoice.core.flow.call import Call
from qvoice.core.flow.callers import settings_holder
from qvoice.core.flow.commands import Prompt, SayDigits
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import WILDCARD, Next
from qvoice.core.flow.forms import Words, choice
from qvoice.core.flow.references import Ref
from qvoice.core.flow.requests import UpdateSettings
from qvoice.core.flow.spoken import sentence
from qvoice.core.flow.talk import Talk, answer, ask, collect, play

VERSION = 1
GROUP = "Call forwarding"
ICON = "phone-outgoing"
EXITS = frozenset({"_"})
TITLE = Words("Call forwarding", "Renvoi d’appels")
ABOUT = Words(
    "Feature code: forward the caller’s own calls, or stop it.",
    "Code : renvoyer ses propres appels, ou arrêter.",
)
FORM = {
    "action": choice(
        "What it does",
        "Action",
        ("activate", "On", "Activer"),
        ("deactivate", "Off", "Désactiver"),
        ("toggle", "On or off", "Inverser"),
        ("update", "Change the number", "Changer le numéro"),
        ("menu", "Ask", "Demander"),
    )
}

MIN_DIGITS, MAX_DIGITS = 3, 20
MAX_TRIES = 3
MENU_KEYS = {"1": "activate", "2": "deactivate", "3": "update"}


class Data(ModuleData):
    """`action`: activate, deactivate, update, toggle, menu. The number is what the code captured, else asked for."""

    action: str = "activate"


def references(data: Data) -> list[Ref]:
    """Nothing beyond the caller."""
    return []


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Carry the action out, say what holds now, go on."""
    holder = settings_holder(call)
    yield from answer()
    if holder is None:
        yield from play(Prompt("ss-noservice"))
        return WILDCARD
    now = _forwarding(call, holder)
    action = data.action
    if action == "menu":
        action = yield from _menu(call, now)
    if action == "toggle":
        action = "deactivate" if now.get("enabled") is True else "activate"
    if action == "deactivate":
        yield from _save(call, holder, {"enabled": False})
        yield from play(
            sentence("forward-off", call.language, Prompt("call-fwd-unconditional"), Prompt("de-activated"))
        )
    elif action in ("activate", "update"):
        yield from _activate(call, holder, now, ask_again=action == "update")
    return WILDCARD


def _activate(call: Call, holder: tuple[str, str], now: Mapping[str, Any], *, ask_again: bool) -> Talk[None]:
    number = call.capture_group or ""
    before = now.get("number")
    if not number and not ask_again and isinstance(before, str):
        number = before.strip()
    number = number if _is_good(number, call) else (yield from _ask_number(call))
    if not number:
        yield from play(Prompt("pbx-invalid"))
        return
    # Changing the number of a forwarding that is off leaves it off.
    enabled = True if not ask_again else now.get("enabled") is True or not before
    yield from _save(call, holder, {"enabled": enabled, "number": number})
    yield from play(
        sentence("forward-on", call.language, Prompt("call-fwd-unconditional"), Prompt("is-set-to")),
        SayDigits("".join(c for c in number if c in "0123456789*#")),
    )


def _is_good(number: str, call: Call) -> bool:
    """Tell whether calls may be forwarded there: digits (with + or a star code), never an emergency number."""
    digits = number.lstrip("+*")
    good = digits.isascii() and digits.isdigit() and MIN_DIGITS <= len(digits) <= MAX_DIGITS
    return good and not is_emergency(number, country_of(call.world.account))


def _ask_number(call: Call) -> Talk[str]:
    for _ in range(MAX_TRIES):
        got = yield from collect(
            sentence("enter-number", call.language, Prompt("vm-enter-num-to-call"), Prompt("vm-then-pound")),
            max_digits=MAX_DIGITS,
            timeout_ms=8000,
            interdigit_ms=4000,
        )
        if _is_good(got.digits, call):
            return got.digits
        if not got.digits:
            return ""
        yield from play(Prompt("pbx-invalid"))
    return ""


def _menu(call: Call, now: Mapping[str, Any]) -> Talk[str]:
    on = now.get("enabled") is True
    state = sentence("forward-on", call.language, Prompt("call-fwd-unconditional"), Prompt("is-set-to"))
    number = SayDigits("".join(c for c in str(now.get("number") or "") if c in "0123456789*#"))
    off = sentence("forward-off", call.language, Prompt("call-fwd-unconditional"), Prompt("de-activated"))
    core = [
        sound
        for key, word in (("1", "activated"), ("2", "de-activated"), ("3", "number"))
        for sound in (Prompt("vm-press"), SayDigits(key), Prompt("vm-for"), Prompt(word))
    ]
    for _ in range(MAX_TRIES):
        got = yield from collect(
            *((state, number) if on else (off,)), sentence("forward-menu", call.language, *core), timeout_ms=8000
        )
        if got.digits in MENU_KEYS:
            return MENU_KEYS[got.digits]
    return ""


def _forwarding(call: Call, holder: tuple[str, str]) -> Mapping[str, Any]:
    found = (call.world.get(*holder) or {}).get("call_forward")
    return found if isinstance(found, Mapping) else {}


def _save(call: Call, holder: tuple[str, str], changes: dict[str, Any]) -> Talk[None]:
    yield from ask(UpdateSettings(*holder, {"call_forward": changes}))
