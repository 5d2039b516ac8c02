"""Where a call is, as JSON: enough for another process to take it on at the node it was in.

Taken at every node boundary. After a crash the node starts again, so a module must bear being started twice.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from qvoice.core.flow.call import Call
from qvoice.core.flow.world import World
from qvoice.core.ring.plan import CallerId

_CALLERS = ("original_caller", "kept_caller", "transferee", "dynamic_caller")


@dataclass(frozen=True, slots=True)
class Position:
    """A node's address: the flow and the child keys from its root."""

    flow_id: str
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """`at`: the node about to start; `returns`: where to go on when its flow ends, innermost last; `call`: the
    call's facts."""

    at: Position
    returns: tuple[Position, ...]
    call: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Return JSON values."""
        return {
            "at": [self.at.flow_id, list(self.at.keys)],
            "returns": [[p.flow_id, list(p.keys)] for p in self.returns],
            "call": self.call,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Checkpoint:
        """Read what `to_json` gave; raises KeyError or ValueError when it is not that."""
        flow_id, keys = data["at"]
        return cls(
            at=Position(flow_id, tuple(keys)),
            returns=tuple(Position(id, tuple(ks)) for id, ks in data["returns"]),
            call=dict(data["call"]),
        )


_FACTS = tuple(f.name for f in fields(Call) if f.name != "world")
_CALLER_NAMES = tuple(f.name for f in fields(CallerId))


def _caller(caller: CallerId) -> dict[str, Any]:
    return {name: getattr(caller, name) for name in _CALLER_NAMES}


def call_to_json(call: Call) -> dict[str, Any]:
    """Return a call's facts as JSON values, without its world."""
    facts = {name: getattr(call, name) for name in _FACTS}
    facts["now"] = call.now.isoformat()
    facts["caller"] = _caller(call.caller)
    for name in _CALLERS:
        caller = getattr(call, name)
        facts[name] = _caller(caller) if caller is not None else None
    facts["caller_id_prefix"] = list(call.caller_id_prefix)
    facts["random"] = list(call.random)
    facts["forwarded_by"] = list(call.forwarded_by)
    facts["at_end"] = list(call.at_end)
    facts["named_captures"] = dict(call.named_captures)
    facts["collections"] = dict(call.collections)
    facts["variables"] = dict(call.variables)
    return facts


def call_from_json(facts: dict[str, Any], world: World) -> Call:
    """Rebuild a call from `call_to_json`; keys of another version that are unknown here are left out."""
    known = {f.name for f in fields(Call)} - {"world"}
    values = {key: value for key, value in facts.items() if key in known}
    values["now"] = datetime.fromisoformat(values["now"])
    values["caller"] = CallerId(**values["caller"])
    for key in _CALLERS:
        stored = values.get(key)
        values[key] = CallerId(**stored) if stored else None
    name, number = values.get("caller_id_prefix", ("", ""))
    values["caller_id_prefix"] = (name, number)
    values["random"] = tuple(values.get("random", ()))
    values["forwarded_by"] = tuple(values.get("forwarded_by", ()))
    values["at_end"] = tuple(values.get("at_end", ()))
    return Call(world=world, **values)
