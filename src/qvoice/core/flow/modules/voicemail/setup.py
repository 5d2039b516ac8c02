"""The first login: a new PIN, the owner's name, a greeting. Steps done before a hang-up are not asked again."""

from __future__ import annotations

from qvoice.core.flow.commands import Prompt
from qvoice.core.flow.modules.voicemail.dialogue import Options, is_set
from qvoice.core.flow.modules.voicemail.pin import change_pin
from qvoice.core.flow.modules.voicemail.settings import record_greeting
from qvoice.core.flow.requests import Mailbox, UpdateMailbox
from qvoice.core.flow.talk import Talk, ask, play

PIN_CHOSEN = "is_pin_chosen"
"""Key in the vmbox document: the owner has been asked for a PIN of his own."""


def first_login(box: Mailbox, options: Options) -> Talk[None]:
    """Guide the owner through the set-up and mark the box as set up.

    PIN: # alone keeps the one there is; a box without one is asked for it until it has one.
    """
    yield from play(Prompt("vm-newuser"))
    if not is_set(box, PIN_CHOSEN):
        chosen = yield from change_pin(box.box_id, options)
        if not chosen and not box.has_pin:
            return
        yield from ask(UpdateMailbox(box.box_id, ((PIN_CHOSEN, True),)))
    if not box.name_ref:
        yield from record_greeting(box.box_id, "name", options)
    if not box.unavailable_ref:
        yield from record_greeting(box.box_id, "unavailable", options)
    yield from ask(UpdateMailbox(box.box_id, (("is_setup", True),)))
