"""What the voicemail dialogues share: options, the box's settings, sentences put together from core prompts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from qvoice.core.flow.call import Call
from qvoice.core.flow.callers import timezone_of
from qvoice.core.flow.commands import Prompt, SayNumber, Sound
from qvoice.core.flow.modules.voicemail.keys import Keys
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
    account: Mapping[str, Any] = field(default_factory=dict)
    language: str = "en"

    def keys(self, menu: str) -> Keys:
        """Return the account's keys of a menu (`keys.DEFAULTS`)."""
        return Keys(self.account, menu)

    @property
    def review_keys(self) -> tuple[str, str, str]:
        """Keys to keep a recording, listen to it, record it again."""
        keys = self.keys("review")
        return keys["save"], keys["listen"], keys["record"]


def is_set(box: Mailbox, key: str, default: bool = False) -> bool:
    """Return a yes/no setting of the box."""
    value = box.document.get(key)
    return value if isinstance(value, bool) else default


def is_full(box: Mailbox) -> bool:
    """Tell whether the box takes no more messages (`max_message_count`; 0: no limit)."""
    value = box.document.get("max_message_count")
    most = value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else MAX_MESSAGES
    return most > 0 and box.new + box.saved >= most


def skip_ms(box: Mailbox) -> int:
    """Return how far the rewind and forward keys jump in a message."""
    value = box.document.get("seek_duration_ms")
    good = isinstance(value, int) and not isinstance(value, bool) and value > 0
    return min(int(value), 600_000) if good and value is not None else 10_000


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


def counted(number: int, kind: str) -> tuple[Sound, ...]:
    """Return "3 new messages", "no old messages"; kind is the prompt `vm-INBOX` (new) or `vm-Old`."""
    amount: Sound = SayNumber(number) if number else Prompt("vm-no")
    return (amount, Prompt(kind), Prompt("vm-message" if number == 1 else "vm-messages"))
