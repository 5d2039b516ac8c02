"""The parking lot: claims and retrievals in any order."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from qvoice.core.park.lot import EMPTY, FIRST, FULL, OCCUPIED, Claim, Lot


def test_D8_automatic_slots_start_at_101_and_the_lowest_free_one_is_given() -> None:
    lot = Lot()
    assert [lot.claim(call).slot for call in ("a", "b", "c")] == ["101", "102", "103"]
    assert lot.take("102") == "b"
    assert lot.claim("d").slot == "102"


def test_D8_an_occupied_slot_is_refused_and_the_last_slot_is_the_last() -> None:
    lot = Lot()
    assert lot.claim("a", "7") == Claim("7")
    assert lot.claim("b", "7") == Claim(None, OCCUPIED)
    assert lot.claim("b", last=101) == Claim("101")
    assert lot.claim("c", last=101) == Claim(None, FULL)
    assert EMPTY != FULL


def test_D8_of_two_who_retrieve_one_gets_the_call() -> None:
    lot = Lot()
    lot.claim("a")
    assert (lot.take("101"), lot.take("101")) == ("a", None)


CALLS, SLOTS = st.sampled_from("abcdef"), st.sampled_from(["", "101", "102", "7"])


class Parking(RuleBasedStateMachine):
    """Invariants: one call a slot and one slot a call; a call is retrieved once; nobody else's slot is touched."""

    def __init__(self) -> None:
        super().__init__()
        self.lot = Lot()
        self.model: dict[str, str] = {}

    @rule(call=CALLS, slot=SLOTS, last=st.sampled_from([None, 101, 103]))
    def claim(self, call: str, slot: str, last: int | None) -> None:
        before = dict(self.model)
        claim = self.lot.claim(call, slot, last=last)
        if claim.slot is None:
            assert claim.why == (OCCUPIED if slot else FULL)
            assert not slot or before[slot] != call
            return
        assert before.get(claim.slot, call) == call, "somebody else's slot was given away"
        assert slot in ("", claim.slot)
        if not slot:
            free = [n for n in range(FIRST, int(claim.slot)) if before.get(str(n), call) == call]
            assert not free, f"{free} were free"
        self.model = {s: c for s, c in before.items() if c != call} | {claim.slot: call}

    @rule(slot=SLOTS)
    def take(self, slot: str) -> None:
        assert self.lot.take(slot) == self.model.pop(slot, None)

    @rule(call=CALLS)
    def leave(self, call: str) -> None:
        self.lot.leave(call)
        self.model = {s: c for s, c in self.model.items() if c != call}

    @rule(call=CALLS, slot=st.sampled_from(["101", "7"]))
    def take_in_vain(self, call: str, slot: str) -> None:
        taken = self.lot.take(slot)
        if taken is not None:
            assert self.lot.put_back(slot, taken)
        assert self.model.get(slot) == taken

    @invariant()
    def one_each(self) -> None:
        assert self.lot.slots == self.model
        assert len(set(self.lot.slots.values())) == len(self.lot.slots)


TestParking = Parking.TestCase
TestParking.settings = settings(max_examples=100, stateful_step_count=20, deadline=None)
