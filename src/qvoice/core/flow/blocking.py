"""May this caller reach the account, or the user whose flow this is? Block lists, allow lists, anonymous callers (D6).

Only callers from outside are looked at: colleagues are never blocked. Settings: account `blacklists` (the dialect's)
and, on accounts and users, `incoming` {blacklists, allowlists, only_allowed, anonymous, screening}.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from qvoice.core.dialing.normalise import country_of, to_e164
from qvoice.core.flow.call import Call
from qvoice.core.flow.lists import entry_for
from qvoice.core.flow.world import Document, World

DECLINE, ANONYMITY_DISALLOWED = 603, 433
"""SIP codes of a refusal: RFC 3261, and RFC 5079 for callers who hide their number."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What happens to the caller: `sip_code` refuses him; `screen` asks for his name first. Neither: he comes in."""

    sip_code: int = 0
    screen: bool = False
    why: str = ""


def verdict(call: Call, holder: Document) -> Verdict:
    """Judge a caller by the settings of an account or user document."""
    if call.authorised_by or call.emergency_callback or call.emergency:
        return Verdict()
    rules = _map(holder.get("incoming"))
    world: World = call.world
    hidden = call.caller.private or not call.caller.number or call.caller.number.lower() == "anonymous"
    allowed = not hidden and any(entry_for(world, id, call.caller.number) for id in _ids(rules.get("allowlists")))
    if allowed:
        return Verdict()
    blocked = _blocked(call, hidden, [*_ids(holder.get("blacklists")), *_ids(rules.get("blacklists"))])
    if blocked is not None:
        return blocked
    if hidden and rules.get("anonymous") == "reject":
        return Verdict(ANONYMITY_DISALLOWED, why="anonymous callers are refused")
    if rules.get("only_allowed") is True:
        return Verdict(DECLINE, why="only callers on the allow lists come in")
    screened = rules.get("screening") in ("all", "unknown") or (hidden and rules.get("anonymous") == "screen")
    return Verdict(screen=screened)


def owner_of_flow(call: Call, document: Mapping[str, Any]) -> Document | None:
    """Return the user whose flow this is (`owner_id` of the callflow), or None."""
    owner = document.get("owner_id")
    return call.world.user(owner if isinstance(owner, str) else None)


def _blocked(call: Call, hidden: bool, list_ids: Iterable[str]) -> Verdict | None:
    country = country_of(call.world.account)
    number = to_e164(call.caller.number, country)
    for id in list_ids:
        document = call.world.get("blacklists", id) or {}
        if hidden and document.get("should_block_anonymous") is True:
            return Verdict(ANONYMITY_DISALLOWED, why=f"anonymous callers are on the block list {id}")
        listed = _map(document.get("numbers"))
        if not hidden and any(number == to_e164(one, country) for one in listed if isinstance(one, str)):
            return Verdict(DECLINE, why=f"{number} is on the block list {id}")
    return None


def _ids(value: Any) -> list[str]:
    return [id for id in value if isinstance(id, str) and id][:100] if isinstance(value, list | tuple) else []


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
