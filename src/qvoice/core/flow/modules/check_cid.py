"""Go on by who calls: `match` or `nomatch` of an expression, or (absolute mode) the caller's number as the child key.

A match may show another external caller id and act for another user; it gives no rights, for a caller id is a claim.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qvoice.core.dialing.pattern import matches
from qvoice.core.flow.call import Call
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import ANY, WILDCARD, Next
from qvoice.core.flow.forms import Words, document, field
from qvoice.core.flow.references import Ref
from qvoice.core.flow.talk import Talk
from qvoice.core.ring.plan import CallerId
from qvoice.kit.text import clean_line

VERSION = 1
GROUP = "Caller ID"
ICON = "user-question"
EXITS = ANY
TITLE = Words("Check the caller", "Vérifier l’appelant")
ABOUT = Words(
    "Go on by whether the caller’s number fits an expression.",
    "Continuer selon que le numéro de l’appelant correspond à une expression.",
)
FORM = {
    "regex": field("Expression", "Expression", control="pattern"),
    "use_absolute_mode": field("One child for each number", "Une branche par numéro"),
    "caller_id": field("Number to show", "Numéro à afficher", advanced=True),
    "user_id": document("users", "Act for", "Agir pour"),
}


class Data(ModuleData):
    """`regex` on the caller's number. `caller_id.external` {name, number} and `user_id` apply when it matches."""

    regex: str = ".*"
    use_absolute_mode: bool = False
    caller_id: dict[str, Any] = {}
    user_id: str = ""


def references(data: Data) -> list[Ref]:
    """The user for whom a match acts."""
    return [Ref("users", data.user_id)] if data.user_id else []


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Return the child for this caller."""
    yield from ()
    number = call.caller.number
    if data.use_absolute_mode:
        return number if number in exits else WILDCARD
    if not matches(data.regex, number):
        return "nomatch"
    external = data.caller_id.get("external")
    if isinstance(external, Mapping):
        name, shown = (clean_line(str(external.get(key) or ""), 35) for key in ("name", "number"))
        before = call.dynamic_caller or CallerId()
        call.dynamic_caller = CallerId(name or before.name, shown or before.number)
    if data.user_id and call.world.user(data.user_id) is not None and not call.authorised_by:
        call.owner_id = data.user_id
    return "match"
