"""Choose a new PIN: typed twice, and accepted by the data layer's rules."""

from __future__ import annotations

from qvoice.core.flow.commands import Prompt
from qvoice.core.flow.modules.voicemail.dialogue import Options
from qvoice.core.flow.requests import SetPin
from qvoice.core.flow.talk import Talk, ask, collect, play

MAX_TRIES = 3
MAX_PIN = 15


def change_pin(box_id: str, options: Options) -> Talk[bool]:
    """Ask for a new PIN; nothing typed keeps the old one. True when it was changed."""
    for _ in range(MAX_TRIES):
        first = yield from _typed("vm-newpassword", options)
        if not first:
            return False
        second = yield from _typed("vm-reenterpassword", options)
        if first != second:
            yield from play(Prompt("vm-mismatch"))
            continue
        if (yield from ask(SetPin(box_id, first))):
            yield from play(Prompt("vm-passchanged"))
            return True
        yield from play(Prompt("vm-invalid-password"))
    return False


def _typed(prompt: str, options: Options) -> Talk[str]:
    got = yield from collect(
        Prompt(prompt), max_digits=MAX_PIN, timeout_ms=10000, interdigit_ms=max(options.interdigit_ms, 3000)
    )
    return got.digits
