"""The main menu of a box: how many messages there are; 1 new, 2 saved, 5 settings, # leave."""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.commands import Prompt, SayDigits, Sound
from qvoice.core.flow.exits import WILDCARD, Next
from qvoice.core.flow.modules.voicemail.dialogue import (
    MAX_CHOICES,
    MAX_SILENCES,
    Options,
    counted,
    is_set,
)
from qvoice.core.flow.modules.voicemail.keys import Keys
from qvoice.core.flow.modules.voicemail.messages import hear
from qvoice.core.flow.modules.voicemail.settings import settings_menu
from qvoice.core.flow.requests import Mailbox, OpenMailbox
from qvoice.core.flow.spoken import sentence
from qvoice.core.flow.talk import Talk, ask, collect, play


def main_menu(box_id: str, call: Call, options: Options) -> Talk[Next]:
    """Let the owner choose until he leaves; calling somebody back leads to another flow."""
    silences, keys = 0, options.keys("main")
    for _ in range(MAX_CHOICES):
        box: Mailbox | None = yield from ask(OpenMailbox(box_id=box_id))
        if box is None:
            break
        configurable = not is_set(box, "not_configurable")
        got = yield from collect(*_offer(box, configurable, keys, options.language), timeout_ms=5000, terminators="")
        silences = silences + 1 if not got.digits else 0
        match keys.action(got.digits):
            case "hear_new" | "hear_saved" as action:
                folder = "new" if action == "hear_new" else "saved"
                elsewhere = yield from hear(box, folder, call, options)
                if elsewhere is not None:
                    return elsewhere
            case "configure" if configurable:
                leave = yield from settings_menu(box_id, options)
                if leave:
                    break
            case "exit":
                break
            case "":
                if silences == MAX_SILENCES:
                    break
            case _:
                yield from play(Prompt("vm-sorry"))
    yield from play(Prompt("vm-goodbye"))
    return WILDCARD


def _offer(box: Mailbox, configurable: bool, keys: Keys, language: str) -> tuple[Sound, ...]:
    def choice(action: str, name: str, *core: str) -> Sound:
        fallback = (Prompt("vm-press"), SayDigits(keys[action]), Prompt("vm-for"), *map(Prompt, core))
        return sentence(name, language, *fallback, key=keys[action])

    return (
        Prompt("vm-youhave"),
        *counted(box.new, "vm-INBOX"),
        Prompt("vm-and"),
        *counted(box.saved, "vm-Old"),
        *((choice("hear_new", "vm-hear-new", "vm-INBOX", "vm-messages"),) if box.new else ()),
        *((choice("hear_saved", "vm-hear-saved", "vm-Old", "vm-messages"),) if box.saved else ()),
        *((choice("configure", "vm-configure", "your", "vm-password"),) if configurable else ()),
        choice("exit", "vm-exit", "goodbye"),
    )
