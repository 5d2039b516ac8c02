"""After a crash: call recordings that nobody writes any more are released for the worker to keep."""

from __future__ import annotations

import time
from collections.abc import Collection

from qvoice.features.media.journal import Journal
from qvoice.kit import log

_JUST_BEGUN = 10.0
"""Seconds in which a recording's note may be there before call control counts it as alive."""


def release(journal: Journal, *, alive: Collection[str]) -> list[str]:
    """Mark as due every call recording that is not in `alive` (names); returns them. Blocks: call it in a thread.

    Repeats harmlessly; a full disk leaves it for the next time.
    """
    released = []
    for ref, intent in journal.leftovers():
        if intent is None or intent.purpose != "call" or intent.due or ref in alive:
            continue
        if time.time() - intent.started < _JUST_BEGUN:
            continue
        try:
            journal.mark_due(ref)
            released.append(ref)
        except OSError as problem:
            log.get().error("recordings.not_released", ref=ref, problem=str(problem))
    if released:
        log.get().info("recordings.released", refs=released)
    return released
