"""Whom the presence ids of one account name. Made from what the database says (the function `presence_directory`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from qvoice.core.presence.lamp import Target

MAILBOX_PREFIX = "*98"
"""`*98` and a mailbox's number, watched as a dialog, is lit while it has new messages (kazoo.md 6)."""


@dataclass(frozen=True, slots=True)
class Device:
    """A phone: its owner, who is logged in on it (hot desk), and what is switched on."""

    id: str
    owner: str = ""
    username: str = ""
    presence_id: str = ""
    guests: frozenset[str] = frozenset()
    dnd: bool = False
    forward: bool = False


@dataclass(frozen=True, slots=True)
class User:
    """A user, by presence id."""

    id: str
    presence_id: str = ""
    dnd: bool = False
    forward: bool = False


@dataclass(slots=True)
class Directory:
    """One account's names. `flows`: dialled number → (module, document id) of its first node."""

    realm: str = ""
    users: dict[str, User] = field(default_factory=dict)
    devices: dict[str, Device] = field(default_factory=dict)
    flows: dict[str, tuple[str, str]] = field(default_factory=dict)
    boxes: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Mailbox number → new and saved messages."""
    aors: dict[str, tuple[int, int]] = field(default_factory=dict)
    """SIP user name, in lower case → new and saved messages of its owner."""

    def target(self, presence_id: str, watcher: str = "") -> Target:
        """Return what `presence_id` (in lower case) names; `watcher` is the device that asks: keys such as "my do not
        disturb" are about its user. What is nobody's is an extension that may be called, or a state that is set.
        """
        module, document = self.flows.get(presence_id, ("", ""))
        user = self._user(presence_id)
        if user is None and module == "user":
            user = self.users.get(document)
        if user is not None:
            own = frozenset(d.id for d in self.devices.values() if d.owner == user.id or user.id in d.guests)
            return Target(frozenset({user.id}), own, lit=user.dnd, lit_as="dnd")
        device = self._device(presence_id) or (self.devices.get(document) if module == "device" else None)
        if device is not None:
            return Target(devices=frozenset({device.id}), lit=device.dnd, lit_as="dnd")
        if presence_id.startswith(MAILBOX_PREFIX) and presence_id[len(MAILBOX_PREFIX) :] in self.boxes:
            new, _ = self.boxes[presence_id[len(MAILBOX_PREFIX) :]]
            return Target(lit=new > 0, lit_as="messages")
        return self._key(presence_id, module, self.devices.get(watcher))

    def _key(self, presence_id: str, module: str, mine: Device | None) -> Target:
        """A feature key of the watcher's own, else an extension."""
        owner = self.users.get(mine.owner) if mine else None
        if module == "do_not_disturb":
            return Target(lit=any(one.dnd for one in (mine, owner) if one), lit_as="dnd")
        if module == "call_forward":
            return Target(lit=any(one.forward for one in (mine, owner) if one), lit_as="forward")
        if module == "hotdesk":
            return Target(lit=bool(mine and mine.guests), lit_as="hotdesk")
        return Target(extension=presence_id)

    def waiting(self, name: str) -> tuple[int, int] | None:
        """Return (new, saved) messages for a phone's user name, a mailbox's number or a user's extension; None for
        what has no mailbox.
        """
        if name in self.aors:
            return self.aors[name]
        return self.boxes.get(name.removeprefix(MAILBOX_PREFIX))

    def _user(self, presence_id: str) -> User | None:
        return next((one for one in self.users.values() if one.presence_id == presence_id), None)

    def _device(self, presence_id: str) -> Device | None:
        return next(
            (one for one in self.devices.values() if presence_id in (one.presence_id, one.username) and presence_id),
            None,
        )


def read(row: dict[str, Any]) -> Directory:
    """Return the directory that the database's JSON says; unknown or broken parts of it count as absent."""
    made = Directory(realm=_text(row.get("realm")))
    for one in row.get("users") or ():
        made.users[one["id"]] = User(one["id"], _text(one.get("presence_id")), _on(one, "dnd"), _on(one, "forward"))
    for one in row.get("devices") or ():
        guests = one.get("guests")
        made.devices[one["id"]] = Device(
            one["id"], one.get("owner") or "", _text(one.get("username")), _text(one.get("presence_id")),
            frozenset(guests) if isinstance(guests, list) else frozenset(), _on(one, "dnd"), _on(one, "forward"),
        )  # fmt: skip
        username = _text(one.get("username"))
        if username:
            made.aors[username] = (int(one.get("new") or 0), int(one.get("saved") or 0))
    for one in row.get("flows") or ():
        made.flows[_text(one.get("number"))] = (_text(one.get("module")), _text(one.get("document")))
    for one in row.get("boxes") or ():
        made.boxes[_text(one.get("mailbox"))] = (int(one.get("new") or 0), int(one.get("saved") or 0))
    return made


def _text(value: object) -> str:
    return value.strip().lower() if isinstance(value, str) else ""


def _on(row: dict[str, Any], key: str) -> bool:
    return row.get(key) in (True, "true")
