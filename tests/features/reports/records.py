"""Records of calls as call control writes them, for tests of what is counted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from qvoice.features.cdrs.record import LegRecord, record_id, row
from qvoice.features.channels.write import Batch, write
from qvoice.kit.ids import new_id


def leg(account: str, at: str | datetime, *, kind: str = "gateway", talk: float = 0, **more: Any) -> LegRecord:
    """A leg that began `at` (ISO time with zone). `gateway`: to a carrier, `carrier`: from one, `device`: from a phone.

    It rings `pdd` seconds after its INVITE (None: never) and is answered a second later if it talks.
    """
    begun = (datetime.fromisoformat(at) if isinstance(at, str) else at).timestamp()
    pdd = more.pop("pdd", 0.5)
    rang = begun + pdd if pdd is not None else 0.0
    answered = begun + (pdd or 0) + 1 if talk else 0.0
    uuid = new_id()
    given: dict[str, Any] = {
        "cause": "NORMAL_CLEARING" if talk else "USER_BUSY",
        "sip_code": 0 if talk else 486,
        "node": "media1",
        "other": "",
        "dialled": begun if kind == "gateway" else 0.0,
        "attempt": 1 if kind == "gateway" else 0,
        "gateway": 0 if kind == "gateway" else -1,
        "resource_id": "" if kind == "device" else "f" * 32,
        "called": "+442071838750" if kind == "gateway" else "",
    }
    return LegRecord(
        uuid, account, f"1-{uuid[:8]}", "outbound" if kind == "gateway" else "inbound", begun, rang, answered,
        (answered or begun + 5) + talk, kind=kind, **{**given, **more},
    )  # fmt: skip


def shown_id(one: LegRecord) -> str:
    """The id of its record."""
    return record_id(one)


async def keep(db: Any, *legs: LegRecord, charges: tuple[dict[str, Any], ...] = ()) -> None:
    """Write records, and charges with them, in one batch."""
    await write(db, Batch("media1", cdrs=[row(one) for one in legs], charges=list(charges)).encode())
