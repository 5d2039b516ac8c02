"""What every new account starts with: the way out for outside calls, and the feature codes.

The `no_match` callflow sends outside calls to the trunks of those above: the choice "Parent" of the account's trunk
route; "Local" is the same callflow with the module `resources`. The feature codes have the names by which the dialect's
clients know them (so that they create none twice), and patterns only: a number of the account's own always comes first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.core.flow.lookup import NO_MATCH
from qvoice.features.documents import store
from qvoice.features.documents.resource import Document

NAME = "Outside calls"


def _flow() -> dict[str, object]:
    return {"module": "offnet", "data": {}, "children": {}}


async def create_no_match(session: AsyncSession) -> Document:
    """Create the `no_match` → `offnet` callflow of the session's account, in the transaction that creates it."""
    return await store.create(session, "callflows", {"name": NAME, "numbers": [NO_MATCH], "flow": _flow()})


_FOLLOWING = {"": "", "any": "([0-9]*)", "number": "([0-9]+)"}


@dataclass(frozen=True, slots=True)
class Code:
    """A feature code: its name in the dialect, what is dialled, and what may follow (`number`: at least one digit)."""

    name: str
    number: str
    module: str
    data: Mapping[str, Any] = field(default_factory=dict)
    digits: str = ""
    star: str = "*"

    @property
    def pattern(self) -> str:
        """The pattern of its callflow; the digits that follow are the capture group."""
        start = (self.star + self.number).replace("*", r"\*")
        return f"^{start}{_FOLLOWING[self.digits]}$"


FEATURE_CODES = (
    Code("voicemail[single_mailbox_login]", "97", "voicemail", {"action": "check", "single_mailbox_login": True}),
    Code("voicemail[action=check]", "98", "voicemail", {"action": "check"}, "any"),
    Code('voicemail[action="direct"]', "*", "voicemail", {"action": "compose"}, "number"),
    Code("call_forward[action=activate]", "72", "call_forward", {"action": "activate"}, "any"),
    Code("call_forward[action=deactivate]", "73", "call_forward", {"action": "deactivate"}),
    Code('call_forward[action="toggle"]', "74", "call_forward", {"action": "toggle"}, "any"),
    Code("call_forward[action=update]", "56", "call_forward", {"action": "update"}),
    Code('do_not_disturb[action="activate"]', "78", "do_not_disturb", {"action": "activate"}),
    Code('do_not_disturb[action="deactivate"]', "79", "do_not_disturb", {"action": "deactivate"}),
    Code('do_not_disturb[action="toggle"]', "76", "do_not_disturb", {"action": "toggle"}),
    Code("call_waiting[action=activate]", "70", "call_waiting", {"action": "activate"}),
    Code("call_waiting[action=deactivate]", "71", "call_waiting", {"action": "deactivate"}),
    Code("privacy[mode=full]", "67", "privacy", {"mode": "full"}, "any"),
    Code("directed_ext_pickup", "87", "group_pickup_feature", {"type": "extension"}, "any"),
    Code("camping_feature", "66", "camping_feature", {}, "number"),
    Code("intercom", "0", "intercom", {}, "any"),
    Code("park_and_retrieve", "3", "park", {"action": "auto"}, "any"),
    Code("park_valet", "4", "park", {"action": "park"}),
    Code("park_retrieve", "5", "park", {"action": "retrieve"}, "any"),
    Code("hotdesk[action=login]", "11", "hotdesk", {"action": "login"}),
    Code("hotdesk[action=logout]", "12", "hotdesk", {"action": "logout"}),
    Code("hotdesk[action=toggle]", "13", "hotdesk", {"action": "toggle"}),
    Code("move", "6683", "move", {}, "", ""),
)
"""Meanings: kazoo.md 6.3, but *97 opens one's own box and *98 any (the specification's words), and camping is
*66, since the dialect's *7 would hide *70 to *79."""


def feature_flow(code: Code) -> dict[str, Any]:
    """Return the callflow document of a feature code."""
    return {
        "name": f"feature code {code.star}{code.number}",
        "numbers": [],
        "patterns": [code.pattern],
        "featurecode": {"name": code.name, "number": code.number},
        "ui_metadata": {"origin": "voip"},
        "flow": {"module": code.module, "data": dict(code.data), "children": {}},
    }


async def create_feature_codes(session: AsyncSession) -> None:
    """Create the feature codes of the session's account, in the transaction that creates it."""
    for code in FEATURE_CODES:
        await store.create(session, "callflows", feature_flow(code))


async def give_way(session: AsyncSession) -> None:
    """Remove the `no_match` callflow that the account began with, if nobody has changed it since.

    Clients of the dialect expect none in a new account: their account wizard creates its own, and would be told that
    the number is taken.
    """
    holder = (
        await session.execute(
            text("select callflow_id from callflow_numbers where number = :number"), {"number": NO_MATCH}
        )
    ).scalar_one_or_none()
    found = await store.get(session, "callflows", holder.hex, lock=True) if holder else None
    if found is not None and found.revision == 1 and found.doc.get("name") == NAME and found.doc["flow"] == _flow():
        await store.remove(session, "callflows", found.id)
