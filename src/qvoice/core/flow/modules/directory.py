"""Dial by name: the caller spells the first letters of a name on the keypad and picks one of the people that fit.

A letter is dialled by the key it stands on (ITU-T E.161: 2 = ABC … 9 = WXYZ); accents are dropped and everything that
is no letter is skipped, so `O'Brien` is 627436 and `Émile` begins with 364.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from qvoice.core.flow.call import Call
from qvoice.core.flow.commands import Prompt, Recording, SayDigits, Sound, Speech
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import WILDCARD, Branch, Next
from qvoice.core.flow.forms import Words, document
from qvoice.core.flow.references import Ref
from qvoice.core.flow.requests import Directory, DirectoryPerson, ListDirectory, LoadFlow
from qvoice.core.flow.talk import Talk, answer, ask, collect, play

VERSION = 1
GROUP = "Basic"
ICON = "address-book"
EXITS = frozenset({WILDCARD})
TITLE = Words("Directory", "Annuaire")
ABOUT = Words(
    "Let the caller spell a name and connect.",
    "Laisser l’appelant épeler un nom et le mettre en ligne.",
)
FORM = {
    "id": document("directories", "Directory", "Annuaire", needed=True),
}

TRIES = 3
"""Names that may be spelled in vain."""
PAGE = 8
"""People offered at once by the keys 1 to 8; 9 hears more."""
LONGEST = 20

_KEYS = {
    letter: str(key)
    for key, letters in enumerate(("abc", "def", "ghi", "jkl", "mno", "pqrs", "tuv", "wxyz"), start=2)
    for letter in letters
}
_SPECIAL = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}


class Data(ModuleData):
    """`id` of the directory."""

    id: str = ""


def references(data: Data) -> list[Ref]:
    """The directory; its people are asked for when somebody calls (there may be thousands)."""
    return [Ref("directories", data.id)]


def keys_of(name: str) -> str:
    """Return the keys that spell a name."""
    folded = unicodedata.normalize("NFKD", "".join(_SPECIAL.get(c, c) for c in name.lower()))
    return "".join(_KEYS.get(letter, "") for letter in folded)


def matches(directory: Directory, dialled: str) -> list[DirectoryPerson]:
    """Return the people whose searched name begins with the keys, in the directory's order."""
    document = directory.document
    field = document.get("search_fields")
    by_first = document.get("sort_by") == "first_name"

    def fits(person: DirectoryPerson) -> bool:
        first, last = keys_of(person.first_name), keys_of(person.last_name)
        spelled = {"first_name": (first,), "last_name": (last,)}.get(
            field if isinstance(field, str) else "", (first + last, last + first)
        )
        return any(keys.startswith(dialled) for keys in spelled)

    def order(person: DirectoryPerson) -> tuple[str, str, str]:
        first, last = person.first_name.casefold(), person.last_name.casefold()
        return (*((first, last) if by_first else (last, first)), person.flow_id)

    return sorted(filter(fits, directory.people), key=order)


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Ask for a name, go to the callflow of the person chosen; leave by `_` when nobody was."""
    directory: Directory | None = yield from ask(ListDirectory(data.id))
    if directory is None:
        return WILDCARD
    yield from answer()
    shortest = _bounded(directory.document.get("min_dtmf"), 3)
    longest = max(_bounded(directory.document.get("max_dtmf"), LONGEST), shortest)
    for _ in range(TRIES):
        got = yield from collect(*_intro(directory), max_digits=longest, timeout_ms=7000, interdigit_ms=2500)
        dialled = "".join(key for key in got.digits if key in "23456789")
        found = matches(directory, dialled) if len(dialled) >= shortest else []
        if not found:
            yield from play(Prompt("dir-nomatch"))
            continue
        person = yield from _choose(found, always_ask=directory.document.get("confirm_match") is not False)
        flow = (yield from ask(LoadFlow(person.flow_id))) if person is not None else None
        if flow is not None:
            yield from play(Prompt("pbx-transfer"))
            return Branch(flow)
    yield from play(Prompt("vm-goodbye"))
    return WILDCARD


def _intro(directory: Directory) -> tuple[Sound, ...]:
    by_first = directory.document.get("search_fields") == "first_name"
    return (Prompt("dir-welcome"), Prompt("dir-pls-enter"), Prompt("dir-first" if by_first else "dir-firstlast"),
            Prompt("dir-usingkeypad"))  # fmt: skip


def _choose(found: Sequence[DirectoryPerson], *, always_ask: bool) -> Talk[DirectoryPerson | None]:
    """Offer the people; None when the caller wants none of them."""
    if len(found) == 1:
        if not always_ask:
            return found[0]
        got = yield from collect(_name(found[0]), Prompt("dir-instr"), timeout_ms=7000)
        return found[0] if got.digits == "1" else None
    for start in range(0, len(found), PAGE):
        page = found[start : start + PAGE]
        offer: list[Sound] = []
        for key, person in enumerate(page, start=1):
            offer += [Prompt("dir-multi1"), SayDigits(str(key)), Prompt("dir-multi2"), _name(person)]
        if start + PAGE < len(found):
            offer.append(Prompt("dir-multi9"))
        got = yield from collect(*offer, timeout_ms=7000)
        if got.digits.isdigit() and 1 <= int(got.digits) <= len(page):
            return page[int(got.digits) - 1]
        if got.digits != "9":
            return None
    yield from play(Prompt("dir-nomore"))
    return None


def _name(person: DirectoryPerson) -> Sound:
    """Return the person's own voice, else the name spoken."""
    return Recording(person.name_ref) if person.name_ref else Speech(f"{person.first_name} {person.last_name}")


def _bounded(value: object, default: int) -> int:
    return min(value, LONGEST) if isinstance(value, int) and not isinstance(value, bool) and value > 0 else default
