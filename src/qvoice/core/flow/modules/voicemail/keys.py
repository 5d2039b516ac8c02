"""The keys of the voicemail dialogues: the dialect's, unless the account chose others.

The account says so in `voicemail.keys.<menu>.<action>`.

A menu whose own keys clash or are no keys keeps the dialect's: a bad setting must not lock anybody in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

KEYPAD = "0123456789*#"

DEFAULTS: Mapping[str, Mapping[str, str]] = {
    "compose": {"operator": "0", "login": "*"},
    "review": {"save": "1", "listen": "2", "record": "3", "operator": "0"},
    "main": {"hear_new": "1", "hear_saved": "2", "configure": "5", "exit": "#"},
    "message": {
        "keep": "1", "replay": "2", "forward": "3", "prev": "4", "rewind": "5", "next": "6", "delete": "7",
        "fastforward": "8", "callback": "9", "return_main": "0", "exit": "#",
    },
    "settings": {
        "rec_unavailable": "1", "rec_name": "2", "set_pin": "3", "rec_temporary_unavailable": "4",
        "del_temporary_unavailable": "5", "toggle_announcement_only": "6", "return_main": "0", "exit": "#",
    },
}  # fmt: skip
"""menu → action → key (kazoo.md 1.3)."""


def clash(menu: str, given: Any) -> str | None:
    """Return what is wrong with an account's keys of one menu (a sentence), or None."""
    if menu not in DEFAULTS:
        return f"there is no menu {menu[:40]!r}: use {', '.join(DEFAULTS)}"
    if not isinstance(given, Mapping):
        return "give an object {action: key}"
    unknown = next((action for action in given if action not in DEFAULTS[menu]), None)
    if unknown is not None:
        return f"there is no action {str(unknown)[:40]!r}: use {', '.join(DEFAULTS[menu])}"
    keys = list({**DEFAULTS[menu], **given}.values())
    if any(not isinstance(key, str) or len(key) != 1 or key not in KEYPAD for key in keys):
        return "a key is one of 0 to 9, * and #"
    return "two actions have the same key" if len(set(keys)) < len(keys) else None


class Keys:
    """The keys of one menu."""

    def __init__(self, account: Mapping[str, Any], menu: str) -> None:
        """Read them from the account document."""
        voicemail = account.get("voicemail")
        chosen = voicemail.get("keys") if isinstance(voicemail, Mapping) else None
        given = chosen.get(menu) if isinstance(chosen, Mapping) else None
        own: Mapping[str, str] = given if isinstance(given, Mapping) and clash(menu, given) is None else {}
        self._keys: dict[str, str] = {**DEFAULTS[menu], **own}
        self._actions = {key: action for action, key in self._keys.items()}

    def __getitem__(self, action: str) -> str:
        """Return the key of an action."""
        return self._keys[action]

    def action(self, key: str | None) -> str:
        """Return what a pressed key means: an action, `""` for no key, `unknown`."""
        return self._actions.get(key, "unknown") if key else ""

    def all(self, *, but: tuple[str, ...] = ()) -> str:
        """Return the keys of all actions but some."""
        return "".join(key for action, key in self._keys.items() if action not in but)

    def spoken(self) -> dict[str, str]:
        """Return action → key, for a sentence that names them."""
        return dict(self._keys)
