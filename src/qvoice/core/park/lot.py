"""A lot: numbered slots, each with at most one waiting call. Claims and retrievals are decided here, one at a time.

Theory: a call is in one slot at most, a slot holds one call at most; whoever takes a slot empties it in the same step,
so of two who take at once one gets the call and the other is told that the slot is empty. A call leaves its slot when
it is taken, ends, or goes elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass

FIRST = 101
"""The first automatic slot (kazoo)."""

OCCUPIED, FULL, EMPTY = "occupied", "full", "empty"


@dataclass(frozen=True, slots=True)
class Claim:
    """What came of claiming a slot: the `slot`, or None and `why` (`occupied`, `full`)."""

    slot: str | None
    why: str = ""


class Lot:
    """The slots of one lot of one account. `slots`: slot → id of the call that waits in it."""

    def __init__(self) -> None:
        self.slots: dict[str, str] = {}

    def claim(self, call_id: str, slot: str = "", *, first: int = FIRST, last: int | None = None) -> Claim:
        """Give a call a slot: the one it names, else the lowest free one from `first` to `last`.

        A call that has the slot already keeps it; one that claims another gives the old one up.
        """
        if slot:
            if self.slots.get(slot, call_id) != call_id:
                return Claim(None, OCCUPIED)
            chosen = slot
        else:
            number = first
            while self.slots.get(str(number), call_id) != call_id:
                number += 1
            if last is not None and number > last:
                return Claim(None, FULL)
            chosen = str(number)
        self.leave(call_id)
        self.slots[chosen] = call_id
        return Claim(chosen)

    def take(self, slot: str) -> str | None:
        """Empty a slot and return the call that waited in it; None when it is empty."""
        return self.slots.pop(slot, None)

    def put_back(self, slot: str, call_id: str) -> bool:
        """A call that was taken could not be had after all: it waits on, unless the slot is in use again."""
        return self.slots.setdefault(slot, call_id) == call_id

    def leave(self, call_id: str) -> None:
        """A call waits no longer."""
        for slot in [slot for slot, id in self.slots.items() if id == call_id]:
            del self.slots[slot]
