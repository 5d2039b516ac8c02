"""The one decision: may this actor do this to that? The answer is a value with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from qvoice.core.access.permissions import (
    ANYWHERE,
    FROM_ABOVE,
    MASTER_ONLY,
    OPEN,
    OWN,
    RESELLER_ONLY,
    ROLE_FIELDS,
    USER_FIELDS,
    Grants,
    holds,
)
from qvoice.core.access.roles import Role
from qvoice.core.access.tree import Path, is_at_or_below


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks. `path`: path of the account they logged in to (never of the one they entered). `user_id` None: an
    API key."""

    path: Path
    role: Role = Role.ADMIN
    user_id: str | None = None
    is_reseller: bool = False
    scopes: Grants | None = None
    """What an API key was made for; None: all that the role may."""

    @property
    def account_id(self) -> str:
        """The account they logged in to."""
        return self.path[-1]

    @property
    def is_master(self) -> bool:
        """Whether that account is the master (the root of the tree)."""
        return len(self.path) == 1


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked for: `path` of the account in the URL, resource (URL collection), action.

    For one document: `document_id` and `owner_id` (a user document owns itself). For a list both are None.
    """

    path: Path
    resource: str
    action: str
    document_id: str | None = None
    owner_id: str | None = None


@dataclass(frozen=True, slots=True)
class Allowed:
    """Yes. `only_owner`: but lists show (and counts count) only documents of this user."""

    only_owner: str | None = None


@dataclass(frozen=True, slots=True)
class Denied:
    """No. `reason` is kebab-case: `other-account`, `master-only`, `reseller-only`, `from-above-only`, `role`,
    `not-yours`.

    `hidden`: answer as if the thing did not exist (the asker must not learn that it does).
    """

    reason: str
    hidden: bool = False


def decide(actor: Actor, target: Target) -> Allowed | Denied:
    """Decide one request. Order: tree, master, reseller, from above, role, ownership."""
    resource, action = target.resource, target.action
    if not is_at_or_below(target.path, actor.path):
        return Denied("other-account", hidden=True)
    at_home = target.path == actor.path
    if holds(OPEN, resource, action):
        return Allowed()
    if actor.scopes is not None and (action == "manage" or not holds(actor.scopes, resource, action)):
        # Keys make no keys, whatever their scopes: one that leaks must not outlive itself.
        return Denied("scope", hidden=not at_home)
    if holds(ANYWHERE[actor.role], resource, action):
        return _as_administrator(actor, resource, action, at_home=at_home)
    if not at_home or actor.user_id is None or not holds(OWN[actor.role], resource, action):
        return Denied("role", hidden=not at_home)
    if target.document_id is None:
        return Allowed(only_owner=actor.user_id) if action in ("read", "delete", "update") else Denied("role")
    owner = target.document_id if resource == "users" else target.owner_id
    return Allowed(only_owner=actor.user_id) if owner == actor.user_id else Denied("not-yours", hidden=True)


def _as_administrator(actor: Actor, resource: str, action: str, *, at_home: bool) -> Allowed | Denied:
    if holds(MASTER_ONLY, resource, action) and action != "read" and not actor.is_master:
        return Denied("master-only")
    if resource in ("global_resources", "system", "number_imports", "carriers") and not actor.is_master:
        return Denied("master-only")
    if holds(RESELLER_ONLY, resource, action) and not (actor.is_reseller or actor.is_master):
        return Denied("reseller-only")
    if at_home and holds(FROM_ABOVE, resource, action) and not (actor.is_master and resource == "limits"):
        return Denied("from-above-only")
    return Allowed()


def forbidden_changes(actor: Actor, resource: str, *, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Return the top-level keys that a write would change but may not (none for total administrators).

    Compare whole documents, after a merge; the caller refuses the write when the list is not empty.
    """
    free = ROLE_FIELDS.get((actor.role, resource))
    if free is None:
        if holds(ANYWHERE[actor.role], resource, "update"):
            return []
        free = USER_FIELDS.get(resource, frozenset())
    return sorted(key for key in before.keys() | after.keys() if key not in free and before.get(key) != after.get(key))
