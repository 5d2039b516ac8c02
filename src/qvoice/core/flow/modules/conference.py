"""Join a conference: the node's own, or, without one, whichever room number the caller enters (the conference line)."""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.commands import Prompt, Sound
from qvoice.core.flow.conference import MAX_DIGITS, TRIES, ConferenceData, enter, room_of_config, welcome
from qvoice.core.flow.exits import WILDCARD, Next, Stop
from qvoice.core.flow.forms import Words, document, field
from qvoice.core.flow.references import Ref
from qvoice.core.flow.requests import FindRoom, Room
from qvoice.core.flow.talk import Talk, answer, ask, collect, play

VERSION = 1
GROUP = "Conference"
ICON = "users"
EXITS = frozenset({"_"})
TITLE = Words("Conference", "Conférence")
ABOUT = Words(
    "Join a conference; without one chosen, the caller enters its number and PIN.",
    "Rejoindre une conférence ; sans choix, l’appelant en compose le numéro et le NIP.",
)
FORM = {
    "id": document("conferences", "Conference", "Conférence"),
    "moderator": field("Callers lead the conference", "Les appelants animent la conférence", advanced=True),
    "play_entry_tone": field("Tone when somebody comes", "Tonalité à l’arrivée", advanced=True),
    "play_exit_tone": field("Tone when somebody leaves", "Tonalité au départ", advanced=True),
    "welcome_prompt": field("Played before entering", "Diffusé avant l’entrée", control="pairs", advanced=True),
    "config": field("A room described here", "Une salle décrite ici", control="pairs", advanced=True),
}


class Data(ConferenceData):
    """See ConferenceData."""


def references(data: Data) -> list[Ref]:
    """The conference, and its sounds."""
    media = data.welcome_prompt.get("media_id")
    tones = [tone for tone in (data.play_entry_tone, data.play_exit_tone) if isinstance(tone, str)]
    sounds = [id for id in (media, *tones) if isinstance(id, str) and id and "/" not in id]
    return [*([Ref("conferences", data.id)] if data.id else []), *(Ref("media", id) for id in sounds)]


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Find the room, enter it, stay."""
    yield from answer()
    sounds = welcome(data)
    if sounds:
        yield from play(*sounds)
    if data.config and not data.id:
        return (yield from enter(data, call, room_of_config(data, call)))
    if data.id:
        room: Room | None = yield from ask(FindRoom(conference_id=data.id))
        if room is None:
            yield from play(Prompt("conf-invalid"))
            return WILDCARD
        return (yield from enter(data, call, room))
    return (yield from _service(data, call))


def _service(data: Data, call: Call) -> Talk[Next]:
    asked: tuple[Sound, ...] = (Prompt("conf-getconfno"),)
    for _ in range(TRIES):
        typed = yield from collect(
            *asked, max_digits=MAX_DIGITS, timeout_ms=10_000, interdigit_ms=4000, terminators="#"
        )
        room: Room | None = (yield from ask(FindRoom(number=typed.digits))) if typed.digits else None
        if room is not None:
            return (yield from enter(data, call, room))
        yield from play(Prompt("conf-invalid"))
    yield from play(Prompt("vm-goodbye"))
    return Stop()
