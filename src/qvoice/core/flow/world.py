"""The documents a flow can see, loaded before it runs: a callflow never waits for the database to read its own nouns.

Types are the URL collections: `accounts users devices groups menus vmboxes media temporal_rules temporal_rules_sets
callflows`.
Trunks are kept apart, by pool, because a pool is asked for as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from qvoice.core.dialing.hotdesk import allowed, guests

Document: TypeAlias = Mapping[str, Any]

GLOBAL_POOL = "global"
"""Name of the pool that `offnet` uses: the trunks without an account."""


@dataclass(frozen=True, slots=True)
class World:
    """Read-only documents by (type, id).

    `account_id`: the account whose flow runs. `ancestors`: the account documents above it, nearest first.
    `numbers`: E.164 numbers the account owns and that are in service. `verified`: numbers it has elsewhere and proved
    to be its own. `pools`: trunks (resource documents with their
    `id`)
    by owner account id or GLOBAL_POOL. `dead_gateways`: (resource id, gateway index) that do not answer OPTIONS now.
    """

    account_id: str
    documents: Mapping[tuple[str, str], Document] = field(default_factory=dict)
    ancestors: tuple[Document, ...] = ()
    numbers: frozenset[str] = frozenset()
    verified: frozenset[str] = frozenset()
    pools: Mapping[str, tuple[Document, ...]] = field(default_factory=dict)
    dead_gateways: frozenset[tuple[str, int]] = frozenset()
    default_number: str = ""
    """The platform's emergency number of last resort (sent when nobody has an emergency caller id)."""
    display_names: Mapping[str, str] = field(default_factory=dict)
    """Names that the account's numbers show to the world (`cnam.display_name`), by number."""

    _by_type: dict[str, list[tuple[str, Document]]] = field(default_factory=dict, init=False, repr=False, compare=False)
    """`documents` by type, in id order; made when first asked for."""

    def get(self, type: str, id: str | None) -> Document | None:
        """Return one document, or None when it does not exist (or was not loaded)."""
        return self.documents.get((type, id)) if id else None

    @property
    def account(self) -> Document:
        """The account document (empty when it was not loaded)."""
        return self.get("accounts", self.account_id) or {}

    def user(self, id: str | None) -> Document | None:
        """Return a user document."""
        return self.get("users", id)

    def device(self, id: str | None) -> Document | None:
        """Return a device document."""
        return self.get("devices", id)

    def group(self, id: str | None) -> Document | None:
        """Return a group document."""
        return self.get("groups", id)

    def menu(self, id: str | None) -> Document | None:
        """Return a menu document."""
        return self.get("menus", id)

    def vmbox(self, id: str | None) -> Document | None:
        """Return a voicemail box document."""
        return self.get("vmboxes", id)

    def rule(self, id: str | None) -> Document | None:
        """Return a temporal rule document."""
        return self.get("temporal_rules", id)

    def rule_set(self, id: str | None) -> Document | None:
        """Return a temporal rule set document."""
        return self.get("temporal_rules_sets", id)

    def all(self, type: str) -> Iterator[tuple[str, Document]]:
        """Yield (id, document) of every loaded document of a type, in id order (so that plans are repeatable)."""
        if not self._by_type:
            for (kind, id), document in sorted(self.documents.items(), key=lambda item: item[0]):
                self._by_type.setdefault(kind, []).append((id, document))
        yield from self._by_type.get(type, ())

    def devices_of(self, user_id: str) -> list[str]:
        """Return the ids of devices whose `owner_id` is this user, and of those where the user is hot-desked."""
        welcome = allowed(self.user(user_id))
        return [
            id
            for id, document in self.all("devices")
            if document.get("owner_id") == user_id or (welcome and user_id in guests(document))
        ]

    def groups_of(self, *, device_id: str | None, user_id: str | None) -> frozenset[str]:
        """Return the ids of groups that contain the device or the user directly."""
        wanted = {id for id in (device_id, user_id) if id}
        return frozenset(
            id for id, document in self.all("groups") if wanted & _mapping(document.get("endpoints")).keys()
        )

    def pool(self, name: str) -> tuple[Document, ...]:
        """Return the trunks of a pool (an account id, or GLOBAL_POOL)."""
        return self.pools.get(name, ())

    def merged(self, other: World) -> World:
        """Return this world with everything `other` knows added (`other` is newer and wins)."""
        return World(
            account_id=self.account_id,
            documents={**self.documents, **other.documents},
            ancestors=other.ancestors or self.ancestors,
            numbers=self.numbers | other.numbers,
            verified=self.verified | other.verified,
            pools={**self.pools, **other.pools},
            dead_gateways=other.dead_gateways if other.pools else self.dead_gateways,
            default_number=other.default_number or self.default_number,
            display_names={**self.display_names, **other.display_names},
        )


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
