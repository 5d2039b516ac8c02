"""The data layer's side of a call: answers to a flow's questions (features/*/answers.py), paths of media."""

from __future__ import annotations

from typing import Any

from qvoice.callcontrol.live import LiveCall
from qvoice.callcontrol.sounds import MediaPath
from qvoice.core.flow.requests import Request
from qvoice.db.engine import Database, DatabaseAway
from qvoice.features.callflows.context import AnswerContext, collect_answers
from qvoice.features.callflows.snapshot import Snapshots
from qvoice.features.media.files import MediaFiles
from qvoice.kit import log
from qvoice.kit.errors import Invalid, NotFound


class Answering:
    """Everything is asked in the scope of the call's own account: a flow cannot name another tenant's anything."""

    def __init__(self, *, db: Database, snapshots: Snapshots, media: MediaFiles) -> None:
        self._db, self._snapshots, self._media = db, snapshots, media
        self._answers = collect_answers()

    async def ask(self, call: LiveCall, request: Request) -> Any:
        """Answer one question; raises what the feature raises, LookupError when nobody answers such a question."""
        if call.facts is None:
            raise LookupError("the call has no facts yet")
        answer = self._answers.get(type(request))
        if answer is None:
            raise LookupError(f"nobody answers {type(request).__name__}")
        scope = await self._snapshots.scope(call.facts.account_id)
        return await answer(AnswerContext(self._db, scope, call.facts, self._snapshots, self._media), request)

    def media_path(self, call: LiveCall) -> MediaPath:
        """Return the function that finds the call's account's media."""

        async def path(media_id: str) -> str | None:
            if call.facts is None:
                return None
            try:
                return await self._media.path(call.facts.account_id, media_id)
            except (NotFound, Invalid):
                return None
            except DatabaseAway:
                log.get().warning("media.database_away", call=call.id, media=media_id[:80])
                return None

        return path
