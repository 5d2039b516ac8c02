"""Which hooks there are (kazoo.md 2.4 webhooks, and ours), and what each is told with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Kind:
    """A hook: its name, what it tells, and a sample of what is sent."""

    name: str
    about: str
    sample: dict[str, Any]


_CALL = {
    "call_id": "0b1c", "interaction_id": "63800000000-0b1c", "call_direction": "inbound", "caller_id_name": "Ann Lee",
    "caller_id_number": "+14165550199", "callee_id_name": "", "callee_id_number": "+14165550100",
    "from": "+14165550199@carrier.example", "to": "+14165550100@acme.example", "request": "+14165550100@acme.example",
    "other_leg_call_id": "", "authorizing_id": "", "owner_id": "", "hangup_cause": "", "timestamp": 63_800_000_000,
}  # fmt: skip

KINDS = (
    Kind("channel_create", "A leg of a call begins", _CALL),
    Kind("channel_answer", "A leg of a call is answered", _CALL),
    Kind("channel_bridge", "Two legs of a call talk", _CALL),
    Kind("channel_destroy", "A leg of a call has ended", {**_CALL, "hangup_cause": "NORMAL_CLEARING"}),
    Kind(
        "object",
        "A document was made, changed or deleted; narrow it by `type` and `action` in custom_data",
        {"action": "doc_edited", "type": "users", "id": "0" * 32, "revision": 2},
    ),
    Kind("voicemail", "A voicemail box changed", {"box_id": "0" * 32, "mailbox": "1000", "new": 1, "saved": 0}),
    Kind("emergency", "Somebody called an emergency number", {"number": "911", "call_id": "0b1c"}),
    Kind("conference.event", "Something happened in a conference room", {"event": "add-member"}),
    Kind("number", "A number was added, assigned or released", {"number": "+14165550100", "action": "assigned"}),
    Kind("port_request", "A port order changed its state", {"id": "0" * 32, "state": "submitted"}),
    Kind(
        "port_out",
        "Another carrier wants a number: refused, accepted, canceled or completed",
        {"id": "0" * 32, "number": "+14165550100", "state": "refused", "reason": "locked"},
    ),
    Kind("all", "Everything above", {}),
)
NAMES = tuple(kind.name for kind in KINDS)
TEST = "test"
"""Name of the event that the test button sends."""


def wanted(document: dict[str, Any], name: str, data: dict[str, Any]) -> bool:
    """Tell whether a hook wants an event that its name matches: `object` hooks may name a type and an action."""
    if name != "object":
        return not (name.startswith("channel_") and document.get("include_internal_legs") is False and _internal(data))
    custom = document.get("custom_data") or {}
    kind, action = custom.get("type"), custom.get("action")
    return kind in (None, "", "all", data.get("type")) and action in (None, "", "all", data.get("action"))


def _internal(data: dict[str, Any]) -> bool:
    """A leg between the account's own phones: neither side is a number of the outside world."""
    return not any(str(data.get(side) or "").startswith("+") for side in ("caller_id_number", "callee_id_number"))
