"""What the voicemail dialogues share: options, the box's settings, sentences put together from core prompts."""

from __future__ import annotations

from dataclasses import dataclass

from qvoice.core.flow.call import Call
from qvoice.core.flow.callers import timezone_of
from qvoice.core.flow.commands import Prompt, SayDigits, SayNumber, Sound
from qvoice.core.flow.requests import Mailbox

MAX_MESSAGES = 100
"""Messages a box holds when nothing is said (`max_message_count`)."""

MAX_CHOICES = 200
"""Keys pressed in one menu before the dialogue ends: a stuck key must not hold a line for ever."""

MAX_SILENCES = 3
"""Askings without an answer before the dialogue ends."""


@dataclass(frozen=True, slots=True)
class Options:
    """The node's settings."""

    interdigit_ms: int = 2000
    max_seconds: int = 500
    single_mailbox_login: bool = False
    callerid_match_login: bool = False


def is_set(box: Mailbox, key: str, default: bool = False) -> bool:
    """Return a yes/no setting of the box."""
    value = box.document.get(key)
    return value if isinstance(value, bool) else default


def max_messages(box: Mailbox) -> int:
    """Return how many messages the box holds."""
    value = box.document.get("max_message_count")
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else MAX_MESSAGES


def is_owner(call: Call, box: Mailbox) -> bool:
    """Tell whether the caller sits at a device of the box's owner.

    Only a call straight from a device counts: a forwarded call carries the owner's name too, and its caller may be
    anybody.
    """
    return call.source == "device" and box.owner_id is not None and call.owner_id == box.owner_id


def box_timezone(call: Call, box: Mailbox) -> str:
    """Return the zone in which times of this box are read: the box's, its owner's, the account's."""
    user = call.world.user(box.owner_id)
    own, owners = box.document.get("timezone"), user.get("timezone") if user else None
    account = call.world.account.get("timezone")
    return timezone_of(call, *(zone if isinstance(zone, str) else None for zone in (own, owners, account)))


def press(key: str, *what: str) -> tuple[Sound, ...]:
    """Return "press KEY for WHAT"."""
    return (Prompt("vm-press"), SayDigits(key), Prompt("vm-for"), *(Prompt(name) for name in what))


def counted(number: int, kind: str) -> tuple[Sound, ...]:
    """Return "3 new messages", "no old messages"; kind is the prompt `vm-INBOX` (new) or `vm-Old`."""
    amount: Sound = SayNumber(number) if number else Prompt("vm-no")
    return (amount, Prompt(kind), Prompt("vm-message" if number == 1 else "vm-messages"))
