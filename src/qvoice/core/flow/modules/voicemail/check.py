"""Get into a box: which box, whose, with which PIN; then set-up at the first time, then its main menu."""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.commands import Prompt
from qvoice.core.flow.exits import WILDCARD, Next
from qvoice.core.flow.modules.voicemail.dialogue import Options, is_owner, is_set
from qvoice.core.flow.modules.voicemail.main_menu import main_menu
from qvoice.core.flow.modules.voicemail.setup import first_login
from qvoice.core.flow.requests import CheckPin, Mailbox, OpenMailbox
from qvoice.core.flow.talk import Talk, ask, collect, play

MAX_TRIES = 3
"""Attempts to log in."""

MAX_PIN = 15
MAX_MAILBOX = 30


def check_mailbox(box_id: str, call: Call, options: Options) -> Talk[Next]:
    """Find the caller's box (named, captured, own, matching the caller id, or asked for) and open it."""
    number = _number_without_asking(call, options) if not box_id else None
    if box_id or number:
        box: Mailbox | None = yield from ask(OpenMailbox(box_id=box_id) if box_id else OpenMailbox(mailbox=number))
        if box is not None:
            return (yield from check_box(box, call, options))
    return (yield from _ask_which(call, options))


def check_box(box: Mailbox, call: Call, options: Options, *, logged_in: bool = False) -> Talk[Next]:
    """Open a box whose number is known. The owner at an own device needs no PIN unless `require_pin` says so."""
    if not logged_in and (is_set(box, "require_pin") or not is_owner(call, box)):
        logged_in = yield from log_in(box, call, options)
        if not logged_in:
            return WILDCARD
    return (yield from _inside(box, call, options))


def log_in(box: Mailbox, call: Call, options: Options) -> Talk[bool]:
    """Ask for the PIN of a box, three times at most; False when it did not come."""
    for _ in range(MAX_TRIES):
        verdict = yield from _pin(box, options)
        if verdict == "ok":
            return True
        yield from play(Prompt("vm-incorrect"))
        if verdict == "locked":
            break
    yield from play(Prompt("vm-goodbye"))
    return False


def _ask_which(call: Call, options: Options) -> Talk[Next]:
    """Ask for box number and PIN. A box that does not exist answers exactly as a wrong PIN does."""
    prompt = "vm-login"
    for _ in range(MAX_TRIES):
        got = yield from collect(
            Prompt(prompt), max_digits=MAX_MAILBOX, timeout_ms=10000, interdigit_ms=options.interdigit_ms
        )
        box: Mailbox | None = (yield from ask(OpenMailbox(mailbox=got.digits))) if got.digits else None
        prompt = "vm-incorrect-mailbox"
        if box is not None and is_owner(call, box) and not is_set(box, "require_pin"):
            return (yield from _inside(box, call, options))
        verdict = yield from _pin(box, options)
        if verdict == "ok" and box is not None:
            return (yield from _inside(box, call, options))
    yield from play(Prompt("vm-goodbye"))
    return WILDCARD


def _pin(box: Mailbox | None, options: Options) -> Talk[str]:
    """Ask for a PIN; return `ok`, `wrong` or `locked`. No box, or a box without PIN, has none that fits."""
    got = yield from collect(
        Prompt("vm-password"), max_digits=MAX_PIN, timeout_ms=10000, interdigit_ms=max(options.interdigit_ms, 3000)
    )
    if box is None or not box.has_pin:
        return "wrong"
    return (yield from ask(CheckPin(box.box_id, got.digits)))


def _inside(box: Mailbox, call: Call, options: Options) -> Talk[Next]:
    if not is_set(box, "is_setup") and not is_set(box, "not_configurable"):
        yield from first_login(box, options)
    return (yield from main_menu(box.box_id, call, options))


def _number_without_asking(call: Call, options: Options) -> str | None:
    """Return the box number that needs no asking: captured by the code (*971000), the caller's only box, or its
    caller id."""
    if call.capture_group:
        return call.capture_group
    if options.single_mailbox_login and call.source == "device" and call.owner_id:
        own = [box.get("mailbox") for _, box in call.world.all("vmboxes") if box.get("owner_id") == call.owner_id]
        if len(own) == 1 and isinstance(own[0], str):
            return own[0]
    if options.callerid_match_login and call.caller.number:
        number = call.caller.number
        if any(box.get("mailbox") == number for _, box in call.world.all("vmboxes")):
            return number
    return None
