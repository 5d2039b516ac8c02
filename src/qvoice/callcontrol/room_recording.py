"""Recording a conference room: one file of what everybody hears, begun and ended by order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvoice.callcontrol.ari import wire
from qvoice.callcontrol.ari.client import AriError
from qvoice.kit import log

if TYPE_CHECKING:
    from qvoice.callcontrol.exchange import Exchange
    from qvoice.core.conference.plan import RoomPlan

LONGEST = 4 * 3600
"""Seconds after which a room's recording ends by itself."""


class RoomRecording:
    """The recording of one room. `name`: of the one under way, '' when there is none."""

    def __init__(self, exchange: Exchange, account_id: str, bridge: str, plan: RoomPlan) -> None:
        self._exchange, self._account_id, self._bridge, self._plan = exchange, account_id, bridge, plan
        self.name = ""
        self._count = 0

    def resume(self, name: str) -> None:
        """After a restart: Asterisk goes on with this one."""
        self.name = name

    async def start(self) -> bool:
        """Begin; False when it cannot be (disk full, engine fault)."""
        self._count += 1
        name = f"{self._bridge}-{self._count}"
        try:
            await self._exchange.journal.room_recording_starts(self._account_id, self._bridge, name, self._plan)
            await self._exchange.ari.post(
                f"bridges/{self._bridge}/record",
                {"name": name, "format": "wav", "ifExists": "overwrite", "maxDurationSeconds": str(LONGEST)},
            )
        except (AriError, OSError) as problem:
            log.get().error("room.recording_failed", bridge=self._bridge, problem=str(problem))
            return False
        self.name = name
        return True

    async def stop(self) -> None:
        """End it; Asterisk then says that it is over."""
        if self.name:
            name, self.name = self.name, ""
            try:
                await self._exchange.ari.post(f"recordings/live/{name}/stop")
                await self._exchange.journal.recording_cut(name)
            except (AriError, OSError) as problem:
                log.get().warning("room.recording_stop", recording=name, problem=str(problem))

    def is_over(self, message: wire.Message) -> bool:
        """Tell whether an event says that a recording of this room has ended."""
        recording = message.recording
        ended = message.type in ("RecordingFinished", "RecordingFailed")
        return ended and recording is not None and recording.name.startswith(f"{self._bridge}-")
