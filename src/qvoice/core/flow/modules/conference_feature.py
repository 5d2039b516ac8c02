"""Join the conference whose room number was dialled after a feature code."""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.commands import Prompt
from qvoice.core.flow.conference import ConferenceData, enter, welcome
from qvoice.core.flow.exits import WILDCARD, Next
from qvoice.core.flow.references import Ref
from qvoice.core.flow.requests import FindRoom, Room
from qvoice.core.flow.talk import Talk, answer, ask, play

VERSION = 1
GROUP = "Conferences"
ICON = "users-plus"
EXITS = frozenset({"_"})


class Data(ConferenceData):
    """See ConferenceData; the room is the captured number's, else `id`'s."""


def references(data: Data) -> list[Ref]:
    """The conference of `id`."""
    return [Ref("conferences", data.id)] if data.id else []


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Find the room, enter it, stay."""
    yield from answer()
    sounds = welcome(data)
    if sounds:
        yield from play(*sounds)
    wanted = FindRoom(number=call.capture_group) if call.capture_group else FindRoom(conference_id=data.id or None)
    room: Room | None = yield from ask(wanted)
    if room is None:
        yield from play(Prompt("conf-invalid"))
        return WILDCARD
    return (yield from enter(data, call, room))
