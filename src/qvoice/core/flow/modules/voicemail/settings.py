"""The settings menu of a box: 1 unavailable greeting, 2 name, 3 PIN, 4 temporary greeting, 5 delete it, 6
announcement only on or off,
0 back, # leave.
"""

from __future__ import annotations

from qvoice.core.flow.commands import Prompt, SayDigits, Sound
from qvoice.core.flow.modules.voicemail.dialogue import MAX_CHOICES, MAX_SILENCES, Options, is_set
from qvoice.core.flow.modules.voicemail.pin import change_pin
from qvoice.core.flow.recording import record_reviewed
from qvoice.core.flow.requests import Mailbox, OpenMailbox, SaveGreeting, UpdateMailbox
from qvoice.core.flow.talk import Talk, ask, collect, play

OFFER: tuple[Sound, ...] = (
    *(Prompt("vm-press"), SayDigits("1"), Prompt("vm-torerecord"), Prompt("your"), Prompt("vm-isunavail")),
    *(Prompt("vm-press"), SayDigits("3"), Prompt("vm-changeto"), Prompt("your"), Prompt("vm-password")),
    Prompt("vm-helpexit"),
)


def settings_menu(box_id: str, options: Options) -> Talk[bool]:
    """Let the owner change the box; True when he wants to leave the whole dialogue (#)."""
    silences = 0
    for _ in range(MAX_CHOICES):
        box: Mailbox | None = yield from ask(OpenMailbox(box_id=box_id))
        if box is None:
            return False
        got = yield from collect(*OFFER, timeout_ms=5000, terminators="")
        silences = silences + 1 if not got.digits else 0
        match got.digits:
            case "1":
                yield from record_greeting(box_id, "unavailable")
            case "2":
                yield from record_greeting(box_id, "name")
            case "3":
                yield from change_pin(box_id, options)
            case "4":
                yield from record_greeting(box_id, "temporary")
            case "5":
                yield from ask(SaveGreeting(box_id, "temporary", None))
                yield from play(Prompt("vm-tempremoved"))
            case "6":
                only = not is_set(box, "announcement_only")
                yield from ask(UpdateMailbox(box_id, (("announcement_only", only),)))
                yield from play(Prompt("activated" if only else "de-activated"))
            case "0":
                return False
            case "#":
                return True
            case "":
                if silences == MAX_SILENCES:
                    return False
            case _:
                yield from play(Prompt("vm-sorry"))
    return False


INTROS = {"unavailable": "vm-rec-unv", "temporary": "vm-rec-temp", "name": "vm-rec-name"}
"""What asks for each kind of greeting."""


def record_greeting(box_id: str, kind: str) -> Talk[bool]:
    """Record a greeting with review and make it the box's; False when nothing was kept."""
    longest = 20 if kind == "name" else 180
    purpose = "name" if kind == "name" else "greeting"
    recorded = yield from record_reviewed(purpose, box_id, Prompt(INTROS[kind]), max_seconds=longest)
    if recorded is None:
        return False
    yield from ask(SaveGreeting(box_id, kind, recorded.ref))
    yield from play(Prompt("vm-msgsaved"))
    return True
