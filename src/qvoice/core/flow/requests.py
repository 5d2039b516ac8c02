"""Questions a flow asks the data layer (`Ask(request)`), and the values it gets back. One dataclass per question.

Answers are given by `features/<noun>/answers.py` (see docs/handbook/contracts.md); scripts in tests give them as data.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class FindFlow:
    """Which callflow is `number` (as dialled) in the call's account? → FoundFlow | None

    `exact_only` leaves out patterns; `no_match` allows the `no_match` flow.
    """

    number: str
    no_match: bool = False


@dataclass(frozen=True, slots=True)
class LoadFlow:
    """Load a callflow by id. → FoundFlow | None"""

    flow_id: str


@dataclass(frozen=True, slots=True)
class FoundFlow:
    """A compiled flow (`core.flow.compile.CompiledFlow`), its `world` of documents, and what the pattern captured."""

    flow: Any
    world: Any
    capture_group: str | None = None
    named_captures: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class FindNumber:
    """Who on this platform owns this E.164 number? → NumberOwner | None"""

    e164: str


@dataclass(frozen=True, slots=True)
class NumberOwner:
    """`account_id` owns the number; `force_outbound` sends calls to it by carrier all the same."""

    account_id: str
    e164: str
    force_outbound: bool = False


@dataclass(frozen=True, slots=True)
class Registered:
    """Which of these device ids are registered now? → frozenset[str]"""

    device_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InCall:
    """Which of these device ids are in a call (ringing counts) now? → frozenset[str]"""

    device_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SetRules:
    """Temporal rules' override: `enabled` True (force match), False (never) or None (by the clock). → None"""

    rule_ids: tuple[str, ...]
    enabled: bool | None


@dataclass(frozen=True, slots=True)
class SetPresence:
    """What lamps that watch `presence_id` show: `early`, `confirmed`, or `terminated` (off). → None

    `source` names the feature that sets it: each has its own say, the most interesting state is shown.
    """

    presence_id: str
    state: str
    source: str
    number: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class SaveMenuGreeting:
    """Make a recording the greeting of a menu. → None"""

    menu_id: str
    ref: str


@dataclass(frozen=True, slots=True)
class ListDirectory:
    """Who is in a dial-by-name directory? → Directory | None"""

    directory_id: str


@dataclass(frozen=True, slots=True)
class DirectoryPerson:
    """A person of a directory: the callflow that reaches them, and their recorded name (as `Recording(ref)`)."""

    first_name: str
    last_name: str
    flow_id: str
    name_ref: str = ""


@dataclass(frozen=True, slots=True)
class Directory:
    """A directory document and its people."""

    document: dict[str, Any]
    people: tuple[DirectoryPerson, ...]


# --- conferences ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FindRoom:
    """A conference of the account, by document id or by a room number as dialled. → Room | None"""

    conference_id: str | None = None
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Room:
    """A conference as the phone dialogue needs it. `document` has no PINs; `as_moderator`: the number found is one of
    the moderators'."""

    conference_id: str
    document: dict[str, Any]
    member_pins: bool = False
    moderator_pins: bool = False
    as_moderator: bool = False


@dataclass(frozen=True, slots=True)
class CheckRoomPin:
    """Whose PIN of the conference is this? Wrong ones are counted and slow the caller down.
    → `member` | `moderator` | `wrong` | `locked`"""

    conference_id: str
    pin: str


# --- hot-desking ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FindDesk:
    """A user who may log in at other phones, by hot-desk id or user id. → Desk | None"""

    hotdesk_id: str | None = None
    user_id: str | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """A user of hot-desking."""

    user_id: str
    needs_pin: bool


@dataclass(frozen=True, slots=True)
class CheckDeskPin:
    """Is this the user's hot-desk PIN? None as user: nobody's; wrong ones slow this phone down.
    → `ok` | `wrong` | `locked`"""

    user_id: str | None
    pin: str


@dataclass(frozen=True, slots=True)
class DeskLogin:
    """Log a user in at the calling phone (and out of others, unless the user may be at several). → None"""

    user_id: str


@dataclass(frozen=True, slots=True)
class DeskLogout:
    """Log users out of the calling phone. → None"""

    user_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeepRecording:
    """A recording of the call (purpose `call`) is complete: keep it. → None"""

    ref: str


# --- voicemail --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpenMailbox:
    """Read a mailbox by document id, or by its number in this account. → Mailbox | None"""

    box_id: str | None = None
    mailbox: str | None = None


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mailbox as the phone dialogue needs it. `document` is the vmbox document (pin removed)."""

    box_id: str
    mailbox: str
    document: dict[str, Any]
    has_pin: bool
    new: int
    saved: int
    owner_id: str | None = None
    unavailable_ref: str | None = None
    temporary_ref: str | None = None
    name_ref: str | None = None


@dataclass(frozen=True, slots=True)
class CheckPin:
    """Is this the mailbox's PIN? Failures are counted and lock the box for a while. → `ok` | `wrong` | `locked`"""

    box_id: str
    pin: str


@dataclass(frozen=True, slots=True)
class SetPin:
    """Set a mailbox's PIN. → bool, False when the PIN is refused (length, or too simple)"""

    box_id: str
    pin: str


@dataclass(frozen=True, slots=True)
class ListMessages:
    """Messages of a folder (`new`, `saved`), in playing order. → tuple[MailboxMessage, ...]"""

    box_id: str
    folder: str


@dataclass(frozen=True, slots=True)
class MailboxMessage:
    """One message. `unix` seconds; `ref` is playable as `Recording(ref)`."""

    message_id: str
    ref: str
    unix: float
    seconds: float
    caller_number: str
    caller_name: str


@dataclass(frozen=True, slots=True)
class StoreMessage:
    """Keep a recording as a new message of a box; idempotent by `ref`. → bool, False when the box is full"""

    box_id: str
    ref: str
    seconds: float
    caller_number: str
    caller_name: str
    dialled: str


@dataclass(frozen=True, slots=True)
class SetFolder:
    """Move a message to `new`, `saved` or `deleted`. → None"""

    box_id: str
    message_id: str
    folder: str


@dataclass(frozen=True, slots=True)
class ForwardMessage:
    """Copy a message, with an optional spoken introduction, to other boxes (by number). → tuple[str, ...] not found"""

    box_id: str
    message_id: str
    to_mailboxes: tuple[str, ...]
    introduction_ref: str | None = None


@dataclass(frozen=True, slots=True)
class SaveGreeting:
    """Set (`ref`) or remove (None) a greeting: kind `unavailable`, `temporary` or `name`. → None"""

    box_id: str
    kind: str
    ref: str | None


@dataclass(frozen=True, slots=True)
class UpdateMailbox:
    """Merge keys into the vmbox document, e.g. is_setup. → None"""

    box_id: str
    changes: tuple[tuple[str, Any], ...]


Request = (
    FindFlow
    | LoadFlow
    | FindNumber
    | Registered
    | InCall
    | SetRules
    | SetPresence
    | SaveMenuGreeting
    | ListDirectory
    | FindDesk
    | CheckDeskPin
    | DeskLogin
    | DeskLogout
    | FindRoom
    | CheckRoomPin
    | KeepRecording
    | OpenMailbox
    | CheckPin
    | SetPin
    | ListMessages
    | StoreMessage
    | SetFolder
    | ForwardMessage
    | SaveGreeting
    | UpdateMailbox
)
