"""A conference room and who enters it, as values: what the room machine and its driver need of the stored document."""

from __future__ import annotations

from dataclasses import dataclass

MEMBER, MODERATOR = "member", "moderator"

DEFAULT_TONE = "tone"
"""A tone setting that means the system's own sound; any other text is a media id, '' is none."""


@dataclass(frozen=True, slots=True)
class RoomPlan:
    """`id`: conference id, one room per account and id. Who opens the room sets its rules until it is empty again.

    `max_participants`: 0 = no limit; moderators are always let in. `wait_for_moderator`: members hear music until one
    is there. `end_without_moderator`: the room closes when its last moderator leaves. `entry_tone`, `exit_tone`: see
    DEFAULT_TONE. `announce_names`: names that were recorded are said on entry and exit. `member_keys`,
    `moderator_keys`: whether keys do anything. `number`, `owner_id`: how recordings of the room are found.
    """

    id: str
    name: str = ""
    max_participants: int = 0
    wait_for_moderator: bool = False
    end_without_moderator: bool = False
    entry_tone: str = DEFAULT_TONE
    exit_tone: str = DEFAULT_TONE
    announce_names: bool = False
    member_keys: bool = True
    moderator_keys: bool = True
    hold_music: str | None = None
    language: str = "en-us"
    number: str = ""
    owner_id: str = ""


@dataclass(frozen=True, slots=True)
class Entrant:
    """Who enters, and how. `name_ref`: a recording of his name."""

    role: str = MEMBER
    muted: bool = False
    deaf: bool = False
    name_ref: str | None = None
