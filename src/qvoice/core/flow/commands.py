"""What a callflow may ask of the world: a small set of commands (at most 25; a new one needs two users or an ADR).

A module yields a command and is sent the matching event of `events.py`. Four drivers carry commands out: the ARI driver
(`callcontrol`), scripts in tests, `simulate` and replay. There is no raw-ARI escape hatch.
"""

from __future__ import annotations

from dataclasses import dataclass

from qvoice.core.conference.plan import Entrant, RoomPlan
from qvoice.core.flow.requests import Request
from qvoice.core.page.plan import PagePlan
from qvoice.core.pickup.choose import Targets
from qvoice.core.recording.rules import Tape
from qvoice.core.ring.plan import RingPlan

# --- things that can be heard --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Prompt:
    """A system prompt by its Asterisk core-sounds name, e.g. `vm-intro`; played in the call's language."""

    name: str


@dataclass(frozen=True, slots=True)
class Media:
    """An account's media document, or a system one (`system_media/<prompt name>`)."""

    media_id: str


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording made in this call or stored before, by its reference (see `Recorded.ref`, `MailboxMessage.ref`)."""

    ref: str


@dataclass(frozen=True, slots=True)
class SayDigits:
    """Digits read one by one."""

    digits: str


@dataclass(frozen=True, slots=True)
class SayNumber:
    """A whole number read as a number."""

    number: int


@dataclass(frozen=True, slots=True)
class SayTime:
    """A moment read as date and time; `unix` seconds, `timezone` an IANA name."""

    unix: float
    timezone: str


@dataclass(frozen=True, slots=True)
class Tone:
    """A named tone: `ring`, `busy`, `congestion`, `beep`, `dial`, or an Asterisk tone specification such as
    `440/500,0/500`."""

    name: str


@dataclass(frozen=True, slots=True)
class Silence:
    """Silence of `ms` milliseconds."""

    ms: int


@dataclass(frozen=True, slots=True)
class Url:
    """Audio fetched from a web address."""

    url: str


@dataclass(frozen=True, slots=True)
class Speech:
    """Text spoken by a synthetic voice.

    `voice`: `female`, `male`, or a voice's name (`features.speech.voices`); '' any. `language`: a code such as
    `fr-ca`; '' the call's.
    `otherwise` is heard instead where there is no engine, or it fails.
    """

    text: str
    voice: str = ""
    language: str = ""
    otherwise: tuple[Sound, ...] = ()


Sound = Prompt | Media | Recording | SayDigits | SayNumber | SayTime | Tone | Silence | Url | Speech

# --- commands: each names the event it is answered with ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer the caller (no-op when answered). → Done"""


@dataclass(frozen=True, slots=True)
class Ringing:
    """Tell the caller it rings (180). → Done"""


@dataclass(frozen=True, slots=True)
class Play:
    """Play sounds in order, until done or a key of `terminators` is pressed; `loop` repeats for ever. → Played

    Does not answer: yield Answer first where the caller must hear it on any network. The keys `rewind` and `forward`
    jump back or on by `skip_ms` in the sound being played, without ending it.
    """

    sounds: tuple[Sound, ...]
    terminators: str = ""
    loop: bool = False
    rewind: str = ""
    forward: str = ""
    skip_ms: int = 10_000


@dataclass(frozen=True, slots=True)
class Collect:
    """Play sounds (a key cuts them short), then gather digits. → Collected

    `timeout_ms`: wait for the first key after the sounds; `interdigit_ms`: wait for each next one.
    A key of `terminators` ends it and is not part of the digits.
    """

    sounds: tuple[Sound, ...] = ()
    max_digits: int = 1
    timeout_ms: int = 5000
    interdigit_ms: int = 2000
    terminators: str = "#"


@dataclass(frozen=True, slots=True)
class Record:
    """Record the caller. → Recorded

    `purpose` (`message`, `greeting`, `name`, `media`, `call`) and `owner` (box or menu id, call id) go into the journal
    first, so that a recording is found again after a crash half-way. `tape`: how a `call` recording is to be kept.
    """

    purpose: str
    owner: str
    max_seconds: int = 500
    silence_seconds: int = 0
    terminators: str = "#"
    beep: bool = True
    tape: Tape | None = None


@dataclass(frozen=True, slots=True)
class RecordCall:
    """Record the call, both sides, beside whatever goes on; None stops that. → Done"""

    tape: Tape | None


@dataclass(frozen=True, slots=True)
class Ring:
    """Ring a plan's legs; when one answers, connect it and stay until the conversation ends. → RingDone"""

    plan: RingPlan


@dataclass(frozen=True, slots=True)
class Occupy:
    """Claim a place where the caller can wait to be taken: a slot of a lot of the account (`park`). → Occupied

    `slot` '' takes the lowest free number from 101 up to `last` (None: no limit). The claim ends with the call, when
    somebody takes it, or at the next node.
    """

    lot: str
    slot: str = ""
    last: int | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """Stay in the occupied slot with hold music until another call takes the caller, or `seconds` have passed. → Waited

    `music`: media id, None for the system's. `announce`: what a transferor who waits for the outcome hears first.
    `lamps`: presence ids that show `lamp_state` for as long as the slot is occupied.
    """

    lot: str
    slot: str
    seconds: float | None = None
    music: str | None = None
    announce: tuple[Sound, ...] = ()
    lamps: tuple[str, ...] = ()
    lamp_state: str = "early"


@dataclass(frozen=True, slots=True)
class Take:
    """Take whoever waits in a slot, connect him with the caller, and stay until the conversation ends. → RingDone

    Nobody there (any more): `answered_by` None, cause NO_ROUTE_DESTINATION.
    """

    lot: str
    slot: str


@dataclass(frozen=True, slots=True)
class Reject:
    """End an unanswered call with a SIP code (an answered one is hung up). → never returns"""

    code: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Hangup:
    """End the call. `cause` is a hangup cause name such as `NORMAL_CLEARING`. → never returns"""

    cause: str = "NORMAL_CLEARING"


@dataclass(frozen=True, slots=True)
class Sleep:
    """Wait. → Done"""

    seconds: float


@dataclass(frozen=True, slots=True)
class HoldOpen:
    """Stay, sending nothing, until the caller hangs up. → never returns"""


@dataclass(frozen=True, slots=True)
class SendDtmf:
    """Send digits to the caller. → Done"""

    digits: str
    duration_ms: int = 100


@dataclass(frozen=True, slots=True)
class PickUp:
    """Give the caller a call that rings at one of `targets` in this account; `live`: or the place of one who talks.
    → PickedUp"""

    targets: Targets
    live: bool = False


@dataclass(frozen=True, slots=True)
class Listen:
    """Let the (answered) caller hear a conversation of one of `targets`; keys 1, 2, 3 change the mode (see
    `core.pickup.modes`). → Listened"""

    targets: Targets
    mode: str = "listen"


@dataclass(frozen=True, slots=True)
class JoinRoom:
    """Put the (answered) caller into a conference room until he leaves it or is sent away. → RoomLeft"""

    plan: RoomPlan
    who: Entrant


@dataclass(frozen=True, slots=True)
class Page:
    """Call a plan's phones and let the (answered) caller speak to all that answer, until he hangs up or none is left.
    → PageDone"""

    plan: PagePlan


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask the data layer (see `requests.py`). → Reply, whose value is the type the request documents"""

    request: Request


@dataclass(frozen=True, slots=True)
class Tell:
    """Tell the data layer something, without waiting: it is told again until it has heard. → Done"""

    request: Request


Command = (
    Answer
    | Ringing
    | Play
    | Collect
    | Record
    | RecordCall
    | Ring
    | Occupy
    | Wait
    | Take
    | PickUp
    | Reject
    | Hangup
    | Sleep
    | HoldOpen
    | SendDtmf
    | Listen
    | JoinRoom
    | Page
    | Ask
    | Tell
)
