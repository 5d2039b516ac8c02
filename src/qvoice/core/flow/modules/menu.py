"""The receptionist: play a greeting, read digits, go where they lead.

Order for what was dialled: a child key, the recording PIN, an extension of the account (`hunt`), else it is invalid
(kazoo.md 1.3).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qvoice.core.dialing.pattern import matches
from qvoice.core.flow.call import Call
from qvoice.core.flow.commands import Prompt, Sound
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import ANY, WILDCARD, Branch, Next
from qvoice.core.flow.forms import INTERDIGIT, NO_KEY, TOO_MANY_TRIES, Words, document
from qvoice.core.flow.recording import record_reviewed
from qvoice.core.flow.references import Ref
from qvoice.core.flow.requests import FindFlow, FoundFlow, SaveMenuGreeting
from qvoice.core.flow.sounds import sound_of
from qvoice.core.flow.talk import Talk, answer, ask, collect, play

VERSION = 1
GROUP = "Basic"
ICON = "list-numbers"
EXITS = ANY
TITLE = Words("Menu", "Menu")
ABOUT = Words(
    "Greet the caller and go where the key pressed leads.",
    "Accueillir l’appelant et aller où mène la touche.",
)
FORM = {
    "id": document("menus", "Menu", "Menu", needed=True),
    "interdigit_timeout": INTERDIGIT,
}
EXIT_WORDS = {"timeout": NO_KEY, "max_retries": TOO_MANY_TRIES}
EXIT_KIND = "digits"

RESERVED = frozenset({WILDCARD, "timeout", "max_retries"})
"""Child keys that are not dialled."""


class Data(ModuleData):
    """`id` of the menu. `interdigit_timeout` in ms, 0 = the menu's own."""

    id: str = ""
    interdigit_timeout: int = 0


def references(data: Data) -> list[Ref]:
    """The menu."""
    return [Ref("menus", data.id)]


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Greet and read, as often as the menu allows; leave by what was dialled, `timeout`, `max_retries` or `_`."""
    menu = call.world.menu(data.id)
    if menu is None:
        return WILDCARD
    yield from answer()
    keys = exits - RESERVED
    for _ in range(min(max(_int(menu, "retries", 3), 1), 20)):
        got = yield from collect(
            *_sound(menu, "greeting", None),
            max_digits=_max_digits(menu, keys),
            timeout_ms=min(max(_int(menu, "timeout", 10000), 100), 600_000),
            interdigit_ms=data.interdigit_timeout
            if data.interdigit_timeout > 0
            else _int(menu, "interdigit_timeout", 2000),
            terminators="" if any("#" in key for key in keys) else "#",
        )
        dialled = got.digits
        if not dialled:
            if "timeout" in exits:
                return "timeout"
            continue
        if dialled in keys:
            return dialled
        if _is_record_pin(menu, dialled, call):
            yield from _record_greeting(data.id, call.language)
            continue
        found = yield from _hunt(menu, dialled)
        if found is not None:
            yield from _say(menu, "transfer_media", "pbx-transfer")
            return Branch(found, dialled=dialled)
        yield from _say(menu, "invalid_media", "pbx-invalid")
    yield from _say(menu, "exit_media", "vm-goodbye")
    return "max_retries"


def _hunt(menu: Mapping[str, Any], dialled: str) -> Talk[FoundFlow | None]:
    """Look an extension up, if the menu allows it. Digits only: feature codes are not for callers of a menu."""
    if menu.get("hunt") is not True or not dialled.isdigit():
        return None
    allow, deny = menu.get("hunt_allow"), menu.get("hunt_deny")
    if isinstance(allow, str) and allow and not matches(allow, dialled):
        return None
    if isinstance(deny, str) and deny and matches(deny, dialled):
        return None
    return (yield from ask(FindFlow(dialled, no_match=False)))


def _is_record_pin(menu: Mapping[str, Any], dialled: str, call: Call) -> bool:
    if not call.authorised_by and menu.get("allow_record_from_offnet") is not True:
        return False
    return dialled == menu.get("record_pin")


def _record_greeting(menu_id: str, language: str) -> Talk[None]:
    recorded = yield from record_reviewed("media", menu_id, Prompt("vm-rec-unv"), language=language)
    if recorded is not None:
        yield from ask(SaveMenuGreeting(menu_id, recorded.ref))
        yield from play(Prompt("vm-msgsaved"))


def _max_digits(menu: Mapping[str, Any], keys: frozenset[str]) -> int:
    """Wait for no more digits than can mean something, so that one-digit choices need no pause."""
    longest = max((len(key) for key in keys), default=1)
    pin = menu.get("record_pin")
    if menu.get("hunt") is True:
        longest = max(longest, _int(menu, "max_extension_length", 4))
    return min(max(longest, len(pin) if isinstance(pin, str) else 0, 1), 20)


def _say(menu: Mapping[str, Any], which: str, prompt: str) -> Talk[None]:
    sounds = _sound(menu, which, prompt)
    if sounds:
        yield from play(*sounds)


def _sound(menu: Mapping[str, Any], which: str, prompt: str | None) -> tuple[Sound, ...]:
    """Return the menu's medium: its own, none (`false`, or `suppress_media`), or the system's."""
    media = menu.get("media")
    chosen = media.get(which) if isinstance(media, Mapping) else None
    own = sound_of(chosen)
    if own is not None:
        return (own,)
    if chosen is False or prompt is None or menu.get("suppress_media") is True:
        return ()
    return (Prompt(prompt),)


def _int(menu: Mapping[str, Any], key: str, default: int) -> int:
    value = menu.get(key)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        return int(value)
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else default
