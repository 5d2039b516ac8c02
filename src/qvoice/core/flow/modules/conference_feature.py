"""Join the conference whose room number was dialled after a feature code."""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.commands import Prompt
from qvoice.core.flow.conference import ConferenceData, enter, welcome
from qvoice.core.flow.exits import WILDCARD, Next
from qvoice.core.flow.forms import Words, document, field
from qvoice.core.flow.references import Ref
from qvoice.core.flow.requests import FindRoom, Room
from qvoice.core.flow.talk import Talk, answer, ask, play

VERSION = 1
GROUP = "Conference"
ICON = "users-plus"
EXITS = frozenset({"_"})
TITLE = Words("Conference by number", "Conférence par numéro")
ABOUT = Words(
    "Join the conference whose number follows the code.",
    "Rejoindre la conférence dont le numéro suit le code.",
)
FORM = {
    "id": document("conferences", "Without digits", "Sans chiffres"),
    "moderator": field("Callers lead the conference", "Les appelants animent la conférence", advanced=True),
    "play_entry_tone": field("Tone when somebody comes", "Tonalité à l’arrivée", advanced=True),
    "play_exit_tone": field("Tone when somebody leaves", "Tonalité au départ", advanced=True),
    "welcome_prompt": field("Played before entering", "Diffusé avant l’entrée", control="pairs", advanced=True),
    "config": field("A room described here", "Une salle décrite ici", control="pairs", advanced=True),
}


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
