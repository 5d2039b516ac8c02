"""Leave a message: greeting, record, review, keep. A caller who hangs up while recording or reviewing has left a
message."""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.callers import shown_caller
from qvoice.core.flow.commands import Prompt, Recording, SayDigits, Sound
from qvoice.core.flow.events import CallerGone, Recorded
from qvoice.core.flow.exits import WILDCARD, Branch, Next
from qvoice.core.flow.modules.voicemail.check import check_box, log_in
from qvoice.core.flow.modules.voicemail.dialogue import Options, is_full, is_owner, is_set
from qvoice.core.flow.modules.voicemail.keys import KEYPAD
from qvoice.core.flow.recording import FAILED_PROMPTS, MAX_TAKES, MIN_SECONDS, review_menu, usable
from qvoice.core.flow.requests import FindFlow, FoundFlow, Mailbox, OpenMailbox, StoreMessage
from qvoice.core.flow.talk import DataUnavailable, Talk, ask, collect, play, record

OPERATOR = "0"
"""Number of the account's operator."""


def leave_message(box_id: str, call: Call, options: Options) -> Talk[Next]:
    """Take a message for a box; the owner at an own device gets the box itself (`check_if_owner`)."""
    box: Mailbox | None = yield from ask(
        OpenMailbox(box_id=box_id) if box_id else OpenMailbox(mailbox=call.capture_group or "")
    )
    if box is None:
        yield from play(Prompt("vm-incorrect-mailbox"))
        return WILDCARD
    if is_set(box, "check_if_owner", default=True) and is_owner(call, box):
        return (yield from check_box(box, call, options))
    key: str | None = None
    if is_full(box) and not is_set(box, "announcement_only"):
        yield from play(Prompt("vm-mailboxfull"))
        return WILDCARD
    sounds = (*greeting(box), *_instructions(box))
    if sounds:
        key = yield from play(*sounds, terminators=KEYPAD)
    elsewhere = yield from _by_key(key, box, call, options)
    if elsewhere is not None:
        return elsewhere
    if is_set(box, "announcement_only"):
        return WILDCARD
    return (yield from _take(box, call, options))


def greeting(box: Mailbox) -> tuple[Sound, ...]:
    """Return what a caller hears: the temporary greeting, the unavailable one, or one made of the name or number."""
    if is_set(box, "skip_greeting"):
        return ()
    for ref in (box.temporary_ref, box.unavailable_ref):
        if ref:
            return (Recording(ref),)
    if box.name_ref:
        return (Recording(box.name_ref), Prompt("vm-isunavail"))
    return (Prompt("vm-theperson"), SayDigits(box.mailbox), Prompt("vm-isunavail"))


def _instructions(box: Mailbox) -> tuple[Sound, ...]:
    silent = is_set(box, "skip_instructions") or is_set(box, "announcement_only")
    return () if silent else (Prompt("vm-intro"),)


def _by_key(key: str | None, box: Mailbox, call: Call, options: Options) -> Talk[Next | None]:
    """To the operator (0), or into this box (*). Anything else only cuts the greeting short."""
    action = options.keys("compose").action(key)
    if action == "operator":
        return (yield from to_operator(box))
    if action == "login" and (yield from log_in(box, call, options)):
        return (yield from check_box(box, call, options, logged_in=True))
    return WILDCARD if action == "login" else None


def to_operator(box: Mailbox) -> Talk[Branch | None]:
    """Return the operator's flow (the box's `operator_number`, else the account's `0`), or None when there is none."""
    own = box.document.get("operator_number")
    number = own if isinstance(own, str) and own else OPERATOR
    found: FoundFlow | None = yield from ask(FindFlow(number, no_match=False))
    return Branch(found, dialled=number) if found is not None else None


def _take(box: Mailbox, call: Call, options: Options) -> Talk[Next]:
    """Record and review. From the first usable second on, whatever happens the message is kept unless the caller
    discards it."""
    recorded: Recorded | None = None
    try:
        for _ in range(MAX_TAKES):
            recorded = None
            recorded = yield from record(
                "message", box.box_id, max_seconds=options.max_seconds, terminators=KEYPAD, silence_seconds=0
            )
            if recorded.ended_by == "failed":
                if recorded.seconds >= MIN_SECONDS:
                    yield from _store(box, call, recorded)  # part of a message is better than none
                yield from play(*FAILED_PROMPTS, Prompt("please-try-call-later"))
                return WILDCARD
            if not usable(recorded):
                yield from play(Prompt("vm-tooshort"))
                continue
            if recorded.key == options.keys("compose")["operator"]:
                choice = "operator"
            else:
                choice = yield from _review(recorded, options)
            if choice == "record":
                continue
            kept, recorded = recorded, None
            stored = yield from _store(box, call, kept)
            yield from _say_outcome(stored)
            operator = (yield from to_operator(box)) if choice == "operator" else None
            return operator or WILDCARD
    except CallerGone as gone:
        left = gone.recorded if usable(gone.recorded) else recorded
        if left is not None and usable(left):
            yield from _store(box, call, left)
        raise
    return WILDCARD


def _review(recorded: Recorded, options: Options) -> Talk[str]:
    """Return `save`, `record` (again) or `operator` (keep, then go there). Silence keeps."""
    silences, keys = 0, options.keys("review")
    for _ in range(20):
        got = yield from collect(review_menu(options.language, options.review_keys), timeout_ms=5000, terminators="")
        match keys.action(got.digits):
            case "save" | "record" | "operator" as choice:
                return choice
            case "listen":
                yield from play(Recording(recorded.ref), terminators=KEYPAD)
            case "":
                silences += 1
                if silences == 3:
                    return "save"
            case _ if got.digits == "#":
                return "save"
            case _:
                yield from play(Prompt("vm-sorry"))
    return "save"


def _store(box: Mailbox, call: Call, recorded: Recorded) -> Talk[bool | None]:
    """Keep the message. False: the box is full. None: the data layer is away (the journal still has the recording)."""
    caller = shown_caller(call)
    message = StoreMessage(
        box_id=box.box_id,
        ref=recorded.ref,
        seconds=recorded.seconds,
        caller_number=caller.number,
        caller_name=caller.name,
        dialled=call.dialled,
    )
    try:
        return bool((yield from ask(message)))
    except DataUnavailable:
        return None


def _say_outcome(stored: bool | None) -> Talk[None]:
    if stored is None:
        yield from play(*FAILED_PROMPTS)
    else:
        yield from play(Prompt("vm-msgsaved" if stored else "vm-mailboxfull"))
