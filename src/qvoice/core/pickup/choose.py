"""Which call is picked up: the one that has waited longest, among those that ring at one of the targets.

A choice is only a choice: between choosing and taking, the call may have been answered. The ring machine of the call
decides that race (`core.ring.machine.PickedUp`), so that exactly one gets it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Targets:
    """Whose calls: devices by id, and users by id (their forwarded legs have no device); or one side by its channel."""

    device_ids: frozenset[str] = frozenset()
    user_ids: frozenset[str] = frozenset()
    channel: str = ""

    def __or__(self, other: Targets) -> Targets:
        users = self.user_ids | other.user_ids
        return Targets(self.device_ids | other.device_ids, users, self.channel or other.channel)

    def __bool__(self) -> bool:
        return bool(self.device_ids or self.user_ids or self.channel)

    def cover(self, party: Party) -> bool:
        """Tell whether a party is one of these."""
        named = party.device_id in self.device_ids or party.user_id in self.user_ids
        return named or (bool(self.channel) and party.channel == self.channel)


@dataclass(frozen=True, slots=True)
class Party:
    """One side of a call: `channel` names it; ids are '' where there is none."""

    channel: str
    device_id: str = ""
    user_id: str = ""


@dataclass(frozen=True, slots=True)
class Pickable:
    """A live call of an account. `since`: when it began (any clock, one for all). `ringing`: legs that ring now.
    `talking`: both sides of a conversation, caller first (empty while it rings)."""

    call_id: str
    account_id: str
    since: float
    ringing: tuple[Party, ...] = ()
    talking: tuple[Party, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """Take `call_id`: as it rings (`party` None), or the place of `party` in a conversation."""

    call_id: str
    party: Party | None = None


def choose(calls: Iterable[Pickable], targets: Targets, *, account_id: str, live: bool, picker: Party) -> Choice | None:
    """Return what a picker of `account_id` takes, or None when nothing is there. Ringing calls come before
    conversations, old before new; never one of another account.

    `live` allows conversations. A picker never takes his own side of a conversation: that would be talking to himself.
    """
    found: list[tuple[int, float, str, Choice]] = []
    for call in calls:
        if call.account_id != account_id:
            continue
        if any(targets.cover(party) for party in call.ringing):
            found.append((0, call.since, call.call_id, Choice(call.call_id)))
        elif live:
            side = next((p for p in call.talking if targets.cover(p) and not _same(p, picker)), None)
            if side is not None:
                found.append((1, call.since, call.call_id, Choice(call.call_id, side)))
    return min(found, key=lambda item: item[:3])[3] if found else None


def choose_conversation(
    calls: Iterable[Pickable], targets: Targets, *, account_id: str, picker: Party
) -> Choice | None:
    """Return whom a listener of `account_id` listens to: the side of the newest conversation that is a target's (he
    looks at who talks now), never his own."""
    found = [
        (call.since, call.call_id, Choice(call.call_id, side))
        for call in calls
        if call.account_id == account_id
        for side in call.talking
        if targets.cover(side) and not any(_same(party, picker) for party in call.talking)
    ]
    return max(found, key=lambda item: item[:2])[2] if found else None


def _same(party: Party, picker: Party) -> bool:
    return bool(party.device_id) and party.device_id == picker.device_id
