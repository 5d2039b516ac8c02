"""How a supervisor takes part in a conversation he listens to, and the keys that change it."""

from __future__ import annotations

LISTEN, WHISPERING, BARGE = "listen", "whisper", "barge"

WHISPER = {LISTEN: "none", WHISPERING: "out", BARGE: "both"}
"""Mode → the direction in which the supervisor's voice goes (ARI's `whisper`): nowhere, to the watched party only, to
both."""

KEYS = {"1": LISTEN, "2": WHISPERING, "3": BARGE}


def mode_of_key(key: str) -> str | None:
    """Return the mode that a key asks for."""
    return KEYS.get(key)


def mode_of_setting(setting: str) -> str:
    """Return a node's mode; anything unknown only listens."""
    return setting if setting in WHISPER else LISTEN
