"""One phone's subscription: its dialog (RFC 6665), and what it was last told."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any

RATE = 50
"""NOTIFYs a second that no subscription exceeds: how far CSeq may have gone on since it was written down."""


@dataclass(slots=True)
class Subscription:
    """`id` is our tag. `local`, `remote`: From and To of our NOTIFYs. `expires`, `written`: Unix seconds.

    `sequence` counts NOTIFYs; documents have its distance from `first` as version, so both rise, also over restarts.
    """

    id: str
    account: str
    device: str
    realm: str
    event: str
    presence_id: str
    call_id: str
    local: str
    remote: str
    target: str
    routes: list[str]
    expires: float
    event_id: str = ""
    sequence: int = 1
    first: int = 1
    remote_sequence: int = 0
    written: float = 0.0
    told: Any = field(default=None, compare=False)
    """What the phone was last told, None for nothing yet. Not kept."""
    due: bool = field(default=False, compare=False)
    """It has refreshed, and is told whether or not anything changed (RFC 6665 4.2.1.2)."""
    busy: bool = field(default=False, compare=False)
    again: bool = field(default=False, compare=False)

    @property
    def key(self) -> str:
        """What finds the dialog in a request: Call-ID, the phone's tag, ours."""
        return f"{self.call_id};{self.id}"

    def row(self, now: float) -> dict[str, Any]:
        """Return the row that is kept (migration 0013)."""
        self.written = now
        doc = asdict(self)
        for name in ("told", "due", "busy", "again"):
            del doc[name]
        return {
            "id": self.id, "account_id": self.account, "device_id": self.device, "event": self.event,
            "presence_id": self.presence_id, "doc": doc, "expires": self.expires,
        }  # fmt: skip


def restored(doc: dict[str, Any], now: float) -> Subscription:
    """Return a subscription as it was kept, its CSeq safely beyond what may have been sent since."""
    known = {f.name for f in fields(Subscription)}
    found = Subscription(**{key: value for key, value in doc.items() if key in known})
    found.sequence += 1000 + int(RATE * max(0.0, now - found.written))
    return found
