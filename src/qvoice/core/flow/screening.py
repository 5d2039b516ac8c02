"""Screening (D6): the caller states his name; whoever is rung hears it and takes, refuses, or sends to voicemail."""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.commands import Prompt, Recording, SayDigits, Sound
from qvoice.core.flow.recording import usable
from qvoice.core.flow.spoken import sentence
from qvoice.core.flow.talk import Talk, answer, play, record

NAME_SECONDS = 6
"""Longest name."""


def state_name(call: Call) -> Talk[None]:
    """Ask the caller for his name, once; the callee hears it from here on. A silent caller is announced by number."""
    if call.screened:
        return
    yield from answer()
    yield from play(sentence("state-name", call.language, Prompt("priv-recordintro")))
    recorded = yield from record("name", call.call_id, max_seconds=NAME_SECONDS, silence_seconds=2)
    call.screened = recorded.ref if usable(recorded) else "?"


def announcement(call: Call) -> tuple[Sound, ...]:
    """Return what somebody who is rung hears before he chooses, () when the call is not screened."""
    if not call.screened:
        return ()
    number = "".join(c for c in call.caller.number if c.isdigit())
    who: Sound = Recording(call.screened) if call.screened != "?" else SayDigits(number or "0")
    core = [
        sound
        for key, prompt in (("1", "call-from"), ("2", "goodbye"), ("3", "vm-message"))
        for sound in (Prompt("vm-press"), SayDigits(key), Prompt("vm-for"), Prompt(prompt))
        if prompt != "call-from" or sound == SayDigits(key) or sound == Prompt("vm-press")
    ]
    return (
        sentence("screen-from", call.language, Prompt("vm-from")),
        who,
        sentence("screen-choose", call.language, *core),
    )
