"""A ring plan: which legs ring, when, and what ends it. Values only; `machine.py` carries it out.

Stages ring one after the other (an in-order group is one stage per member); inside a stage legs ring at once, each
after its
own delay. Repeats are repeated stages, trunk failover is one stage per gateway.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class CallerId:
    """A caller id; `private` asks that it be withheld (RFC 3323)."""

    name: str = ""
    number: str = ""
    private: bool = False


@dataclass(frozen=True, slots=True)
class Aor:
    """A registered device: everything its AOR `username@realm` has registered rings."""

    username: str
    realm: str
    device_id: str
    media: str = "rtp"
    """`rtp`, `srtp` (required), `srtp-optional`, `webrtc`."""
    codecs: tuple[str, ...] = ()
    """Allowed codecs in order (Asterisk names: ulaw alaw g722 opus g729 …); empty = the default list."""
    invite_user: str = ""
    """User part to send instead of the contact's (a device's sip.invite_format/number), empty = contact."""
    fax: bool = False
    """It may be asked to change to fax over IP (T.38)."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """A carrier gateway: `uri` is the full request URI, `resource_id`/`index` name it to the edge (which holds its
    credentials). No `resource_id`: a SIP URI that a device or number names; nobody's credentials go there."""

    resource_id: str
    index: int
    uri: str
    codecs: tuple[str, ...] = ()
    from_realm: str = ""
    emergency: bool = False
    fax: bool = False
    """It may change to fax over IP (T.38)."""


@dataclass(frozen=True, slots=True)
class Loop:
    """A new call inside the platform: another account's number (on-net) or a forwarded leg made in the name of a
    device or user.

    It goes out to the edge and comes back as a call of `account_id` with its own flow, restrictions and CDR.
    `authorised_by` is the device or user id in whose name it is made ('' = as from outside: on-net to a DID).
    """

    number: str
    account_id: str
    authorised_by: str = ""
    keep_caller_id: bool = False
    """The leg's caller id goes on as it is (a forwarded call shows who really calls), instead of the authoriser's."""
    forwarded_by: tuple[str, ...] = ()
    """Users and devices whose forwarding the call has followed, this one last: nobody's is followed twice."""
    asks_key: bool = False
    """The answerer of this leg will be asked for a key, so no mailbox may answer it."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One leg to ring. `id` is unique in the plan. Times in seconds."""

    id: str
    target: Aor | Gateway | Loop
    caller: CallerId
    timeout: float = 20.0
    delay: float = 0.0
    progress_timeout: float | None = None
    """Fail this leg when nothing but 100 came within this time (carriers)."""
    confirm: bool = False
    """The answerer must press 1 (within 7 s after each of 3 prompts) before being connected."""
    announce: tuple[Any, ...] = ()
    """Sounds (`core.flow.commands`) for the answerer, instead of the prompt to press 1: who calls, and 1 takes the
    call, 2 refuses it, 3 sends it to voicemail."""
    headers: tuple[tuple[str, str], ...] = ()
    """Extra SIP headers, e.g. Alert-Info."""
    user_id: str | None = None
    """Whose device this is (CDR owner)."""
    ignore_early_media: bool = False


@dataclass(frozen=True, slots=True)
class Stage:
    """Legs that ring at once."""

    legs: tuple[Leg, ...]


@dataclass(frozen=True, slots=True)
class RingPlan:
    """Stages in order; `timeout` bounds the whole (None: the legs' own). `fail_on_single_reject`: one refusal ends all.

    `ringback`: media id to play to the caller instead of ringing. `hold_music`: media id that the caller hears when
    whoever answered holds him, instead of that one's own (a group's). `trunks`: carrier rules apply: a leg that had
    rung and is then refused (busy, declined) is the callee's word and ends the plan.
    """

    stages: tuple[Stage, ...]
    timeout: float | None = None
    fail_on_single_reject: bool = False
    ringback: str | None = None
    hold_music: str | None = None
    trunks: bool = False
    called: str = ""
    """For trunks: the number that is called, in E.164, by which the call is priced."""
