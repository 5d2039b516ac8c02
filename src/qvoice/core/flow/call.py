"""The call as its flow sees it: who calls, what was dialled, what modules stored. Checkpointed at node boundaries."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from qvoice.core.ring.plan import CallerId


@dataclass(slots=True)
class Call:
    """Mutable facts of one call; everything in it is JSON-able (see `checkpoint`), except `world`.

    `source`: `device`, `carrier`, `loop` (forwarded or on-net leg). `authorised_by`: id of the device or user in
    whose name the call is
    made, None for calls from outside. `dialled`: as normalised; `request_user`: as the phone sent it. `now`: set by
    the driver
    at each node. `random`: floats in [0,1) given by the driver for this node.
    """

    call_id: str
    account_id: str
    realm: str
    source: str
    dialled: str
    request_user: str
    caller: CallerId
    now: datetime
    world: Any
    device_id: str | None = None
    owner_id: str | None = None
    authorised_by: str | None = None
    original_caller: CallerId | None = None
    caller_id_prefix: tuple[str, str] = ("", "")
    language: str = "en-us"
    timezone: str = "UTC"
    answered: bool = False
    capture_group: str | None = None
    named_captures: dict[str, str] = field(default_factory=dict)
    collections: dict[str, str] = field(default_factory=dict)
    variables: dict[str, Any] = field(default_factory=dict)
    alert_info: str = ""
    group_id: str = ""
    """The group that the present flow is made for (`group_id` of the callflow)."""
    emergency: bool = False
    only_emergency: bool = False
    """The caller's phone may call for help and nobody else: it is switched off, or outside its networks."""
    hops: int = 0
    depth: int = 0
    random: tuple[float, ...] = ()
    last_cause: str = ""
    privacy: str = "none"
    kept_caller: CallerId | None = None
    """The caller id of a forwarded call that must go out as it came (`Loop.keep_caller_id`)."""
    forwarded_by: tuple[str, ...] = ()
    """Users and devices whose forwarding led here, the first one first (`Loop.forwarded_by`)."""
    asks_key: bool = False
    """A forwarded leg whose answerer will be asked for a key: a mailbox must not answer it."""
    transferee: CallerId | None = None
    """Who was transferred, when the call is made in the name of whoever transferred him: his are authority and bill,
    the account's own phones see the transferee."""
    unclaimed: bool = False
    """A transferred party whom nobody has taken yet: when nobody does, the transferor's phone rings again."""
    parked: dict[str, Any] | None = None
    """The slot that the call waits in and since when (module park): found again after a restart of the process."""
    emergency_callback: bool = False
    """A call-back after an emergency call: nothing on the way to the phone may stop it."""
    screened: str = ""
    """Reference of the name that a screened caller stated, `?` when he said nothing; '' when he is not screened."""
    bridged: bool = False
    """Somebody has talked with the caller (the driver sets it, as `answered`)."""
    after_bridge: str = ""
    """Where the caller goes when a conversation has ended (`after_bridge`): a number, or `park`."""
    at_end: tuple[dict[str, Any], ...] = ()
    """Notices to send when the call is over: {kind, to, facts, unless_bridged}."""
    dynamic_caller: CallerId | None = None
    """The caller id that set_cid or dynamic_cid gave this call; empty parts are not set."""
    ringback: str = ""
    """Media id that the caller hears while phones ring, unless a module has its own (the number's `ringback.early`)."""
    transfer_ringback: str = ""
    """The same while he is transferred."""
    failover: str = ""
    """Where the call goes when nobody can be reached: the number's failover (E.164 or SIP URI), '' when used up."""
