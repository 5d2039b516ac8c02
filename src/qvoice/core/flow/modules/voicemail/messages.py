"""Hear the messages of a folder. Keys, also during playback: 1 keep, 2 replay, 3 forward, 4 previous, 6 next, 7
delete or undelete,
9 call back, 5 back to the start, 8 to the end, # leave.
"""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.commands import Prompt, Recording, SayDigits, SayNumber, SayTime, Sound
from qvoice.core.flow.exits import Branch, Next
from qvoice.core.flow.modules.voicemail.dialogue import MAX_CHOICES, MAX_SILENCES, Options, box_timezone, is_set, press
from qvoice.core.flow.recording import record_reviewed
from qvoice.core.flow.requests import (
    FindFlow,
    ForwardMessage,
    FoundFlow,
    ListMessages,
    Mailbox,
    MailboxMessage,
    SetFolder,
)
from qvoice.core.flow.talk import Talk, ask, collect, play

KEYS = "123456789#"
OFFER: tuple[Sound, ...] = (
    *press("1", "vm-savemessage"),
    *(Prompt("vm-press"), SayDigits("2"), Prompt("vm-repeat")),
    *(Prompt("vm-press"), SayDigits("3"), Prompt("vm-toforward")),
    *(Prompt("vm-press"), SayDigits("6"), Prompt("vm-next")),
    *(Prompt("vm-press"), SayDigits("7"), Prompt("vm-delete")),
    *(Prompt("vm-press"), SayDigits("9"), Prompt("vm-tocallback")),
)


def hear(box: Mailbox, folder: str, call: Call, options: Options) -> Talk[Next | None]:
    """Play a folder from its first message; return another flow to go to (call-back), or None when done."""
    messages: tuple[MailboxMessage, ...] = yield from ask(ListMessages(box.box_id, folder))
    if not messages:
        yield from play(Prompt("vm-no"), Prompt("vm-INBOX" if folder == "new" else "vm-Old"), Prompt("vm-messages"))
        return None
    deleted: set[str] = set()
    index, silences, replay = 0, 0, True
    for _ in range(MAX_CHOICES):
        message = messages[index]
        key: str | None = None
        if replay:
            envelope = () if is_set(box, "skip_envelope") else _envelope(message, index, box_timezone(call, box))
            key = yield from play(*envelope, Recording(message.ref), terminators=KEYS)
        if key in (None, "8"):
            got = yield from collect(*OFFER, timeout_ms=5000, terminators="")
            key = got.digits
        silences, replay = silences + 1 if not key else 0, key in ("2", "4", "5", "6")
        match key:
            case "1":
                yield from ask(SetFolder(box.box_id, message.message_id, "saved"))
                deleted.discard(message.message_id)
                yield from play(Prompt("vm-saved"))
                step = 1
            case "2" | "5":
                step = 0
            case "3":
                yield from _forward(box, message, options)
                step = 0
            case "4":
                step = -1
            case "6":
                step = 1
            case "7":
                step = yield from _delete(box, message, deleted, folder)
            case "9":
                branch = yield from _call_back(message, call)
                if branch is not None:
                    return branch
                step = 0
            case "#" | "*":
                return None
            case "" | None:
                if silences == MAX_SILENCES:
                    return None
                step = 0
            case _:
                yield from play(Prompt("vm-sorry"))
                step = 0
        replay = replay or step != 0
        if index + step >= len(messages):
            yield from play(Prompt("vm-nomore"))
            if key != "7" and step and not deleted:
                return None
            replay = False
            step = 0
        index = max(index + step, 0)
    return None


def _envelope(message: MailboxMessage, index: int, timezone: str) -> tuple[Sound, ...]:
    """Return "message 2, received Tuesday at five past four, from phone number 1 4 1 6 …"."""
    digits = "".join(c for c in message.caller_number if c in "0123456789")
    caller: tuple[Sound, ...] = (
        (Prompt("vm-from-phonenumber"), SayDigits(digits)) if digits else (Prompt("vm-unknown-caller"),)
    )
    return (
        Prompt("vm-message"),
        SayNumber(index + 1),
        Prompt("vm-received"),
        SayTime(message.unix, timezone),
        *caller,
    )


def _delete(box: Mailbox, message: MailboxMessage, deleted: set[str], folder: str) -> Talk[int]:
    """Delete, or take back; return how far to step."""
    if message.message_id in deleted:
        yield from ask(SetFolder(box.box_id, message.message_id, folder))
        deleted.discard(message.message_id)
        yield from play(Prompt("vm-undeleted"))
        return 0
    yield from ask(SetFolder(box.box_id, message.message_id, "deleted"))
    deleted.add(message.message_id)
    yield from play(Prompt("vm-deleted"))
    return 1


def _forward(box: Mailbox, message: MailboxMessage, options: Options) -> Talk[None]:
    """Ask for a box number, offer to speak an introduction, forward."""
    for _ in range(3):
        got = yield from collect(
            Prompt("vm-toforward"),
            Prompt("vm-toenternumber"),
            Prompt("vm-then-pound"),
            max_digits=30,
            timeout_ms=8000,
            interdigit_ms=options.interdigit_ms,
        )
        if not got.digits:
            return
        choice = yield from collect(Prompt("vm-forwardoptions"), timeout_ms=6000, terminators="")
        introduction = None
        if choice.digits == "1":
            recorded = yield from record_reviewed("message", box.box_id, Prompt("vm-record-prepend"))
            introduction = recorded.ref if recorded else None
        missing = yield from ask(ForwardMessage(box.box_id, message.message_id, (got.digits,), introduction))
        if not missing:
            yield from play(Prompt("vm-msgforwarded"))
            return
        yield from play(Prompt("vm-incorrect-mailbox"))


def _call_back(message: MailboxMessage, call: Call) -> Talk[Branch | None]:
    """Return the flow that reaches the caller. Through the account's carriers only for a caller who may call out
    anyway."""
    if not message.caller_number:
        yield from play(Prompt("vm-nonumber"))
        return None
    found: FoundFlow | None = yield from ask(FindFlow(message.caller_number, no_match=bool(call.authorised_by)))
    if found is None:
        yield from play(Prompt("vm-nonumber"))
        return None
    return Branch(found, dialled=message.caller_number)
