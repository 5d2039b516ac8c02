"""A finished leg as a detail record of the dialect (kazoo.md 2.4 cdrs, S15)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from qvoice.core.dialing.destination import destination
from qvoice.features.cdrs.quality import quality_of
from qvoice.kit.clock import to_gregorian

DISPOSITIONS = {"USER_BUSY": "BUSY", "ORIGINATOR_CANCEL": "CANCEL", "LOSE_RACE": "CANCEL"}
_NO_ANSWER = ("NO_ANSWER", "NO_USER_RESPONSE", "PROGRESS_TIMEOUT")


@dataclass(frozen=True, slots=True)
class LegRecord:
    """What a record is made of. Times in Unix seconds, 0 when it did not happen; `direction`: inbound, outbound."""

    uuid: str
    account_id: str
    interaction_id: str
    direction: str
    created: float
    rang: float
    answered: float
    ended: float
    cause: str
    sip_code: int
    other: str
    node: str
    caller_name: str = ""
    caller_number: str = ""
    callee_name: str = ""
    callee_number: str = ""
    from_uri: str = ""
    to_uri: str = ""
    request: str = ""
    owner_id: str = ""
    authorizing_id: str = ""
    authorizing_type: str = ""
    resource_id: str = ""
    user_agent: str = ""
    sip_call_id: str = ""
    peer: str = ""
    bill: Mapping[str, Any] = field(default_factory=dict)
    """What it cost its own account: `cost`, `rate`, `rate_name`, `rate_prefix`, `charge_key` (the ledger's key),
    `bundles` [{name, seconds}]."""
    kind: str = ""
    gateway: int = -1
    attempt: int = 0
    called: str = ""
    dialled: float = 0.0
    offnet: bool = False
    counted: str = ""
    """Asterisk's RTPAUDIOQOS."""


def traffic(leg: LegRecord) -> str:
    """Return what statistics count a leg as: `outbound` (to a carrier), `inbound` (from one), `internal` (from a phone,
    whose call reached no carrier), or `` (one of the legs that such a call rings).
    """
    if not leg.resource_id:
        return "internal" if leg.kind == "device" and leg.direction == "inbound" and not leg.offnet else ""
    return leg.direction


def attempt_of(leg: LegRecord) -> dict[str, Any]:
    """Return what the record says for statistics: `traffic`; of a leg from a carrier `called` (E.164);
    of a leg to a carrier `attempt`, `gateway`, `called`, `destination` and `pdd_ms`, the milliseconds from the INVITE
    to the first sign of ringing (or the answer).
    """
    kind = traffic(leg)
    if not kind:
        return {}
    if kind != "outbound":
        return {"traffic": kind, **({"called": leg.called} if leg.called and kind == "inbound" else {})}
    said: dict[str, Any] = {"traffic": kind, "attempt": max(leg.attempt, 1), "gateway": leg.gateway}
    heard = min((at for at in (leg.rang, leg.answered) if at), default=0.0)
    if heard and leg.dialled:
        said["pdd_ms"] = max(round((heard - leg.dialled) * 1000), 0)
    if leg.called:
        said |= {"called": leg.called, "destination": destination(leg.called)}
    return said


def disposition(*, answered: bool, cause: str) -> str:
    """Return the record's disposition word: ANSWER, BUSY, CANCEL, NOANSWER or FAILED."""
    if answered:
        return "ANSWER"
    return DISPOSITIONS.get(cause) or ("NOANSWER" if cause in _NO_ANSWER else "FAILED")


def record_id(leg: LegRecord) -> str:
    """Return the record's id, `YYYYMM-<call id>`: the same however often it is written."""
    return record_id_of(leg.created, leg.uuid)


def record_id_of(created: float, uuid: str) -> str:
    """As `record_id`, from the leg's beginning (Unix seconds) and id."""
    return f"{datetime.fromtimestamp(created, UTC):%Y%m}-{uuid}"


def talked(answered: float, ended: float) -> int:
    """Return the seconds of talk that a leg's record says and its charge is for: 0 when it was not answered, and at
    least 1 when it was, for calls that are hung up at once have been calls (times in Unix seconds).
    """
    return max(round(ended - answered), 1) if answered else 0


def row(leg: LegRecord) -> dict[str, Any]:
    """Return the row of `cdrs` for a finished leg, as `calls_write` takes it.

    `duration_seconds` from creation to end, `billing_seconds` from the answer to the end, `ringing_seconds` from the
    first ringing to the answer or end; each rounded once, here, to whole seconds (see `talked`; a leg lasted no shorter
    than it is billed).
    """
    until, billed = leg.answered or leg.ended, talked(leg.answered, leg.ended)
    document = {
        "id": record_id(leg),
        "call_id": leg.uuid,
        "interaction_id": leg.interaction_id,
        "timestamp": to_gregorian(datetime.fromtimestamp(leg.created, UTC)),
        "channel_created_time": int(leg.created * 1_000_000),
        "duration_seconds": max(round(leg.ended - leg.created), billed),
        "billing_seconds": billed,
        "ringing_seconds": max(round(until - leg.rang), 0) if leg.rang else 0,
        "call_direction": leg.direction,
        "caller_id_name": leg.caller_name,
        "caller_id_number": leg.caller_number,
        "callee_id_name": leg.callee_name,
        "callee_id_number": leg.callee_number,
        "from": leg.from_uri,
        "to": leg.to_uri,
        "request": leg.request,
        "hangup_cause": leg.cause or "NORMAL_UNSPECIFIED",
        "hangup_code": f"sip:{leg.sip_code or (200 if leg.answered else 0)}",
        "disposition": disposition(answered=leg.answered > 0, cause=leg.cause),
        "other_leg_call_id": leg.other,
        "media_server": leg.node,
        "user_agent": leg.user_agent,
        "sip_call_id": leg.sip_call_id,
        **leg.bill,
        **attempt_of(leg),
        **({"quality": quality} if (quality := quality_of(leg.counted)) else {}),
        "custom_channel_vars": {
            key: value
            for key, value in {
                "account_id": leg.account_id,
                "authorizing_id": leg.authorizing_id,
                "authorizing_type": leg.authorizing_type,
                "owner_id": leg.owner_id,
                "resource_id": leg.resource_id,
                "call_interaction_id": leg.interaction_id,
            }.items()
            if value
        },
    }
    return {
        "id": document["id"],
        "account_id": leg.account_id,
        "call_id": leg.uuid,
        "interaction_id": leg.interaction_id,
        "owner_id": leg.owner_id or None,
        "authorizing_id": leg.authorizing_id or None,
        "created": leg.created,
        "doc": document,
    }
