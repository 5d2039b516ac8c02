"""Questions about conference rooms and hot desks; `requests.py` has the others and names them all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

# --- conferences ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FindRoom:
    """A conference of the account, by document id or by a room number as dialled. → Room | None"""

    conference_id: str | None = None
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Room:
    """A conference as the phone dialogue needs it. `document` has no PINs; `as_moderator`: the number found is one of
    the moderators'."""

    conference_id: str
    document: dict[str, Any]
    member_pins: bool = False
    moderator_pins: bool = False
    as_moderator: bool = False


@dataclass(frozen=True, slots=True)
class CheckRoomPin:
    """Whose PIN of the conference is this? Wrong ones are counted and slow the caller down.
    → `member` | `moderator` | `wrong` | `locked`"""

    conference_id: str
    pin: str


# --- hot-desking ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FindDesk:
    """A user who may log in at other phones, by hot-desk id or user id. → Desk | None"""

    hotdesk_id: str | None = None
    user_id: str | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """A user of hot-desking."""

    user_id: str
    needs_pin: bool


@dataclass(frozen=True, slots=True)
class CheckDeskPin:
    """Is this the user's hot-desk PIN? None as user: nobody's; wrong ones slow this phone down.
    → `ok` | `wrong` | `locked`"""

    user_id: str | None
    pin: str


@dataclass(frozen=True, slots=True)
class DeskLogin:
    """Log a user in at the calling phone (and out of others, unless the user may be at several). → None"""

    user_id: str


@dataclass(frozen=True, slots=True)
class DeskLogout:
    """Log users out of the calling phone. → None"""

    user_ids: tuple[str, ...]
