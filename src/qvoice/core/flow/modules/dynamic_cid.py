"""Choose the caller id of one call, then dial: typed in (`manual`), fixed (`static`), or by a short code of a list.

Whatever is chosen, carriers are shown only a number that the account owns or has verified.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qvoice.core.dialing.pattern import matches
from qvoice.core.flow.call import Call
from qvoice.core.flow.commands import Prompt
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import WILDCARD, Branch, Next
from qvoice.core.flow.forms import Words, choice, document, field
from qvoice.core.flow.lists import entries_of, name_of
from qvoice.core.flow.lookup import NO_MATCH
from qvoice.core.flow.references import Ref
from qvoice.core.flow.requests import FindFlow, FoundFlow
from qvoice.core.flow.sounds import media_ref, sound_of
from qvoice.core.flow.spoken import sentence
from qvoice.core.flow.talk import Talk, answer, ask, collect, play
from qvoice.core.ring.plan import CallerId
from qvoice.kit.text import clean_line

VERSION = 1
GROUP = "Caller ID"
ICON = "id-badge-2"
EXITS = frozenset({"_"})
TITLE = Words("Choose the caller ID", "Choisir l’identification")
ABOUT = Words(
    "Choose the number this call shows, then dial.",
    "Choisir le numéro affiché pour cet appel, puis composer.",
)
FORM = {
    "action": choice(
        "How",
        "Comment",
        ("manual", "Ask for it", "Le demander"),
        ("static", "Always this one", "Toujours celui-ci"),
        ("list", "By codes of a list", "Par codes d’une liste"),
        ("lists", "By codes of all lists", "Par codes de toutes les listes"),
    ),
    "caller_id": field("Number to show", "Numéro à afficher"),
    "id": document("lists", "List", "Liste"),
    "idx_name": field("Index", "Index", advanced=True),
    "media_id": field("Prompt", "Annonce", control="media", advanced=True),
    "min_digits": field("Fewest digits", "Chiffres minimum", advanced=True),
    "max_digits": field("Most digits", "Chiffres maximum", advanced=True),
    "whitelist_regex": field(
        "Numbers must fit", "Les numéros doivent correspondre à", control="pattern", advanced=True
    ),
    "interdigit_timeout": field("Wait between digits", "Attente entre chiffres", control="ms", advanced=True),
    "permit_custom_callflow": field("May reach extensions too", "Peut aussi joindre des postes"),
    "enforce_call_restriction": field("Restrictions apply", "Restrictions appliquées", advanced=True),
}

MAX_TRIES = 3


class Data(ModuleData):
    """`action`: manual, static, list, lists. `permit_custom_callflow`: the number may lead to a flow of the account.

    Times in ms. `enforce_call_restriction` is always on: a number dialled this way is restricted as any other.
    """

    action: str = "manual"
    caller_id: dict[str, Any] = {}
    id: str = ""
    idx_name: str = ""
    media_id: str = ""
    min_digits: int = 10
    max_digits: int = 10
    whitelist_regex: str = r"\d+"
    interdigit_timeout: int = 3000
    permit_custom_callflow: bool = False
    enforce_call_restriction: bool = True


def references(data: Data) -> list[Ref]:
    """The list, and the prompt."""
    lists = [Ref("lists", data.id)] if data.id else []
    if data.action == "lists":
        lists = [Ref("lists", "", by="all")]
    return [*lists, Ref("media", media_ref(data.media_id))]


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Set the caller id, then go where the number leads."""
    number = call.capture_group or ""
    match data.action:
        case "static":
            chosen: CallerId | None = CallerId(_text(data.caller_id.get("name")), _text(data.caller_id.get("number")))
        case "list" | "lists":
            chosen, number = _by_code(data, call, number)
        case _:
            chosen = yield from _typed(data, call)
    if chosen is None:
        yield from answer()
        yield from play(Prompt("pbx-invalid"))
        return WILDCARD
    before = call.dynamic_caller or CallerId()
    call.dynamic_caller = CallerId(chosen.name or before.name, chosen.number or before.number)
    if not number:
        number = yield from _destination(data, call)
    found: FoundFlow | None = (yield from ask(FindFlow(number, no_match=bool(call.authorised_by)))) if number else None
    if found is None or not (data.permit_custom_callflow or _is_no_match(found)):
        yield from answer()
        yield from play(Prompt("pbx-invalid"))
        return WILDCARD
    return Branch(found, dialled=number)


def _by_code(data: Data, call: Call, dialled: str) -> tuple[CallerId | None, str]:
    """Return the caller id of the list entry whose code begins what was dialled, and the number after the code."""
    ids = [data.id] if data.action == "list" else [id for id, _ in call.world.all("lists")]
    for id in ids:
        for entry in entries_of(call.world, id):
            code = _code(entry)
            if code and dialled.startswith(code):
                return CallerId(name_of(entry), _text(entry.get("number"))), dialled[len(code) :]
    return None, dialled


def _code(entry: Mapping[str, Any]) -> str:
    key = entry.get("capture_group_key")
    code = str(key) if isinstance(key, str | int) and not isinstance(key, bool) else ""
    length = entry.get("capture_group_length")
    return code.zfill(length) if isinstance(length, int) and not isinstance(length, bool) and length < 20 else code


def _typed(data: Data, call: Call) -> Talk[CallerId | None]:
    prompt = sound_of(data.media_id)
    asked = prompt or sentence(
        "enter-caller-id", call.language, Prompt("vm-enter-num-to-call"), Prompt("vm-then-pound")
    )
    yield from answer()
    for _ in range(MAX_TRIES):
        got = yield from collect(
            asked,
            max_digits=min(max(data.max_digits, 1), 32),
            timeout_ms=10_000,
            interdigit_ms=max(data.interdigit_timeout, 100),
        )
        digits = got.digits
        if len(digits) >= data.min_digits and matches(f"^(?:{data.whitelist_regex})$", digits):
            return CallerId(number=digits)
        yield from play(Prompt("pbx-invalid"))
    return None


def _destination(data: Data, call: Call) -> Talk[str]:
    yield from answer()
    got = yield from collect(
        sentence("enter-number", call.language, Prompt("vm-enter-num-to-call"), Prompt("vm-then-pound")),
        max_digits=32,
        timeout_ms=10_000,
        interdigit_ms=max(data.interdigit_timeout, 100),
    )
    return got.digits


def _is_no_match(found: FoundFlow) -> bool:
    numbers = found.flow.document.get("numbers")
    return isinstance(numbers, list | tuple) and NO_MATCH in numbers


def _text(value: Any) -> str:
    return clean_line(value, 35) if isinstance(value, str) else ""
