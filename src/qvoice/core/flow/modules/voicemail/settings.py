"""The settings menu of a box: 1 unavailable greeting, 2 name, 3 PIN, 4 temporary greeting, 5 delete it, 6
announcement only on or off,
0 back, # leave.
"""

from __future__ import annotations

from qvoice.core.flow.commands import Prompt, SayDigits, Sound
from qvoice.core.flow.modules.voicemail.dialogue import MAX_CHOICES, MAX_SILENCES, Options, is_set
from qvoice.core.flow.modules.voicemail.keys import Keys
from qvoice.core.flow.modules.voicemail.pin import change_pin
from qvoice.core.flow.recording import record_reviewed
from qvoice.core.flow.requests import Mailbox, OpenMailbox, SaveGreeting, UpdateMailbox
from qvoice.core.flow.spoken import sentence
from qvoice.core.flow.talk import Talk, ask, collect, play


def settings_menu(box_id: str, options: Options) -> Talk[bool]:
    """Let the owner change the box; True when he wants to leave the whole dialogue (#)."""
    silences, keys = 0, options.keys("settings")
    for _ in range(MAX_CHOICES):
        box: Mailbox | None = yield from ask(OpenMailbox(box_id=box_id))
        if box is None:
            return False
        got = yield from collect(_offer(keys, options.language), timeout_ms=5000, terminators="")
        silences = silences + 1 if not got.digits else 0
        match keys.action(got.digits):
            case "rec_unavailable":
                yield from record_greeting(box_id, "unavailable", options)
            case "rec_name":
                yield from record_greeting(box_id, "name", options)
            case "set_pin":
                yield from change_pin(box_id, options)
            case "rec_temporary_unavailable":
                yield from record_greeting(box_id, "temporary", options)
            case "del_temporary_unavailable":
                yield from ask(SaveGreeting(box_id, "temporary", None))
                yield from play(Prompt("vm-tempremoved"))
            case "toggle_announcement_only":
                only = not is_set(box, "announcement_only")
                yield from ask(UpdateMailbox(box_id, (("announcement_only", only),)))
                yield from play(Prompt("activated" if only else "de-activated"))
            case "return_main":
                return False
            case "exit":
                return True
            case "":
                if silences == MAX_SILENCES:
                    return False
            case _:
                yield from play(Prompt("vm-sorry"))
    return False


def _offer(keys: Keys, language: str) -> Sound:
    core = (
        *(Prompt("vm-press"), SayDigits(keys["rec_unavailable"]), Prompt("vm-for"), Prompt("vm-message")),
        *(Prompt("vm-press"), SayDigits(keys["set_pin"]), Prompt("vm-for"), Prompt("your"), Prompt("vm-password")),
        *(Prompt("vm-press"), SayDigits(keys["exit"]), Prompt("vm-for"), Prompt("goodbye")),
    )
    return sentence("vm-settings", language, *core, **keys.spoken())


INTROS = {"unavailable": "vm-rec-unv", "temporary": "vm-rec-temp", "name": "vm-rec-name"}
"""What asks for each kind of greeting."""


def record_greeting(box_id: str, kind: str, options: Options) -> Talk[bool]:
    """Record a greeting with review and make it the box's; False when nothing was kept."""
    longest = 20 if kind == "name" else 180
    purpose = "name" if kind == "name" else "greeting"
    recorded = yield from record_reviewed(
        purpose,
        box_id,
        Prompt(INTROS[kind]),
        max_seconds=longest,
        keys=options.review_keys,
        language=options.language,
    )
    if recorded is None:
        return False
    yield from ask(SaveGreeting(box_id, kind, recorded.ref))
    yield from play(Prompt("vm-msgsaved"))
    return True
