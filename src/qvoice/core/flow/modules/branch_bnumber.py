"""Go on by what the pattern captured of the dialled number: a child of that name, or (hunt) the callflow it names."""

from __future__ import annotations

from qvoice.core.dialing.pattern import matches
from qvoice.core.flow.call import Call
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import ANY, WILDCARD, Branch, Next
from qvoice.core.flow.forms import Words, field
from qvoice.core.flow.references import Ref
from qvoice.core.flow.requests import FindFlow, FoundFlow
from qvoice.core.flow.talk import Talk, ask

VERSION = 1
GROUP = "Branching"
ICON = "arrow-fork"
EXITS = ANY
TITLE = Words("Branch on the dialled number", "Aiguiller selon le numéro")
ABOUT = Words(
    "Go on by what the pattern captured of the dialled number.",
    "Continuer selon ce que le motif a retenu du numéro composé.",
)
FORM = {
    "hunt": field("Look it up as a callflow", "Le chercher comme scénario"),
    "hunt_allow": field("Only if it fits", "Seulement s’il correspond", control="pattern", advanced=True),
    "hunt_deny": field("Not if it fits", "Sauf s’il correspond", control="pattern", advanced=True),
}


class Data(ModuleData):
    """`hunt`: look the captured number up as a callflow. `hunt_allow`, `hunt_deny`: expressions on it."""

    hunt: bool = False
    hunt_allow: str = ""
    hunt_deny: str = ""


def references(data: Data) -> list[Ref]:
    """Nothing is named."""
    return []


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Return where it leads."""
    captured = call.capture_group or ""
    if not captured or not data.hunt:
        yield from ()
        return captured or WILDCARD
    allowed = not data.hunt_allow or matches(data.hunt_allow, captured)
    if not allowed or (data.hunt_deny and matches(data.hunt_deny, captured)):
        return WILDCARD
    found: FoundFlow | None = yield from ask(FindFlow(captured, no_match=False))
    return Branch(found, dialled=captured) if found is not None else WILDCARD
