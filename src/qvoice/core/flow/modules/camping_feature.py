"""Call me when he is free: camp on an extension that is busy, by dialling a code and the extension (kazoo.md 1.2)."""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.commands import Prompt, Sound
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import WILDCARD, Branch, Next, Stop
from qvoice.core.flow.forms import Words, field
from qvoice.core.flow.pickup import extension_targets
from qvoice.core.flow.references import Ref
from qvoice.core.flow.requests import CampOn, FindFlow, FoundFlow, InCall
from qvoice.core.flow.spoken import sentence
from qvoice.core.flow.talk import Talk, answer, ask, play

VERSION = 1
GROUP = "Advanced"
ICON = "phone-pause"
EXITS = frozenset({"_"})
TITLE = Words("Call back when free", "Rappel quand libre")
ABOUT = Words(
    "Feature code: ring the caller, and connect him, as soon as a busy extension is free.",
    "Code de service : sonner chez l’appelant, et le connecter, dès qu’un poste occupé est libre.",
)
FORM = {
    "timeout": field("Ring the caller for (minutes)", "Sonner chez l’appelant pendant (minutes)"),
    "tries": field("How often", "Combien de fois"),
    "try_interval": field("Minutes between two tries", "Minutes entre deux essais"),
    "stop_after": field("Give up after (minutes)", "Abandonner après (minutes)"),
}

WILL_CALL: Sound = Prompt("activated")
CANNOT: tuple[Sound, ...] = (Prompt("im-sorry"), Prompt("feature-not-avail-line"))
LONGEST = 24 * 60.0
"""Minutes that somebody may wait for another."""


class Data(ModuleData):
    """Minutes; `tries`: how often the caller's phone rings before it is enough."""

    timeout: float = 1
    tries: int = 10
    try_interval: float = 3
    stop_after: float = 31


def references(data: Data) -> list[Ref]:
    """Nothing: the extension is dialled."""
    return []


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Put the caller through at once when the extension is free; else remember him, say so, and hang up."""
    extension = call.capture_group or ""
    if not extension or call.source != "device" or not call.device_id:
        return (yield from _deny())
    targets = yield from extension_targets(call, extension)
    others = targets.device_ids - {call.device_id}
    if not others:
        return (yield from _deny())
    if not (yield from ask(InCall(tuple(sorted(others))))):
        found: FoundFlow | None = yield from ask(FindFlow(extension))
        return Branch(found, dialled=extension) if found is not None else (yield from _deny())
    yield from answer()
    wish = CampOn(
        extension,
        call.device_id,
        tuple(sorted(others)),
        ring_seconds=round(min(max(data.timeout * 60, 10), 120)),
        tries=min(max(data.tries, 1), 100),
        every_seconds=round(min(max(data.try_interval, 0), LONGEST) * 60),
        stop_after_seconds=round(min(max(data.stop_after, 1), LONGEST) * 60),
    )
    yield from ask(wish)
    yield from play(sentence("camp-on", call.language, WILL_CALL))
    return Stop()


def _deny() -> Talk[Next]:
    yield from answer()
    yield from play(*CANNOT)
    return WILDCARD
