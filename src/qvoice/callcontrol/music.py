"""Hold music for one channel: the account's own media, else the system's. It plays until it is stopped."""

from __future__ import annotations

from qvoice.callcontrol.ari import wire
from qvoice.callcontrol.legs import CallLeg
from qvoice.callcontrol.live import LiveCall
from qvoice.callcontrol.sounds import Run, language, render
from qvoice.core.flow.commands import Media

REPEATS = 40
"""Times that media are repeated in one playback; after that it starts anew."""


class Music:
    """Music on one leg of a call. `media`: a media id, None for the system's music."""

    def __init__(self, call: LiveCall, leg: CallLeg, media: str | None) -> None:
        self.call, self.leg, self.media = call, leg, media
        self._playback = ""
        self._plain = False

    async def start(self) -> None:
        """Begin; the system's music when the media do not exist (any more). A leg that is leaving hears nothing."""
        uris: list[str] = []
        if self.media:
            parts = await render(
                (Media(self.media),),
                lang=language(self.call.facts.language if self.call.facts else "en"),
                media_path=self.call.exchange.media_path(self.call),
            )
            uris = [uri for part in parts if isinstance(part, Run) for uri in part.uris]
        if not uris:
            self._plain = True
            self.call.ari.tell("POST", f"channels/{self.leg.channel}/moh")
            return
        self.call.sounds += 1
        self._playback = f"{self.call.id}.{self.call.sounds}"
        self.call.playing = self._playback
        self.call.ari.tell(
            "POST",
            f"channels/{self.leg.channel}/play",
            body={"media": uris * REPEATS, "playbackId": self._playback},
        )

    async def heard(self, message: wire.Message) -> None:
        """Start again when the event says that all repeats are over."""
        done = message.type == "PlaybackFinished" and message.playback is not None
        if done and message.playback is not None and self._playback == message.playback.id:
            self._playback = ""
            if message.playback.state != "failed" and not self.leg.gone:
                await self.start()

    def stop(self) -> None:
        """End it."""
        if self._plain:
            self.call.ari.tell("DELETE", f"channels/{self.leg.channel}/moh")
        if self._playback:
            if self.call.playing == self._playback:
                self.call.playing = ""
            self.call.ari.tell("DELETE", f"playbacks/{self._playback}")
        self._plain, self._playback = False, ""
