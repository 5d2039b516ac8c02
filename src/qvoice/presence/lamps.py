"""What is true now: live legs, states that features set, whom presence ids name; and whose lamps a change concerns."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from qvoice.core.presence import directory
from qvoice.core.presence.directory import Directory
from qvoice.core.presence.lamp import Dialog, Leg, Target, dialogs


@dataclass(frozen=True, slots=True)
class Watch:
    """What is watched: a presence id, as a device of the same account sees it."""

    account: str
    presence_id: str
    device: str


@dataclass(slots=True)
class _Account:
    legs: dict[str, Leg] = field(default_factory=dict)
    set: dict[str, dict[str, Dialog]] = field(default_factory=lambda: defaultdict(dict))
    names: Directory | None = None
    there: frozenset[str] | None = None
    """Devices that are registered; None: not known, so nobody is said to be away."""
    watched: dict[Watch, Target] = field(default_factory=dict)
    by: dict[str, set[Watch]] = field(default_factory=lambda: defaultdict(set))
    """Who looks at `owner …`, `device …`, `to …` or `id …`."""


class Lamps:
    """All accounts. What changes something returns the watches it may concern."""

    def __init__(self) -> None:
        self._accounts: dict[str, _Account] = defaultdict(_Account)

    # --- what is true -------------------------------------------------------------------------------------------------

    def forget_calls(self) -> None:
        """Drop legs and states: they are about to be given anew."""
        for one in self._accounts.values():
            one.legs.clear()
            one.set.clear()

    def leg(self, row: dict[str, Any]) -> set[Watch]:
        """Take a leg's state as the database tells it (contracts.md section 4)."""
        account = self._accounts[str(row.get("account"))]
        id = str(row.get("leg"))
        old = account.legs.pop(id, None)
        concerned = self._concerned(account, old)
        if not row.get("gone"):
            new = account.legs[id] = Leg(
                id, row.get("owner") or "", row.get("device") or "", row.get("direction") or "",
                bool(row.get("answered")), row.get("dialled") or "", row.get("number") or "", row.get("name") or "",
            )  # fmt: skip
            concerned |= self._concerned(account, new)
        return concerned

    def state(self, row: dict[str, Any]) -> set[Watch]:
        """Take a state that a feature set, or took back."""
        account = self._accounts[str(row.get("account"))]
        id, source = str(row.get("id")), str(row.get("source"))
        if row.get("state") == "terminated":
            account.set[id].pop(source, None)
        else:
            account.set[id][source] = Dialog(
                source, str(row.get("state")), number=row.get("number") or "", name=row.get("name") or ""
            )
        return set(account.by[f"id {id}"])

    def named(self, account_id: str, names: dict[str, Any]) -> set[Watch]:
        """Take an account's directory; every watch of the account may be concerned."""
        account = self._accounts[account_id]
        account.names = directory.read(names)
        account.by.clear()
        for watch in account.watched:
            self._aim(account, watch)
        return set(account.watched)

    def registered(self, account_id: str, devices: frozenset[str]) -> set[Watch]:
        """Take which of an account's devices are registered; return the watches for which that changes something."""
        account = self._accounts[account_id]
        moved = devices ^ (account.there or frozenset()) if account.there is not None else None
        account.there = devices
        return {w for w, target in account.watched.items() if moved is None or target.devices & moved}

    # --- who looks ----------------------------------------------------------------------------------------------------

    def knows(self, account_id: str) -> bool:
        """Whether the account's directory is here."""
        return self._accounts[account_id].names is not None

    def watch(self, watch: Watch) -> None:
        """Begin to look at something."""
        account = self._accounts[watch.account]
        if watch not in account.watched:
            self._aim(account, watch)

    def unwatch(self, watch: Watch) -> None:
        """Nobody looks at it any more."""
        account = self._accounts[watch.account]
        if account.watched.pop(watch, None) is not None:
            for looking in account.by.values():
                looking.discard(watch)
        if not account.watched:
            # What it names is read again when somebody watches again.
            account.names = None
            account.by.clear()

    def watched_accounts(self) -> list[str]:
        """Accounts somebody looks at."""
        return [id for id, one in self._accounts.items() if one.watched]

    # --- what is shown ------------------------------------------------------------------------------------------------

    def shown(self, watch: Watch) -> tuple[Dialog, ...]:
        """Return the dialogs that a watch shows now."""
        account = self._accounts[watch.account]
        target = account.watched.get(watch) or Target()
        return dialogs(target, account.legs.values(), account.set.get(watch.presence_id, {}).values())

    def reachable(self, watch: Watch) -> bool:
        """Whether a call would ring anywhere: at a registered phone, or where the user forwards. What is no person's
        is always there.
        """
        account = self._accounts[watch.account]
        target = account.watched.get(watch) or Target()
        if account.there is None or not (target.users or target.devices):
            return True
        users = account.names.users if account.names else {}
        return bool(target.devices & account.there) or any(users[id].forward for id in target.users if id in users)

    def waiting(self, watch: Watch) -> tuple[int, int]:
        """Return new and saved messages of a watched mailbox."""
        names = self._accounts[watch.account].names
        return (names.waiting(watch.presence_id) if names else None) or (0, 0)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _aim(self, account: _Account, watch: Watch) -> None:
        names = account.names or Directory()
        target = account.watched[watch] = names.target(watch.presence_id, watch.device)
        account.by[f"id {watch.presence_id}"].add(watch)
        for user in target.users:
            account.by[f"owner {user}"].add(watch)
        for device in target.devices:
            account.by[f"device {device}"].add(watch)
        if target.extension:
            account.by[f"to {target.extension}"].add(watch)

    def _concerned(self, account: _Account, leg: Leg | None) -> set[Watch]:
        if leg is None or not account.watched:
            return set()
        keys = (f"owner {leg.owner}", f"device {leg.device}", f"to {leg.dialled.lower()}")
        return {watch for key in keys for watch in account.by.get(key, ())}
