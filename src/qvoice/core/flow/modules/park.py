"""Parking (kazoo.md 1.3, 6.3): put a transferred party into a numbered slot, fetch whoever waits in one, or either.

Whoever is transferred here waits with music; nobody who fetches him in time: the parker's phone rings, then the slot's
own child, `_`, or on with waiting. Who dials `park` himself hears the slot, and may send a party there by completing
an attended transfer.
"""

from __future__ import annotations

from typing import Any

from qvoice.core.flow.call import Call
from qvoice.core.flow.commands import Prompt, SayDigits, Wait
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import ANY, WILDCARD, Failed, Next, Stop, after_ring
from qvoice.core.flow.forms import Words, choice, field
from qvoice.core.flow.references import Ref
from qvoice.core.flow.ringing import hold_music
from qvoice.core.flow.talk import Talk, answer, occupy, play, take, wait
from qvoice.core.transfer.recall import RECALL_SECONDS, recall

VERSION = 1
GROUP = "In a call"
ICON = "parking"
EXITS = ANY
TITLE = Words("Park", "Parcage")
ABOUT = Words(
    "Park a call in a slot, or fetch one from there.",
    "Parquer un appel, ou le reprendre.",
)
FORM = {
    "action": choice(
        "Do",
        "Action",
        ("park", "Park, or fetch when the slot is taken", "Parquer, ou reprendre si la place est prise"),
        ("direct_park", "Park always", "Toujours parquer"),
        ("retrieve", "Fetch", "Reprendre"),
        ("auto", "By what the caller is doing", "Selon ce que fait l’appelant"),
    ),
    "slot": field(
        "Slot",
        "Place",
        "Empty: as dialled, else the next free one.",
        "Vide : celle composée, sinon la prochaine libre.",
    ),
    "default_ringback_timeout": field("Rings back after", "Rappelle après", control="ms"),
    "default_callback_timeout": field("Rings back for", "Rappelle pendant", control="seconds", advanced=True),
    "max_slot_number": field("Highest slot", "Dernière place", advanced=True),
    "default_presence_type": choice(
        "Lamp while parked",
        "Voyant pendant le parcage",
        ("early", "Blinking", "Clignotant"),
        ("confirmed", "On", "Allumé"),
        ("terminated", "Off", "Éteint"),
        advanced=True,
    ),
    "presence_id": field("Lamp’s number", "Numéro du voyant", advanced=True),
    "custom_presence_id": field("Own lamp number", "Numéro de voyant propre", advanced=True),
    "slots": field("Settings of single slots", "Réglages par place", advanced=True),
}
EXIT_WORDS = {"MAX_SLOT_EXCEEDED": Words("No slot free", "Aucune place libre")}

LOT = "park"
FULL = "MAX_SLOT_EXCEEDED"
_LONGEST_SLOT = 20


class Data(ModuleData):
    """`action`: park, direct_park, retrieve, auto. Ring-back in milliseconds, call-back in seconds. `slots`: the same
    settings for single slots (`ringback_timeout`, `callback_timeout`, `presence_type`)."""

    action: str = "park"
    slot: str = ""
    slots: dict[str, Any] = {}
    default_ringback_timeout: float = 120_000
    default_callback_timeout: float = RECALL_SECONDS
    default_presence_type: str = "early"
    presence_id: str = ""
    custom_presence_id: bool = False
    max_slot_number: int | None = None


def references(data: Data) -> list[Ref]:
    """Nothing: the parker's device is the caller's own."""
    return []


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Park the caller, or fetch whoever is parked."""
    slot = _slot(data, call)
    transferred = call.transferee is not None
    if call.parked is None and (data.action == "retrieve" or (data.action == "auto" and not transferred)):
        return (yield from _retrieve(slot))
    return (yield from _park(data, call, slot, exits))


def _slot(data: Data, call: Call) -> str:
    """Return the slot that was dialled (what the pattern captured), else the node's own; '' is automatic."""
    wanted = call.capture_group or data.slot
    return "" if wanted == "0" else "".join(c for c in wanted if c.isalnum())[:_LONGEST_SLOT]


def _park(data: Data, call: Call, wanted: str, exits: frozenset[str]) -> Talk[Next]:
    again = call.parked
    claim = yield from occupy(LOT, str(again["slot"]) if again else wanted, last=data.max_slot_number)
    if claim.slot is None:
        if claim.why == "full" and FULL in exits:
            return FULL
        if call.transferee is None:
            yield from answer()
            yield from play(Prompt("pbx-parkingfailed"))
        # A transferor gets his party back, as from any target that is busy.
        return Failed("USER_BUSY", 486)
    slot = claim.slot
    if not call.answered:
        yield from answer()
    if again is None:
        call.parked = {"slot": slot, "since": call.now.timestamp()}
        if call.transferee is None:
            yield from play(SayDigits(slot))
    since = float((call.parked or {}).get("since") or call.now.timestamp())
    own = data.slots.get(slot)
    settings: dict[str, Any] = own if isinstance(own, dict) else {}
    ringback = _number(settings.get("ringback_timeout"), data.default_ringback_timeout) / 1000
    callback = _number(settings.get("callback_timeout"), data.default_callback_timeout)
    seconds = max(ringback - (call.now.timestamp() - since), 0.0)
    while True:
        command = Wait(
            LOT,
            slot,
            seconds=seconds,
            music=hold_music(call),
            announce=(SayDigits(slot),),
            lamps=_lamps(data, call, slot),
            lamp_state=_lamp_state(settings.get("presence_type") or data.default_presence_type),
        )
        if (yield from wait(command)):
            call.parked = None
            return Stop(transferred=True)
        done = yield from recall(call, device_id=call.device_id or "", user_id=call.owner_id or "", seconds=callback)
        if done.answered_by is not None or done.transferred:
            call.parked = None
            return after_ring(done)
        for key in (slot, WILDCARD):
            if key in exits:
                call.parked = None
                return key
        seconds = ringback


def _retrieve(slot: str) -> Talk[Next]:
    done = yield from take(LOT, slot)
    if done.answered_by is not None or done.transferred:
        return after_ring(done)
    yield from answer()
    yield from play(Prompt("pbx-invalidpark"))
    return WILDCARD


def _lamps(data: Data, call: Call, slot: str) -> tuple[str, ...]:
    """Return the presence ids of a slot: what a key dials to fetch it, by custom `*3` or `*5` in front."""
    if data.custom_presence_id and data.presence_id:
        return (data.presence_id,)
    dialled = call.request_user
    prefix = dialled.removesuffix(slot) if call.capture_group else dialled
    return tuple(dict.fromkeys((prefix + slot, "*3" + slot, "*5" + slot)))


def _lamp_state(wanted: Any) -> str:
    return wanted if wanted in ("early", "confirmed", "terminated") else "early"


def _number(value: Any, default: float) -> float:
    good = isinstance(value, int | float) and not isinstance(value, bool) and value > 0
    return float(value) if good else max(float(default), 1.0)
