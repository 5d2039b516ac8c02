"""Direct inward system access: a caller from outside proves himself by a PIN and dials as the account.

Without a PIN only the account's own extensions can be reached: an open way out is other people's money.
"""

from __future__ import annotations

import hmac

from qvoice.core.flow.call import Call
from qvoice.core.flow.commands import Prompt, Tone
from qvoice.core.flow.document import ModuleData
from qvoice.core.flow.exits import WILDCARD, Branch, Next, Stop
from qvoice.core.flow.forms import Words, choice, field
from qvoice.core.flow.references import Ref
from qvoice.core.flow.requests import FindFlow, FoundFlow
from qvoice.core.flow.talk import Talk, answer, ask, collect, play, sleep
from qvoice.core.ring.plan import CallerId

VERSION = 1
GROUP = "Advanced"
ICON = "key"
EXITS = frozenset({"_"})
TITLE = Words("Dial in and out", "Accès direct")
ABOUT = Words(
    "A caller from outside gives a PIN and dials as the account.",
    "Un appelant extérieur donne un code et compose comme le compte.",
)
FORM = {
    "pin": field("PIN", "Code", "At least 6 digits.", "Au moins 6 chiffres."),
    "retries": field("Tries", "Essais", advanced=True),
    "max_digits": field("Longest number", "Longueur maximale", advanced=True),
    "interdigit": field("Wait between digits", "Attente entre chiffres", control="ms", advanced=True),
    "preconnect_audio": choice(
        "Before", "Avant", ("dialtone", "Dial tone", "Tonalité"), ("ringing", "Ringing", "Sonnerie")
    ),
    "ring_repeat_count": field("Rings", "Sonneries", advanced=True),
    "use_account_caller_id": field("Show the account’s number", "Afficher le numéro du compte"),
    "enforce_call_restriction": field("The account’s restrictions apply", "Restrictions du compte appliquées"),
}

RING_SECONDS = 4.0
"""One ring of the pre-connect ringing."""


class Data(ModuleData):
    """`pin`: digits. `interdigit` in ms. `preconnect_audio`: dialtone, ringing (`ring_repeat_count` times)."""

    pin: str = ""
    retries: int = 3
    max_digits: int = 15
    interdigit: int = 3000
    preconnect_audio: str = "dialtone"
    ring_repeat_count: int = 1
    use_account_caller_id: bool = True
    enforce_call_restriction: bool = False


def references(data: Data) -> list[Ref]:
    """Nothing is named."""
    return []


def warnings_of(data: Data) -> list[tuple[str, str, str]]:
    """Warn of a missing or short PIN."""
    if len(data.pin) >= 6:
        return []
    return [("pin", "pin-short", "Use a PIN of at least 6 digits. Without one, callers reach extensions only.")]


def run(data: Data, call: Call, exits: frozenset[str]) -> Talk[Next]:
    """Let the caller in, and go where he dials."""
    if data.preconnect_audio == "ringing":
        for _ in range(min(max(data.ring_repeat_count, 1), 10)):
            yield from play(Tone("!440+480/2000,!0/2000"))
            yield from sleep(0)
    yield from answer()
    tries = min(max(data.retries, 1), 5)
    if data.pin and not (yield from _let_in(data, tries)):
        return Stop()
    for _ in range(tries):
        got = yield from collect(
            Tone("dial"),
            max_digits=min(max(data.max_digits, 1), 32),
            timeout_ms=10_000,
            interdigit_ms=max(data.interdigit, 500),
        )
        found: FoundFlow | None = None
        if got.digits:
            found = yield from ask(FindFlow(got.digits, no_match=bool(data.pin) or bool(call.authorised_by)))
        if found is not None:
            _act_for_the_account(data, call)
            return Branch(found, dialled=got.digits)
        yield from play(Prompt("pbx-invalid"))
    return WILDCARD


def _let_in(data: Data, tries: int) -> Talk[bool]:
    for _ in range(tries):
        got = yield from collect(
            Prompt("vm-password"), max_digits=len(data.pin), timeout_ms=10_000, interdigit_ms=max(data.interdigit, 500)
        )
        if hmac.compare_digest(got.digits.encode(), data.pin.encode()):
            return True
        yield from play(Prompt("vm-incorrect"))
    yield from play(Prompt("vm-goodbye"))
    return False


def _act_for_the_account(data: Data, call: Call) -> None:
    """Show the account's number instead of the caller's, and let the account's restrictions apply, as asked."""
    account = call.world.account
    if data.enforce_call_restriction and not call.authorised_by:
        call.authorised_by = call.account_id
    if data.use_account_caller_id:
        external = account.get("caller_id", {}).get("external") if isinstance(account.get("caller_id"), dict) else None
        shown = external if isinstance(external, dict) else {}
        call.dynamic_caller = CallerId(str(shown.get("name") or ""), str(shown.get("number") or ""))
