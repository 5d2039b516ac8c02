"""Hear the messages of a folder. Keys, also during playback: 1 keep, 2 replay, 3 forward, 4 previous, 5 back some
seconds, 6 next, 7 delete or undelete, 8 on some seconds, 9 call back, 0 and # back to the main menu (`keys.py`).
"""

from __future__ import annotations

from qvoice.core.flow.call import Call
from qvoice.core.flow.commands import Prompt, Recording, SayDigits, SayNumber, SayTime, Sound
from qvoice.core.flow.exits import Branch, Next
from qvoice.core.flow.modules.voicemail.dialogue import (
    MAX_CHOICES,
    MAX_SILENCES,
    Options,
    box_timezone,
    is_set,
    skip_ms,
)
from qvoice.core.flow.modules.voicemail.keys import Keys
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
from qvoice.core.flow.spoken import sentence
from qvoice.core.flow.talk import Talk, ask, collect, play, play_seekable


def hear(box: Mailbox, folder: str, call: Call, options: Options) -> Talk[Next | None]:
    """Play a folder from its first message; return another flow to go to (call-back), or None when done."""
    messages: tuple[MailboxMessage, ...] = yield from ask(ListMessages(box.box_id, folder))
    if not messages:
        yield from play(Prompt("vm-no"), Prompt("vm-INBOX" if folder == "new" else "vm-Old"), Prompt("vm-messages"))
        return None
    deleted: set[str] = set()
    keys = options.keys("message")
    stop = keys.all(but=("rewind", "fastforward"))
    index, silences, replay = 0, 0, True
    for _ in range(MAX_CHOICES):
        message = messages[index]
        key: str | None = None
        if replay:
            envelope = () if is_set(box, "skip_envelope") else _envelope(message, index, box_timezone(call, box))
            key = yield from play_seekable(
                *envelope,
                Recording(message.ref),
                terminators=stop,
                rewind=keys["rewind"],
                forward=keys["fastforward"],
                skip_ms=skip_ms(box),
            )
        if key is None:
            got = yield from collect(_offer(keys, options.language), timeout_ms=5000, terminators="")
            key = got.digits
        action = keys.action(key)
        silences = silences + 1 if not key else 0
        replay = action in ("replay", "prev", "rewind", "next")
        step = 0
        match action:
            case "keep":
                yield from ask(SetFolder(box.box_id, message.message_id, "saved"))
                deleted.discard(message.message_id)
                yield from play(Prompt("vm-saved"))
                step = 1
            case "forward":
                yield from _forward(box, message, options)
            case "prev":
                step = -1
            case "next":
                step = 1
            case "delete":
                step = yield from _delete(box, message, deleted, folder)
            case "callback":
                branch = yield from _call_back(message, call)
                if branch is not None:
                    return branch
            case "return_main" | "exit":
                return None
            case "" if silences == MAX_SILENCES:
                return None
            case "unknown":
                yield from play(Prompt("vm-sorry"))
            case _:  # replay, rewind (the message is over: from its start), fast-forward (nothing is left)
                pass
        replay = replay or step != 0
        if index + step >= len(messages):
            yield from play(Prompt("vm-nomore"))
            if action != "delete" and step and not deleted:
                return None
            replay = False
            step = 0
        index = max(index + step, 0)
    return None


def _offer(keys: Keys, language: str) -> Sound:
    spoken = keys.spoken()
    core: list[Sound] = []
    for action, prompts in (
        ("keep", ("vm-for", "vm-saved")),
        ("replay", ("to-listen-to-it",)),
        ("next", ("vm-for", "vm-message")),
        ("delete", ("vm-for", "vm-deleted")),
        ("callback", ("to-call-this-number",)),
    ):
        core += [Prompt("vm-press"), SayDigits(spoken[action]), *map(Prompt, prompts)]
    return sentence("vm-message", language, *core, **spoken)


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
            sentence("vm-forward-to", options.language, Prompt("vm-extension"), Prompt("vm-then-pound")),
            max_digits=30,
            timeout_ms=8000,
            interdigit_ms=options.interdigit_ms,
        )
        if not got.digits:
            return
        choice = yield from collect(Prompt("vm-forwardoptions"), timeout_ms=6000, terminators="")
        introduction = None
        if choice.digits == "1":
            recorded = yield from record_reviewed(
                "message",
                box.box_id,
                Prompt("vm-record-prepend"),
                keys=options.review_keys,
                language=options.language,
            )
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
