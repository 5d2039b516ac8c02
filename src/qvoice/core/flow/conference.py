"""What the conference modules share: from a stored conference and a caller to a seat in its room (kazoo.md 2.4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qvoice.core.conference.plan import DEFAULT_TONE, MEMBER, MODERATOR, Entrant, RoomPlan
from qvoice.core.flow.call import Call
from qvoice.core.flow.commands import JoinRoom, Media, Prompt, Sound
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.events import RoomLeft
from qvoice.core.flow.exits import WILDCARD, Next, Stop
from qvoice.core.flow.recording import usable
from qvoice.core.flow.requests import CheckRoomPin, Room
from qvoice.core.flow.ringing import hold_music
from qvoice.core.flow.talk import Talk, ask, collect, play, record

TRIES = 3
"""Room numbers, and PINs, that may be wrong."""

MAX_DIGITS = 16
NAME_SECONDS = 5


class ConferenceData(ModuleData):
    """`id` of the conference, none: ask for its number. `moderator`: who comes this way leads. `welcome_prompt`:
    {media_id, play}. `play_entry_tone`, `play_exit_tone`: true, false or a media id, over the document's. `config`: a
    whole conference document in place of a stored one."""

    id: str = ""
    moderator: bool | None = None
    welcome_prompt: dict[str, Any] = {}
    play_entry_tone: bool | str | None = None
    play_exit_tone: bool | str | None = None
    config: dict[str, Any] = {}


def welcome(data: ConferenceData) -> tuple[Sound, ...]:
    """Return what is played before anything is asked."""
    media = data.welcome_prompt.get("media_id")
    if data.welcome_prompt.get("play") is False or not isinstance(media, str) or not media:
        return ()
    return (Media(media),)


def enter(data: ConferenceData, call: Call, room: Room) -> Talk[Next]:
    """Ask for the PIN and the name where the room wants them, then stay in the room; say why it ended."""
    role = yield from _role(data, call, room)
    if role is None:
        yield from play(Prompt("vm-goodbye"))
        return Stop()
    document = room.document
    name_ref = None
    if document.get("play_name") is True:
        yield from play(Prompt("vm-rec-name"))
        recorded = yield from record("conference-name", room.conference_id, max_seconds=NAME_SECONDS)
        name_ref = recorded.ref if usable(recorded) else None
    party = _map(document.get("moderator" if role == MODERATOR else "member"))
    who = Entrant(role, party.get("join_muted") is True, party.get("join_deaf") is True, name_ref)
    event = yield JoinRoom(plan_of(data, call, room), who)
    if not isinstance(event, RoomLeft):
        raise TypeError(f"the driver answered {event!r} to JoinRoom")
    said = {
        "full": Prompt("conf-full"),
        "locked": Prompt("conf-locked"),
        "kicked": Prompt("conf-kicked"),
        "ended": Prompt("confbridge-conf-end"),
        "failed": Prompt("something-terribly-wrong"),
    }.get(event.reason)
    if said is not None:
        yield from play(said)
    return WILDCARD if event.reason in ("full", "locked", "failed") else Stop()


def _role(data: ConferenceData, call: Call, room: Room) -> Talk[str | None]:
    """Return as what the caller enters, None when he does not know the PIN.

    The owner of a room leads it from his own phone, and so does who comes by a node marked `moderator`: no PIN. A
    moderators' number asks for their PIN, else for any PIN of the room; without member PINs, `#` alone enters.
    """
    owner = room.document.get("owner_id")
    if data.moderator is True or (owner and call.authorised_by and call.owner_id == owner):
        return MODERATOR
    if room.as_moderator and not room.moderator_pins:
        return MODERATOR
    if not room.member_pins and not room.moderator_pins:
        return MEMBER
    if data.moderator is False and not room.member_pins:
        return MEMBER
    wanted = MODERATOR if room.as_moderator else ""
    for _ in range(TRIES):
        typed = yield from collect(
            Prompt("conf-getpin"), max_digits=MAX_DIGITS, timeout_ms=8000, interdigit_ms=4000, terminators="#"
        )
        if not typed.digits and not room.member_pins and not wanted:
            return MEMBER
        verdict: str = "wrong"
        if typed.digits:
            verdict = yield from _check(data, room, typed.digits)
        if verdict == "locked":
            return None
        if verdict in (MEMBER, MODERATOR) and wanted in ("", verdict):
            return verdict
        yield from play(Prompt("conf-invalidpin"))
    return None


def _check(data: ConferenceData, room: Room, pin: str) -> Talk[str]:
    if not data.config:
        return (yield from ask(CheckRoomPin(room.conference_id, pin)))
    for role in (MODERATOR, MEMBER):
        pins = _map(data.config.get(role)).get("pins")
        if isinstance(pins, list) and pin in pins:
            return role
    return "wrong"


def room_of_config(data: ConferenceData, call: Call) -> Room:
    """Return the room that a node describes by itself: one per callflow account and name."""
    pins = {role: bool(_map(data.config.get(role)).get("pins")) for role in (MEMBER, MODERATOR)}
    id = data.config.get("id") or data.config.get("name") or "config"
    return Room(f"config:{str(id)[:64]}", data.config, pins[MEMBER], pins[MODERATOR])


def plan_of(data: ConferenceData, call: Call, room: Room) -> RoomPlan:
    """Return the rules of a room: its document's, with what the node says over them."""
    document = room.document
    limit = document.get("max_participants")
    return RoomPlan(
        id=room.conference_id,
        name=str(document.get("name") or "")[:128],
        max_participants=limit if isinstance(limit, int) and not isinstance(limit, bool) and limit > 0 else 0,
        wait_for_moderator=document.get("wait_for_moderator") is True or document.get("require_moderator") is True,
        end_without_moderator=document.get("require_moderator") is True,
        entry_tone=_tone(data.play_entry_tone, document.get("play_entry_tone")),
        exit_tone=_tone(data.play_exit_tone, document.get("play_exit_tone")),
        announce_names=document.get("play_name") is True,
        member_keys=document.get("caller_controls") != "none",
        moderator_keys=document.get("moderator_controls") != "none",
        hold_music=hold_music(call),
        language=str(document.get("language") or call.language),
        number=_first_number(document),
        owner_id=str(document.get("owner_id") or ""),
    )


def _first_number(document: Mapping[str, Any]) -> str:
    """Return a number that the room is known by, '' when it has none."""
    found = [document.get("conference_numbers"), *(_map(document.get(p)).get("numbers") for p in (MEMBER, MODERATOR))]
    return next((str(number)[:64] for numbers in found if isinstance(numbers, list) for number in numbers), "")


def _tone(*choices: Any) -> str:
    """Return the first setting that says something: a media id, or a switch for the system's tone (default on)."""
    for choice in choices:
        if isinstance(choice, bool):
            return DEFAULT_TONE if choice else ""
        if isinstance(choice, str) and choice:
            return choice
    return DEFAULT_TONE


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
