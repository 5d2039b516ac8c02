"""What a call writes down, as calls see it (journal.py does it; a test's book remembers in memory)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from qvoice.callcontrol.legs import CallLeg
from qvoice.core.conference.plan import RoomPlan

if TYPE_CHECKING:
    from qvoice.callcontrol.live import LiveCall


class CallBook(Protocol):
    """Every method that is not a coroutine only notes; nothing waits for the database."""

    def touch(self, call: LiveCall) -> None:
        """The call's state changed: keep it."""

    def leg(self, call: LiveCall, leg: CallLeg, event: str | None) -> None:
        """A leg is new or changed; `event` is the live event to publish."""

    def leg_over(self, call: LiveCall, leg: CallLeg) -> None:
        """A leg ended: CDR, and no longer a live channel."""

    def presence(
        self,
        account_id: str,
        presence_id: str,
        source: str,
        state: str,
        *,
        call: LiveCall | None = None,
        number: str = "",
        name: str = "",
    ) -> None:
        """Show a state on lamps; with `call` it ends with that call."""

    def over(self, call: LiveCall) -> None:
        """The call is over: forget its state."""

    async def recording_starts(
        self, call: LiveCall, name: str, *, purpose: str, owner: str, details: dict[str, Any] | None = None
    ) -> None:
        """Keep that this recording belongs to this call; returns when it is safe on disk."""

    async def recording_unwanted(self, name: str) -> None:
        """A recording that is complete has nothing in it. Raises OSError."""

    async def recording_cut(self, name: str) -> None:
        """A recording that an earlier process began is to be kept as it is. Raises OSError."""

    async def room_recording_starts(self, account_id: str, bridge: str, name: str, plan: RoomPlan) -> None:
        """As `recording_starts`, of a conference room."""

    def finish(self, row: dict[str, Any]) -> None:
        """An admission ended: give back what it had reserved, and book its charge (features.charging.charge)."""

    def publish(self, account_id: str, name: str, data: dict[str, Any]) -> None:
        """Publish a live event that is not about one leg."""
