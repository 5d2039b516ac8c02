"""What a presence id shows: the calls of whom or what it names, and the states that features set for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

MAX_DIALOGS = 10
"""Calls shown in one document: more would not fit into a UDP packet, and no phone shows them."""

TERMINATED, EARLY, CONFIRMED = "terminated", "early", "confirmed"
_RANK = {TERMINATED: 0, EARLY: 1, CONFIRMED: 2}


@dataclass(frozen=True, slots=True)
class Leg:
    """A live channel (contracts.md section 4): whose it is, and with whom. `direction` `inbound` = it called us."""

    leg: str
    owner: str = ""
    device: str = ""
    direction: str = ""
    answered: bool = False
    dialled: str = ""
    number: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Dialog:
    """One call as a watcher sees it. `initiator`: the watched side called. `number`, `name`: the other party.
    `leg`: the watched side's own leg, by which its place can be taken (`dialog_of`); '' where there is none.
    """

    id: str
    state: str
    initiator: bool = False
    number: str = ""
    name: str = ""
    leg: str = ""


def dialog_of(leg: str) -> tuple[str, str, str]:
    """Return the Call-ID, local tag and remote tag by which watchers know a leg (its uuid). They are names that we
    give: a phone hands them back in Replaces (RFC 3891), and call control finds the leg by them.
    """
    return leg, leg[:16], leg[16:]


@dataclass(frozen=True, slots=True)
class Target:
    """Whom or what a presence id names: calls of `users` and `devices`, calls to `extension` (a group, a conference).

    `lit`: something about it is switched on (do not disturb, a new message), with `lit_as` as its word.
    """

    users: frozenset[str] = frozenset()
    devices: frozenset[str] = frozenset()
    extension: str = ""
    lit: bool = False
    lit_as: str = ""


def dialogs(target: Target, legs: Iterable[Leg], states: Iterable[Dialog] = ()) -> tuple[Dialog, ...]:
    """Return what to show, the most interesting first; nothing shown means idle."""
    found = list(states)
    for leg in legs:
        state = CONFIRMED if leg.answered else EARLY
        if leg.owner in target.users or leg.device in target.devices:
            found.append(Dialog(leg.leg, state, leg.direction == "inbound", leg.number, leg.name, leg.leg))
        elif target.extension and leg.direction == "inbound" and leg.dialled.lower() == target.extension:
            # Seen from the extension it is called, whoever takes the call there.
            found.append(Dialog(leg.leg, state))
    if target.lit:
        found.append(Dialog(target.lit_as, CONFIRMED))
    found.sort(key=lambda one: (-_RANK[one.state], one.id))
    return tuple(found[:MAX_DIALOGS])


def state_of(shown: tuple[Dialog, ...]) -> str:
    """Return the lamp's state: the most interesting of what is shown."""
    return shown[0].state if shown else TERMINATED
