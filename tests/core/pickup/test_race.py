"""Picking up under race: any number of pickers, answerers and callers who give up, in any order.

Invariants: a call is connected with at most one party; whoever tries gets it or learns that he was late, never both;
when a picker wins, every phone that rang is told "answered elsewhere"; nobody gets another account's call.
"""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from qvoice.core.pickup.choose import Choice, Party, Pickable, Targets, choose
from qvoice.core.ring import machine as m
from qvoice.core.ring.plan import Aor, CallerId, Leg, RingPlan, Stage

ACCOUNTS = ("acme", "globex")


def _plan(call: str, devices: tuple[str, ...]) -> RingPlan:
    return RingPlan((Stage(tuple(Leg(f"{call}/{d}", Aor(d, "r", d), CallerId()) for d in devices)),))


class Race(RuleBasedStateMachine):
    """`wishes`: pick-ups on their way to the call that was chosen (the mailbox between choosing and taking)."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.accounts: dict[str, str] = {}
        self.machines: dict[str, m.RingMachine] = {}
        self.live: dict[str, set[str]] = {}
        self.told: dict[str, dict[str, str]] = {}
        self.connected: dict[str, list[str]] = {}
        self.wishes: list[tuple[str, str, Choice]] = []
        self.outcomes: dict[str, str] = {}

    def _take(self, call: str, actions: list[m.Action]) -> None:
        for action in actions:
            match action:
                case m.StartLeg(leg):
                    self.live[call].add(leg.id)
                case m.CancelLeg(leg_id, reason, _):
                    self.live[call].discard(leg_id)
                    self.told[call].setdefault(leg_id, reason)
                case m.ConnectLeg(leg_id):
                    self.live[call].discard(leg_id)
                    self.connected[call].append(leg_id)
                case _:
                    pass

    @rule(account=st.sampled_from(ACCOUNTS), devices=st.sets(st.sampled_from("abc"), min_size=1))
    def a_call_comes(self, account: str, devices: set[str]) -> None:
        call = f"call{len(self.machines)}"
        self.accounts[call] = account
        self.machines[call] = m.RingMachine(_plan(call, tuple(sorted(devices))))
        self.live[call], self.told[call], self.connected[call] = set(), {}, []
        self._take(call, self.machines[call].start(self.now))

    @rule(account=st.sampled_from(ACCOUNTS), device=st.sampled_from("abc"))
    def somebody_dials_pickup(self, account: str, device: str) -> None:
        picker = f"picker{len(self.outcomes)}"
        self.outcomes[picker] = ""
        ringing = [
            Pickable(
                call,
                self.accounts[call],
                float(call.removeprefix("call")),
                tuple(Party(leg, device_id=leg.split("/")[1]) for leg in self.live[call]),
            )
            for call, machine in self.machines.items()
            if machine.finished is None
        ]
        chosen = choose(
            ringing, Targets(frozenset({device})), account_id=account, live=False, picker=Party("p", "phone")
        )
        if chosen is None:
            self.outcomes[picker] = "nothing"
            assert not any(f"{c}/{device}" in self.live[c] for c, mine in self.accounts.items() if mine == account), (
                "a ringing call was overlooked"
            )
        else:
            assert self.accounts[chosen.call_id] == account, "another account's call"
            self.wishes.append((picker, account, chosen))

    @precondition(lambda self: self.wishes)
    @rule(data=st.data())
    def a_wish_arrives(self, data: st.DataObject) -> None:
        wish = data.draw(st.sampled_from(self.wishes))
        self.wishes.remove(wish)
        picker, _, choice = wish
        machine = self.machines[choice.call_id]
        if machine.finished is not None:
            self.outcomes[picker] = "too-late"
            return
        rang = set(self.live[choice.call_id])
        self._take(choice.call_id, machine.on(m.PickedUp(picker), self.now))
        self.outcomes[picker] = "taken"
        assert self.connected[choice.call_id] == [picker]
        assert {self.told[choice.call_id].get(leg) for leg in rang} <= {"answered-elsewhere"}
        assert not self.live[choice.call_id], "a phone rings on"

    @precondition(lambda self: any(self.live.values()))
    @rule(data=st.data(), kind=st.sampled_from(["ring", "answer", "busy"]))
    def a_phone_acts(self, data: st.DataObject, kind: str) -> None:
        leg = data.draw(st.sampled_from(sorted(leg for legs in self.live.values() for leg in legs)))
        call = leg.split("/")[0]
        event = {
            "ring": m.LegRinging(leg),
            "answer": m.LegAnswered(leg),
            "busy": m.LegFailed(leg, "USER_BUSY", 486),
        }[kind]
        if kind == "busy":
            self.live[call].discard(leg)
        self._take(call, self.machines[call].on(event, self.now))

    @precondition(lambda self: self.machines)
    @rule(data=st.data())
    def a_caller_gives_up(self, data: st.DataObject) -> None:
        call = data.draw(st.sampled_from(sorted(self.machines)))
        self._take(call, self.machines[call].on(m.CallerLeft(), self.now))

    @rule(step=st.sampled_from([1.0, 30.0]))
    def time_passes(self, step: float) -> None:
        self.now += step
        for call, machine in self.machines.items():
            self._take(call, machine.on(m.Tick(), self.now))

    @invariant()
    def one_call_has_one_taker(self) -> None:
        assert all(len(parties) <= 1 for parties in self.connected.values())
        takers = [picker for picker, how in self.outcomes.items() if how == "taken"]
        assert sorted(takers) == sorted(p for parties in self.connected.values() for p in parties if "/" not in p)

    def teardown(self) -> None:
        """Every wish is answered in the end."""
        for picker, _, choice in self.wishes:
            machine = self.machines[choice.call_id]
            if machine.finished is None:
                self._take(choice.call_id, machine.on(m.PickedUp(picker), self.now))
                self.outcomes[picker] = "taken"
            else:
                self.outcomes[picker] = "too-late"
        assert all(self.outcomes.values())
        self.one_call_has_one_taker()


Race.TestCase.settings = settings(max_examples=200, stateful_step_count=30, deadline=None)
TestRace = Race.TestCase
