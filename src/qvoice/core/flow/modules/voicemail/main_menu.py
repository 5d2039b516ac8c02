"""The main menu of a box: how many messages there are; 1 new, 2 saved, 5 settings, # leave."""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.commands import Prompt, Sound
from qvoice.core.flow.exits import WILDCARD, Next
from qvoice.core.flow.modules.voicemail.dialogue import (
    MAX_CHOICES,
    MAX_SILENCES,
    Options,
    counted,
    is_set,
    press,
)
from qvoice.core.flow.modules.voicemail.messages import hear
from qvoice.core.flow.modules.voicemail.settings import settings_menu
from qvoice.core.flow.requests import Mailbox, OpenMailbox
from qvoice.core.flow.talk import Talk, ask, collect, play


def main_menu(box_id: str, call: Call, options: Options) -> Talk[Next]:
    """Let the owner choose until he leaves; calling somebody back leads to another flow."""
    silences = 0
    for _ in range(MAX_CHOICES):
        box: Mailbox | None = yield from ask(OpenMailbox(box_id=box_id))
        if box is None:
            break
        configurable = not is_set(box, "not_configurable")
        got = yield from collect(*_offer(box, configurable), timeout_ms=5000, terminators="")
        silences = silences + 1 if not got.digits else 0
        match got.digits:
            case "1" | "2":
                folder = "new" if got.digits == "1" else "saved"
                elsewhere = yield from hear(box, folder, call, options)
                if elsewhere is not None:
                    return elsewhere
            case "5" if configurable:
                leave = yield from settings_menu(box_id, options)
                if leave:
                    break
            case "#":
                break
            case "":
                if silences == MAX_SILENCES:
                    break
            case _:
                yield from play(Prompt("vm-sorry"))
    yield from play(Prompt("vm-goodbye"))
    return WILDCARD


def _offer(box: Mailbox, configurable: bool) -> tuple[Sound, ...]:
    return (
        Prompt("vm-youhave"),
        *counted(box.new, "vm-INBOX"),
        Prompt("vm-and"),
        *counted(box.saved, "vm-Old"),
        *(press("1", "vm-INBOX", "vm-messages") if box.new else ()),
        *(press("2", "vm-Old", "vm-messages") if box.saved else ()),
        *(press("5", "vm-changeto", "your", "vm-password") if configurable else ()),
        Prompt("vm-helpexit"),
    )
