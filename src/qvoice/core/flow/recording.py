"""Record something and let the speaker review it: shared by voicemail messages, greetings and menu greetings."""

from __future__ import annotations

from qvoice.core.flow.commands import Prompt, Recording, Sound
from qvoice.core.flow.events import Recorded
from qvoice.core.flow.talk import Talk, collect, play, record

MAX_TAKES = 10
"""Recordings in a row before the dialogue gives up."""

MIN_SECONDS = 0.5
"""Shorter recordings are no message (500 ms, the dialect's)."""

FAILED_PROMPTS = (Prompt("im-sorry"), Prompt("something-terribly-wrong"))
"""What a speaker hears when nothing could be recorded (disk full, engine fault)."""

REVIEW_MENU: tuple[Sound, ...] = (
    *(Prompt("vm-press"), Prompt("digits/1"), Prompt("vm-savemessage")),
    *(Prompt("vm-press"), Prompt("digits/2"), Prompt("to-listen-to-it")),
    *(Prompt("vm-press"), Prompt("digits/3"), Prompt("to-rerecord-it")),
)


def usable(recorded: Recorded | None) -> bool:
    """Tell whether there is a recording worth keeping."""
    return recorded is not None and recorded.ended_by != "failed" and recorded.seconds >= MIN_SECONDS


def record_reviewed(
    purpose: str, owner: str, *intro: Sound, max_seconds: int = 180, review: bool = True
) -> Talk[Recorded | None]:
    """Play the intro, record, and let the speaker choose: 1 keep, 2 listen, 3 again. None: nothing kept.

    No choice after three askings keeps the recording: whoever spoke wanted it kept.
    """
    for _ in range(MAX_TAKES):
        yield from play(*intro)
        recorded = yield from record(purpose, owner, max_seconds=max_seconds)
        if recorded.ended_by == "failed":
            yield from play(*FAILED_PROMPTS)
            return None
        if not usable(recorded):
            yield from play(Prompt("vm-tooshort"))
            continue
        if not review:
            return recorded
        kept = yield from _review(recorded)
        if kept:
            return recorded
    return None


def _review(recorded: Recorded) -> Talk[bool]:
    unanswered = 0
    for _ in range(20):
        choice = yield from collect(*REVIEW_MENU, timeout_ms=5000, terminators="")
        match choice.digits:
            case "1" | "#":
                return True
            case "2":
                yield from play(Recording(recorded.ref), terminators="123#")
            case "3":
                return False
            case "":
                unanswered += 1
                if unanswered == 3:
                    return True
            case _:
                yield from play(Prompt("vm-sorry"))
    return True
