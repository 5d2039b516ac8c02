"""Recording a conference room: one file of what everybody hears, begun and ended by order, kept as call recordings are.

The journal knows of it before its first sample; when Asterisk has closed the file it is due, and the worker keeps it
(features/recordings). One that nobody ended (a crash) is released by `features.recordings.recover`.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from qvoice.callcontrol.ari import wire
from qvoice.callcontrol.ari.client import AriError
from qvoice.kit import log

if TYPE_CHECKING:
    from qvoice.callcontrol.exchange import Exchange
    from qvoice.core.conference.plan import RoomPlan

LONGEST = 4 * 3600
"""Seconds after which a room's recording ends by itself."""

PATIENCE = 3.0
"""Seconds that Asterisk may take to close a file that was stopped."""


class RoomRecording:
    """The recording of one room. `name`: of the one under way, '' when there is none."""

    def __init__(self, exchange: Exchange, account_id: str, bridge: str, plan: RoomPlan) -> None:
        self._exchange, self._account_id, self._bridge, self._plan = exchange, account_id, bridge, plan
        self.name = ""
        self._count = 0
        self._closed = asyncio.Event()

    def resume(self, name: str) -> None:
        """After a restart: Asterisk goes on with this one."""
        self.name = name
        _, _, count = name.rpartition("-")
        self._count = int(count) if count.isdigit() else 0

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
        self._closed.clear()
        return True

    async def stop(self) -> None:
        """End it, and see to it that it is kept."""
        if not self.name:
            return
        try:
            await self._exchange.ari.post(f"recordings/live/{self.name}/stop")
            await asyncio.wait_for(self._closed.wait(), PATIENCE)
        except (AriError, TimeoutError) as problem:
            log.get().warning("room.recording_stop", recording=self.name, problem=repr(problem))
        await self.keep()

    async def keep(self) -> None:
        """The file is closed (or never will be): hand it to the worker."""
        name, self.name = self.name, ""
        if name:
            try:
                await self._exchange.journal.recording_cut(name)
            except OSError as problem:
                log.get().error("room.recording_not_due", recording=name, problem=str(problem))

    def is_over(self, message: wire.Message) -> bool:
        """Tell whether an event says that the recording of this room has ended."""
        recording = message.recording
        if message.type not in ("RecordingFinished", "RecordingFailed") or recording is None:
            return False
        if not self.name or recording.name != self.name:
            return False
        self._closed.set()
        return True
