"""One transfer: what becomes of transferor, transferee and target, whoever leaves first. All of it is in TRANSITIONS.

Theory: a blind transfer sends the transferee on and keeps the transferor, if he stays, until somebody takes the call;
when nobody does, the two talk again, and a transferor who has left is rung again. An attended one (by key) rings the
target for the transferor, who may come back (TakeBack), stay as a third (Merge) or leave, which completes it. Nobody is
ever left alone on the line without a sound, and each transfer has one outcome.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

TRANSFEROR, TRANSFEREE, TARGET = "transferor", "transferee", "target"

# --- events -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TargetRings:
    """The target rings."""


@dataclass(frozen=True, slots=True)
class TargetAnswers:
    """Somebody, or something (a menu, a voicemail box), took the call."""


@dataclass(frozen=True, slots=True)
class TargetFails:
    """Busy, nobody, refused: the target will not take it."""


@dataclass(frozen=True, slots=True)
class TargetLeaves:
    """The target hung up after answering."""


@dataclass(frozen=True, slots=True)
class TransferorLeaves:
    """The transferor hung up."""


@dataclass(frozen=True, slots=True)
class TransfereeLeaves:
    """The transferee hung up."""


@dataclass(frozen=True, slots=True)
class TakeBack:
    """The transferor wants the transferee back."""


@dataclass(frozen=True, slots=True)
class Merge:
    """The transferor wants all three to talk."""


@dataclass(frozen=True, slots=True)
class RecallAnswers:
    """The transferor's phone, rung again, was answered."""


@dataclass(frozen=True, slots=True)
class RecallFails:
    """The transferor's phone was not answered."""


Event: TypeAlias = (
    TargetRings
    | TargetAnswers
    | TargetFails
    | TargetLeaves
    | TransferorLeaves
    | TransfereeLeaves
    | TakeBack
    | Merge
    | RecallAnswers
    | RecallFails
)

# --- actions ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tell:
    """Report to the transferor's phone (RFC 3515 NOTIFY): `ringing`, then once `answered` or `failed`."""

    word: str


@dataclass(frozen=True, slots=True)
class Connect:
    """Let these talk with each other, and with nobody else."""

    parties: frozenset[str]


@dataclass(frozen=True, slots=True)
class PlayRinging:
    """Let this party hear ringing."""

    party: str


@dataclass(frozen=True, slots=True)
class HangUp:
    """End this party's call."""

    party: str


@dataclass(frozen=True, slots=True)
class Recall:
    """Ring the transferor's phone again; the transferee hears ringing."""


@dataclass(frozen=True, slots=True)
class CancelRecall:
    """Stop that."""


@dataclass(frozen=True, slots=True)
class Over:
    """The last action. `outcome`: `transferred`, `returned` (the first two talk again), `three-way`, `kept` (transferor
    and target talk), `abandoned` (the transferee left), `lost` (nobody wanted the transferee).
    """

    outcome: str


Action: TypeAlias = Tell | Connect | PlayRinging | HangUp | Recall | CancelRecall | Over


class State(Enum):
    """Where a transfer is."""

    BLIND = "blind"
    """The transferee is with the target; the transferor, if there, waits for word."""
    ASKING = "asking"
    """The transferor hears the target ring; the transferee hears music."""
    CONSULTING = "consulting"
    """The transferor talks with the target; the transferee hears music."""
    HANDED = "handed"
    """The transferor left while the target rang: the transferee hears it ring now."""
    ALONE = "alone"
    """The transferee left: the transferor's call to the target goes on."""
    RECALLING = "recalling"
    """The transferor's phone rings again."""
    OVER = "over"


class TransferMachine:
    """One transfer. Feed it events with `on`, and carry out what it returns, in order."""

    def __init__(self, *, attended: bool, transferor_there: bool = True) -> None:
        """`attended`: by key, with a consultation. `transferor_there`: False when he was sent away already."""
        self.state = State.ASKING if attended else State.BLIND
        self.transferor_there = transferor_there
        self.outcome = ""
        self._out: list[Action] = []

    def on(self, event: Event) -> list[Action]:
        """Take one event; what makes no sense in this state changes nothing."""
        reaction = TRANSITIONS.get((self.state, type(event)))
        if reaction is not None:
            reaction(self)
        actions, self._out = self._out, []
        return actions

    # --- reactions (see TRANSITIONS) ----------------------------------------------------------------------------------

    def _do(self, *actions: Action) -> None:
        self._out += actions

    def _end(self, outcome: str) -> None:
        self.state, self.outcome = State.OVER, outcome
        self._do(Over(outcome))

    def _tell(self, word: str) -> None:
        if self.transferor_there:
            self._do(Tell(word))

    def _blind_rings(self) -> None:
        self._tell("ringing")

    def _blind_taken(self) -> None:
        if self.transferor_there:
            self._do(Tell("answered"), HangUp(TRANSFEROR))
        self._end("transferred")

    def _blind_failed(self) -> None:
        if self.transferor_there:
            self._do(Tell("failed"), Connect(frozenset({TRANSFEROR, TRANSFEREE})))
            self._end("returned")
        else:
            self._recall()

    def _blind_left(self) -> None:
        self.transferor_there = False

    def _blind_abandoned(self) -> None:
        self._do(HangUp(TARGET))
        if self.transferor_there:
            self._do(Tell("failed"), HangUp(TRANSFEROR))
        self._end("abandoned")

    def _recall(self) -> None:
        self.state = State.RECALLING
        self._do(PlayRinging(TRANSFEREE), Recall())

    def _recalled(self) -> None:
        self._do(Connect(frozenset({TRANSFEROR, TRANSFEREE})))
        self._end("returned")

    def _lost(self) -> None:
        self._do(HangUp(TRANSFEREE))
        self._end("lost")

    def _recall_abandoned(self) -> None:
        self._do(CancelRecall())
        self._end("abandoned")

    def _asking_rings(self) -> None:
        self._do(PlayRinging(TRANSFEROR))

    def _consult(self) -> None:
        self.state = State.CONSULTING
        self._do(Connect(frozenset({TRANSFEROR, TARGET})))

    def _back(self) -> None:
        self._do(Connect(frozenset({TRANSFEROR, TRANSFEREE})))
        self._end("returned")

    def _take_back(self) -> None:
        self._do(HangUp(TARGET))
        self._back()

    def _hand(self) -> None:
        self.state, self.transferor_there = State.HANDED, False
        self._do(PlayRinging(TRANSFEREE))

    def _complete(self) -> None:
        self._do(Connect(frozenset({TRANSFEREE, TARGET})))
        self._end("transferred")

    def _merge(self) -> None:
        self._do(Connect(frozenset({TRANSFEROR, TRANSFEREE, TARGET})))
        self._end("three-way")

    def _alone(self) -> None:
        self.state = State.ALONE

    def _keep(self) -> None:
        self._do(Connect(frozenset({TRANSFEROR, TARGET})))
        self._end("kept")

    def _alone_failed(self) -> None:
        self._do(HangUp(TRANSFEROR))
        self._end("abandoned")

    def _drop_target(self) -> None:
        self._do(HangUp(TARGET))
        self._end("abandoned")


Reaction: TypeAlias = Callable[[TransferMachine], None]

TRANSITIONS: dict[tuple[State, type], Reaction] = {
    (State.BLIND, TargetRings): TransferMachine._blind_rings,
    (State.BLIND, TargetAnswers): TransferMachine._blind_taken,
    (State.BLIND, TargetFails): TransferMachine._blind_failed,
    (State.BLIND, TransferorLeaves): TransferMachine._blind_left,
    (State.BLIND, TransfereeLeaves): TransferMachine._blind_abandoned,
    (State.ASKING, TargetRings): TransferMachine._asking_rings,
    (State.ASKING, TargetAnswers): TransferMachine._consult,
    (State.ASKING, TargetFails): TransferMachine._back,
    (State.ASKING, TakeBack): TransferMachine._take_back,
    (State.ASKING, TransferorLeaves): TransferMachine._hand,
    (State.ASKING, TransfereeLeaves): TransferMachine._alone,
    (State.CONSULTING, TransferorLeaves): TransferMachine._complete,
    (State.CONSULTING, TargetLeaves): TransferMachine._back,
    (State.CONSULTING, TakeBack): TransferMachine._take_back,
    (State.CONSULTING, Merge): TransferMachine._merge,
    (State.CONSULTING, TransfereeLeaves): TransferMachine._keep,
    (State.HANDED, TargetAnswers): TransferMachine._complete,
    (State.HANDED, TargetFails): TransferMachine._recall,
    (State.HANDED, TransfereeLeaves): TransferMachine._drop_target,
    (State.ALONE, TargetAnswers): TransferMachine._keep,
    (State.ALONE, TargetFails): TransferMachine._alone_failed,
    (State.ALONE, TransferorLeaves): TransferMachine._drop_target,
    (State.RECALLING, RecallAnswers): TransferMachine._recalled,
    (State.RECALLING, RecallFails): TransferMachine._lost,
    (State.RECALLING, TransfereeLeaves): TransferMachine._recall_abandoned,
}
"""(state, event) → what happens. What is not here changes nothing."""
