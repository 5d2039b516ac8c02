"""What an answer to a flow's question may use. callcontrol makes one per call and passes it to every answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from qvoice.core.flow.call import Call
from qvoice.db.engine import Database, Scope
from qvoice.features.callflows.snapshot import Snapshots
from qvoice.features.documents.resource import discover
from qvoice.features.media.files import MediaFiles


@dataclass(frozen=True, slots=True)
class AnswerContext:
    """`scope`: the call's account; `call`: the call as its flow sees it; `media`: this node's files and recordings;
    `written` returns when the database knows of every channel that this process knows of, or that it is away.
    """

    db: Database
    scope: Scope
    call: Call
    snapshots: Snapshots
    media: MediaFiles
    written: Callable[[], Awaitable[None]] | None = None


Answer = Callable[[AnswerContext, Any], Awaitable[Any]]


def collect_answers() -> dict[type, Answer]:
    """Return {request type: function} of every feature's `answers.py`; raises ValueError when two answer the same
    request.
    """
    found: dict[type, Answer] = {}
    for module in discover("answers"):
        for request, answer in module.ANSWERS.items():
            if request in found:
                raise ValueError(
                    f"{request.__name__} is answered twice, by {found[request].__module__} and {module.__name__}"
                )
            found[request] = answer
    return found
