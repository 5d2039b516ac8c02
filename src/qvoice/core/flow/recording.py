"""Record something and let the speaker review it: shared by voicemail messages, greetings and menu greetings."""

from __future__ import annotations

from qvoice.core.flow.commands import Prompt, Recording, SayDigits, Sound
from qvoice.core.flow.events import Recorded
from qvoice.core.flow.spoken import sentence
from qvoice.core.flow.talk import Talk, collect, play, record

MAX_TAKES = 10
"""Recordings in a row before the dialogue gives up."""

MIN_SECONDS = 0.5
"""Shorter recordings are no message (500 ms, the dialect's)."""

FAILED_PROMPTS = (Prompt("im-sorry"), Prompt("something-terribly-wrong"))
"""What a speaker hears when nothing could be recorded (disk full, engine fault)."""

REVIEW_KEYS = ("1", "2", "3")
"""Keep, listen, record again; an account may have chosen others for voicemail."""


def review_menu(language: str, keys: tuple[str, str, str]) -> Sound:
    """Return "to keep it, press 1, to listen to it 2, to record it again 3" with these keys."""
    keep, listen, again = keys
    core = (
        *(Prompt("vm-press"), SayDigits(keep), Prompt("vm-for"), Prompt("vm-saved")),
        *(Prompt("vm-press"), SayDigits(listen), Prompt("to-listen-to-it")),
        *(Prompt("vm-press"), SayDigits(again), Prompt("to-rerecord-it")),
    )
    return sentence("vm-review", language, *core, keep=keep, listen=listen, again=again)


def usable(recorded: Recorded | None) -> bool:
    """Tell whether there is a recording worth keeping."""
    return recorded is not None and recorded.ended_by != "failed" and recorded.seconds >= MIN_SECONDS


def record_reviewed(
    purpose: str,
    owner: str,
    *intro: Sound,
    max_seconds: int = 180,
    review: bool = True,
    keys: tuple[str, str, str] = REVIEW_KEYS,
    language: str = "en",
) -> Talk[Recorded | None]:
    """Play the intro, record, and let the speaker choose by `keys`: keep, listen, again. None: nothing kept.

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
        kept = yield from _review(recorded, keys, language)
        if kept:
            return recorded
    return None


def _review(recorded: Recorded, keys: tuple[str, str, str], language: str) -> Talk[bool]:
    keep, listen, again = keys
    unanswered = 0
    for _ in range(20):
        choice = yield from collect(review_menu(language, keys), timeout_ms=5000, terminators="")
        digit = choice.digits
        if digit == listen:
            yield from play(Recording(recorded.ref), terminators=f"{keep}{listen}{again}#")
        elif digit == again:
            return False
        elif digit in (keep, "#"):
            return True
        elif digit:
            yield from play(Prompt("vm-sorry"))
        else:
            unanswered += 1
            if unanswered == 3:
                return True
    return True
