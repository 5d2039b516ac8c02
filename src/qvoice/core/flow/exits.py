"""What a module returns: the child to take, or another way out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from qvoice.core.flow.events import RingDone
from qvoice.core.flow.requests import FoundFlow

ANY = frozenset({"*any*"})
"""`EXITS` of a module whose child keys are free (digits, rule ids, values)."""

WILDCARD = "_"
"""The child taken when no other fits."""

FAILURES = frozenset({"failures", "_"})
"""`EXITS` of a module that rings somebody: hangup causes (`USER_BUSY`), `sip:<code>`, and `_`."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Ringing failed: take the child named by the hangup cause, else `sip:<code>`, else `_`."""

    cause: str
    sip_code: int = 0


@dataclass(frozen=True, slots=True)
class Branch:
    """Go on in another flow; when it ends, come back to the `_` child of this node (if `come_back` and there is one).

    `dialled`: the number that led there, when it stands for a new dialling (menu, operator key, call-back).
    """

    found: FoundFlow
    come_back: bool = False
    dialled: str = ""


@dataclass(frozen=True, slots=True)
class Stop:
    """The flow is over. `transferred`: the caller talks elsewhere and must not be touched; else the call is hung up.

    `talked`: a conversation has ended and the caller is still there (`after_bridge` may send him on).
    """

    transferred: bool = False
    cause: str = "NORMAL_CLEARING"
    talked: bool = False


Next: TypeAlias = str | Failed | Branch | Stop


def after_ring(done: RingDone) -> Next:
    """Return where a flow goes after a ring plan: nowhere when somebody talked, else by cause (kazoo bridge failure
    routing)."""
    if done.transferred:
        return Stop(transferred=True)
    if done.answered_by is not None:
        return Stop(cause=done.cause or "NORMAL_CLEARING", talked=True)
    return Failed(done.cause, done.sip_code)
