"""A leg: one channel of a call, what we know of it, and how one is made through the edge (contracts section 2)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from typing import Any

from qvoice.callcontrol import arrival
from qvoice.callcontrol.arrival import Arrival
from qvoice.core.flow.world import World
from qvoice.core.ring.plan import Aor, CallerId, Gateway, Loop
from qvoice.core.ring.plan import Leg as PlanLeg
from qvoice.kit.ids import new_id
from qvoice.kit.text import clean_line

DEFAULT_CODECS = ("ulaw", "alaw", "g722", "opus")
SPOKEN = (*DEFAULT_CODECS, "g729")
"""What media nodes allow (engine/asterisk/pjsip.conf); asked for anything else only, Asterisk could make no offer."""
INBOUND, OUTBOUND = "inbound", "outbound"


@dataclass(slots=True)
class CallLeg:
    """Facts of one leg, in Unix seconds. `channel` is Asterisk's channel id; `uuid` ours (the same for legs that we
    make).

    `account_id`: whose leg it is (for rows, CDRs and events). `direction` as the platform sees it: `inbound` came to
    us,
    `outbound` we made. `owner_id`, `authorizing_id`: of the device behind the leg.
    """

    uuid: str
    channel: str
    account_id: str
    direction: str
    created: float
    plan_id: str = ""
    kind: str = ""
    caller_name: str = ""
    caller_number: str = ""
    callee_name: str = ""
    callee_number: str = ""
    from_uri: str = ""
    to_uri: str = ""
    request: str = ""
    device_id: str = ""
    owner_id: str = ""
    authorizing_id: str = ""
    resource_id: str = ""
    peer: str = ""
    user_agent: str = ""
    sip_call_id: str = ""
    rang: float = 0.0
    answered: float = 0.0
    bridged: float = 0.0
    ended: float = 0.0
    cause: str = ""
    sip_code: int = 0
    other: str = ""
    """uuid of the leg it talks or talked with."""
    gateway: int = -1
    """Which of its trunk's gateways it goes to."""
    attempt: int = 0
    """1 for the first carrier that a call tries, 2 for the next; 0 for legs that go to no carrier."""
    called: str = ""
    """The number called, in E.164, whatever form this carrier wants it in."""
    dialled: float = 0.0
    """When its INVITE went out."""
    offnet: bool = False
    """Its call has tried a carrier."""
    tape: dict[str, Any] = field(default_factory=dict)
    """How the leg is recorded or is to be, see tapes.py; it goes with the leg from call to call."""
    meter: dict[str, Any] = field(default_factory=dict)
    """What was reserved for it (features.charging.admission.Admission), see metering.py; it goes with the leg."""
    bill: dict[str, Any] = field(default_factory=dict)
    """What its record says about money, once it has ended."""
    counted: str = ""
    """What Asterisk counted of its packets (RTPAUDIOQOS), once it ends; features.cdrs.quality reads it."""
    cancelled: str = ""
    """Why we ended it, when we did: a cause name that says more than what Asterisk reports of our own hang-up."""

    @property
    def gone(self) -> bool:
        """Whether Asterisk has destroyed the channel."""
        return self.ended > 0

    @property
    def person(self) -> CallerId:
        """Who is at the other end: the caller of a leg that came to us, the callee of one that we made."""
        if self.direction == INBOUND:
            return CallerId(self.caller_name, self.caller_number)
        return CallerId(self.callee_name, self.callee_number)

    @property
    def is_ours(self) -> bool:
        """Whether the other end is one of the account's own devices (which may ask for things), no carrier's."""
        return self.kind in ("device", "aor") and bool(self.device_id)

    def to_json(self) -> dict[str, Any]:
        """Return JSON values for the journal."""
        return {name: getattr(self, name) for name in _NAMES}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> CallLeg:
        """Read the journal's values; unknown keys (another version's) are left out."""
        known = {f.name for f in fields(cls)}
        return cls(**{key: value for key, value in data.items() if key in known})


_NAMES = tuple(f.name for f in fields(CallLeg))
"""All are plain values; `dataclasses.asdict` would look for what is to be copied in each, at every change of a call."""

_URI_SAFE = re.compile(r"[^A-Za-z0-9_.!~*'()&=+$,;?/:@#%\[\]-]")


def dial_uri(leg: PlanLeg) -> str:
    """Return the request URI of a plan leg; characters that a SIP URI cannot hold are percent-coded (never a line end
    or a quote).
    """
    match leg.target:
        case Aor(username=username, realm=realm):
            uri = f"sip:{_user(username)}@{realm}"
        case Gateway(uri=uri):
            pass
        case Loop(number=number):
            uri = f"sip:{_user(number)}@loop.invalid"
    return _URI_SAFE.sub(lambda m: "".join(f"%{b:02X}" for b in m.group().encode()), uri)


def _user(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.!~*'()&=+$,;?/-]", lambda m: "".join(f"%{b:02X}" for b in m.group().encode()), text)


def header_value(text: str, limit: int = 256) -> str:
    """Return `text` as one safe header value."""
    return clean_line(text, limit)


def create_body(leg: CallLeg, plan: PlanLeg, *, call_id: str, hops: int, app: str = "qvoice") -> dict[str, Any]:
    """Return the JSON body of POST channels/create for a plan leg, with the edge's headers as channel variables.

    The caller id goes in as CALLERID variables; a withheld one as its presentation (Asterisk then sends an anonymous
    From).
    """
    headers: dict[str, str] = {"X-QV-Account": leg.account_id, "X-QV-Call": call_id}
    codecs: tuple[str, ...] = ()
    if isinstance(plan.target, Aor | Gateway) and plan.target.fax:
        headers["X-QV-Fax"] = "yes"
    match plan.target:
        case Aor(device_id=device_id, media=media, codecs=codecs, invite_user=invite_user):
            headers |= {"X-QV-Dest": "aor", "X-QV-Media": media, "X-QV-Device": device_id or "-"}
            if invite_user:
                headers["X-QV-Invite-User"] = invite_user
        case Gateway(resource_id=resource_id, index=index, codecs=codecs):
            headers |= {"X-QV-Dest": "gateway", "X-QV-Gateway": f"{resource_id}:{index}" if resource_id else "-"}
            if plan.target.from_realm:
                headers["X-QV-From-Realm"] = plan.target.from_realm
        case Loop(account_id=account_id, authorised_by=authorised_by):
            headers |= {
                "X-QV-Dest": "loop",
                "X-QV-Account": account_id,
                "X-QV-Hops": str(hops + 1),
                "X-QV-Authorised": authorised_by or "-",
                "X-QV-Device": "-",
                "X-QV-Forward": arrival.forward_header(plan.target, private=plan.caller.private),
            }
    for name, value in plan.headers:
        if not name.lower().startswith("x-qv-"):
            headers[name] = value
    variables = {f"PJSIP_HEADER(add,{name})": header_value(value) for name, value in headers.items()}
    variables |= caller_variables(plan.caller)
    variables["PJSIP_TRANSFER_HANDLING()"] = "ari-only"
    return {
        "endpoint": f"PJSIP/edge/{dial_uri(plan)}",
        "app": app,
        "appArgs": f"leg,{call_id},{leg.uuid}",
        "channelId": leg.channel,
        "formats": ",".join(tuple(codec for codec in codecs if codec in SPOKEN) or DEFAULT_CODECS),
        "variables": variables,
    }


def caller_variables(caller: CallerId) -> dict[str, str]:
    """Return the channel variables that set what the called side sees.

    A channel that is dialled shows its *connected line* as From; `i` keeps Asterisk from telling the update to anybody
    else.
    """
    return {
        "CONNECTEDLINE(name,i)": clean_line(caller.name, 64).replace('"', "'"),
        "CONNECTEDLINE(num,i)": clean_line(caller.number, 64),
        "CONNECTEDLINE(pres,i)": "prohib" if caller.private else "allowed",
    }


def incoming(came: Arrival, *, uuid: str) -> CallLeg:
    """Return the facts of the leg that an arriving call is."""
    realm = came.realm or "unknown"
    return CallLeg(
        uuid,
        came.channel,
        came.account_id,
        INBOUND,
        came.created,
        kind=came.source,
        caller_name=came.caller_name,
        caller_number=came.caller_number,
        callee_number=came.request_user,
        from_uri=f"{came.caller_number}@{realm}",
        to_uri=f"{came.request_user}@{realm}",
        request=f"{came.request_user}@{realm}",
        device_id=came.device_id,
        resource_id=came.resource_id,
        authorizing_id=came.device_id or came.authorised_by,
        peer=came.peer,
        user_agent=came.user_agent,
        sip_call_id=came.sip_call_id,
    )


def outgoing(plan: PlanLeg, *, account_id: str, now: float, other: str, authorizing_id: str) -> CallLeg:
    """Return the facts of a new leg that is about to be made."""
    uuid = new_id()
    leg = CallLeg(
        uuid,
        uuid,
        account_id,
        OUTBOUND,
        now,
        plan_id=plan.id,
        caller_name=plan.caller.name,
        caller_number=plan.caller.number,
        to_uri=dial_uri(plan).removeprefix("sip:"),
        other=other,
    )
    leg.request = leg.to_uri
    match plan.target:
        case Aor(username=username, device_id=device_id):
            leg.kind, leg.device_id, leg.authorizing_id, leg.callee_number = "aor", device_id, device_id, username
            leg.owner_id = plan.user_id or ""
        case Gateway(resource_id=resource_id, index=index, uri=uri):
            leg.gateway = index
            leg.kind, leg.resource_id, leg.callee_number = "gateway", resource_id, uri.split(":", 1)[-1].split("@")[0]
            leg.authorizing_id = authorizing_id
        case Loop(number=number, authorised_by=authorised_by):
            leg.kind, leg.callee_number, leg.authorizing_id = "loop", number, authorised_by or authorizing_id
    return leg


def name_callee(leg: CallLeg, world: World, *, user_id: str | None) -> None:
    """Write down whom a device's leg reaches, as people know him: extension and name of its user, else of the
    device.
    """
    user, device = world.user(user_id) or {}, world.device(leg.device_id) or {}
    number = user.get("presence_id") or device.get("presence_id")
    name = f"{user.get('first_name') or ''} {user.get('last_name') or ''}".strip() or device.get("name")
    leg.callee_number = clean_line(str(number), 64) if number else leg.callee_number
    leg.callee_name = clean_line(str(name), 128) if name else leg.callee_name
