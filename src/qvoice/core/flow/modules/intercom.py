"""Call an extension so that its phones answer by themselves: `*0` and the extension."""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.commands import Prompt
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import FAILURES, Next, after_ring
from qvoice.core.flow.forms import RING_SECONDS, Words, field
from qvoice.core.flow.paging import legs_of
from qvoice.core.flow.pickup import extension_members, tell
from qvoice.core.flow.references import Ref
from qvoice.core.flow.talk import Talk, ring
from qvoice.core.ring.plan import RingPlan, Stage

VERSION = 1
GROUP = "Paging"
ICON = "speakerphone"
EXITS = FAILURES
TITLE = Words("Intercom", "Intercom")
ABOUT = Words(
    "Call the extension dialled so that its phones answer by themselves.",
    "Appeler le poste composé, qui décroche de lui-même.",
)
FORM = {
    "barge_calls": field(
        "Also phones in a call",
        "Aussi les postes en communication",
        "Otherwise phones in a call are left alone.",
        "Sinon, les postes en communication ne sont pas dérangés.",
    ),
    "timeout": RING_SECONDS,
}


class Data(ModuleData):
    """`barge_calls`: call phones that are in a call, too. `timeout` in seconds."""

    barge_calls: bool = False
    timeout: float = 20


def references(data: Data) -> list[Ref]:
    """Nothing: the extension is dialled."""
    return []


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Ring the phones behind the extension with "answer at once"; the first to answer has the call."""
    members = (yield from extension_members(call, call.capture_group)) if call.capture_group else []
    if not members:
        return (yield from tell((Prompt("pbx-invalid"),)))
    found = yield from legs_of(call, members, barge_calls=data.barge_calls, timeout=data.timeout)
    if not found.legs:
        return found.failure()
    plan = RingPlan((Stage(tuple(found.legs)),))
    return after_ring((yield from ring(plan)))
