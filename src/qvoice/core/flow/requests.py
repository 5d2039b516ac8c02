"""Questions a flow asks the data layer (`Ask(request)`), and the values it gets back. One dataclass per question.

Answers are given by `features/<noun>/answers.py` (see docs/handbook/contracts.md); scripts in tests give them as data.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from qvoice.core.dialing.did import NumberSettings
from qvoice.core.flow.room_requests import CheckDeskPin, CheckRoomPin, DeskLogin, DeskLogout, FindDesk, FindRoom
from qvoice.core.flow.room_requests import Desk as Desk
from qvoice.core.flow.room_requests import Room as Room


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
class MayCall:
    """Would guards, limits, locks and money let this call to a carrier through now? Nothing is taken; simulations ask.
    → Refused | None
    """

    number: str
    caller: str
    trunk_id: str = ""
    forwarded: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """`reason` and `why` for people, `cause` and `sip_code` as the call would get them."""

    reason: str
    why: str
    cause: str
    sip_code: int


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
    settings: NumberSettings = field(default_factory=NumberSettings)


@dataclass(frozen=True, slots=True)
class Registered:
    """Which of these device ids are registered now? → frozenset[str]"""

    device_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InCall:
    """Which of these device ids are in a call (ringing counts) now? → frozenset[str]"""

    device_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CampOn:
    """Ring `device_id` and connect it with `extension` as soon as none of `watched` (device ids) is in a call. → None

    Again for the same two replaces the earlier wish. `tries`: how often it rings, `every_seconds` apart.
    """

    extension: str
    device_id: str
    watched: tuple[str, ...]
    ring_seconds: int
    tries: int
    every_seconds: int
    stop_after_seconds: int


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
class UpdateSettings:
    """Merge keys into a user's or device's document, as a feature code does. → bool, False when it is gone

    `type` is `users` or `devices`; nested objects are merged, None removes a key.
    """

    type: str
    id: str
    changes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ToggleRingGroup:
    """Switch members of the ring groups in a callflow off until `until` (Gregorian seconds), or on (None). → int,
    members found
    """

    callflow_id: str
    member_ids: tuple[str, ...]
    until: int | None


@dataclass(frozen=True, slots=True)
class EmitEvent:
    """Send a live event of the account (and keep it in its event record). → None"""

    name: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SendNotice:
    """Tell people something by mail, soon and surely, without waiting for the mail server. → None

    `kind` names what happened (`missed_call`, `callflow_notice`, `emergency`); `to`: addresses and ids of users;
    `facts` are what the text says.
    """

    kind: str
    to: tuple[str, ...]
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class RecordEmergency:
    """An emergency call goes out: write it into the record that nobody can change, and tell those who must know. → None

    `number` dialled, `shown`: the caller id sent; the location is looked up from device, user, number and account.
    """

    number: str
    shown: str
    device_id: str | None
    user_id: str | None
    started: float


@dataclass(frozen=True, slots=True)
class FireWebhook:
    """Call a web address soon, without waiting for it. `verb`: `get` or `post`. → None"""

    url: str
    verb: str
    retries: int
    data: dict[str, Any]


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
    | MayCall
    | Registered
    | InCall
    | CampOn
    | SetRules
    | SetPresence
    | UpdateSettings
    | ToggleRingGroup
    | EmitEvent
    | SendNotice
    | FireWebhook
    | RecordEmergency
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
