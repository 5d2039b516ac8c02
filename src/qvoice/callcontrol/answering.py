"""The data layer's side of a call: answers to a flow's questions (features/*/answers.py), paths of media."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from qvoice.callcontrol.live import LiveCall
from qvoice.callcontrol.sounds import MediaPath
from qvoice.core.flow.commands import Speech, Url
from qvoice.core.flow.requests import Request
from qvoice.db.engine import Database, DatabaseAway
from qvoice.features.callflows.context import AnswerContext, collect_answers
from qvoice.features.callflows.snapshot import Snapshots
from qvoice.features.media.files import MediaFiles
from qvoice.features.media.web import WebSounds
from qvoice.features.speech.files import SpokenFiles
from qvoice.kit import log
from qvoice.kit.errors import Invalid, NotFound, Unavailable


class Answering:
    """Everything is asked in the scope of the call's own account: a flow cannot name another tenant's anything."""

    def __init__(
        self,
        *,
        db: Database,
        snapshots: Snapshots,
        media: MediaFiles,
        spoken: SpokenFiles,
        web: WebSounds,
        written: Callable[[], Awaitable[None]],
    ) -> None:
        self._db, self._snapshots, self._media, self._spoken, self._web = db, snapshots, media, spoken, web
        self._written = written
        self._answers = collect_answers()

    async def ask(self, call: LiveCall, request: Request) -> Any:
        """Answer one question; raises what the feature raises, LookupError when nobody answers such a question."""
        if call.facts is None:
            raise LookupError("the call has no facts yet")
        answer = self._answers.get(type(request))
        if answer is None:
            raise LookupError(f"nobody answers {type(request).__name__}")
        scope = await self._snapshots.scope(call.facts.account_id)
        context = AnswerContext(self._db, scope, call.facts, self._snapshots, self._media, self._written)
        return await answer(context, request)

    def media_path(self, call: LiveCall) -> MediaPath:
        """Return the function that finds the call's account's media."""

        async def path(wanted: str | Speech | Url) -> str | None:
            if call.facts is None:
                return None
            try:
                if isinstance(wanted, Speech):
                    return await self._spoken.path(wanted.text, voice=wanted.voice, language=wanted.language)
                if isinstance(wanted, Url):
                    return await self._web.path(call.facts.account_id, wanted.url)
                return await self._media.path(call.facts.account_id, wanted)
            except (NotFound, Invalid):
                return None
            except (DatabaseAway, Unavailable) as problem:
                log.get().warning("media.away", call=call.id, media=str(wanted)[:80], problem=str(problem))
                return None

        return path
