"""Things somebody does to his live conversation: one vocabulary for keys and the API. And how metaflow nodes say them.

`self` is whoever acts, `peer` the other party (kazoo.md 6.4). A node's `_` child is done next.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from qvoice.core.flow.commands import Sound, Speech
from qvoice.core.flow.document import children_of, data_of, module_of
from qvoice.core.flow.sounds import sound_of
from qvoice.core.recording.rules import Tape, tape

MAX_ACTS = 20
"""Nodes below each other that are done for one key."""
TAKE_BACK, MERGE, UNHOLD = "*1", "*3", "1"
"""Keys while consulting (come back, all three together) and on hold, when the node names none."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """Send the peer to `target`; `attended` talks with the target first."""

    target: str
    attended: bool = False
    take_back: str = TAKE_BACK
    merge: str = MERGE


@dataclass(frozen=True, slots=True)
class Merge:
    """All three of a consultation talk together."""


@dataclass(frozen=True, slots=True)
class Hold:
    """The peer hears music until `unhold` is pressed, or Resume. `music`: media id, '' for the holder's own."""

    unhold: str = UNHOLD
    music: str = ""


@dataclass(frozen=True, slots=True)
class Resume:
    """End a hold, or a consultation (the target is let go)."""


@dataclass(frozen=True, slots=True)
class Record:
    """`start`, `stop`, `toggle`, `mask` (record silence), `unmask`."""

    action: str
    tape: Tape


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the whole conversation."""


@dataclass(frozen=True, slots=True)
class Break:
    """End the peer's side only; the flow of the call goes on."""


@dataclass(frozen=True, slots=True)
class Hear:
    """Let `self`, `peer` or `both` hear sounds over the conversation."""

    sounds: tuple[Sound, ...]
    whom: str = "both"


@dataclass(frozen=True, slots=True)
class RunFlow:
    """Send the peer into a callflow."""

    flow_id: str


@dataclass(frozen=True, slots=True)
class Move:
    """Ring the actor's other phones, or these; the peer goes to the one that answers."""

    device_id: str = ""
    user_id: str = ""


@dataclass(frozen=True, slots=True)
class AudioLevel:
    """Louder or softer in steps of 3 dB from -4 to 4: what the actor hears (`mode` write), or what he says (read)."""

    hears: bool
    level: int


Act: TypeAlias = Transfer | Merge | Hold | Resume | Record | HangUp | Break | Hear | RunFlow | Move | AudioLevel


def gain(level: int) -> str:
    """Return a level as Asterisk's VOLUME takes it: a factor to multiply by, or to divide by when it is negative."""
    return "0" if level == 0 else f"{'-' if level < 0 else ''}{10 ** (abs(level) * 3 / 20):.3f}"


def acts_of(node: Any, *, captured: str = "", origin: str = "key") -> list[Act]:
    """Return what a metaflow node and its `_` children do. `captured`: what the pattern of the key caught.

    Nodes that say nothing sensible, and unknown modules, do nothing.
    """
    found: list[Act] = []
    for _ in range(MAX_ACTS):
        if not isinstance(node, Mapping):
            break
        act = _act(module_of(node), data_of(node), captured, origin)
        if act is not None:
            found.append(act)
        node = children_of(node).get("_")
    return found


def _act(module: str, data: Mapping[str, Any], captured: str, origin: str) -> Act | None:
    match module:
        case "transfer":
            target = _text(data, "target") or captured
            attended = _text(data, "transfer_type") == "attended"
            take_back, merge = _keys(data, "takeback_dtmf", TAKE_BACK), _keys(data, "merge_dtmf", MERGE)
            return Transfer(target[:64], attended, take_back, merge) if target else None
        case "merge":
            return Merge()
        case "hold":
            music = _text(data, "moh_bleg") or _text(data, "moh")
            return Hold(_keys(data, "unhold_key", UNHOLD), music)
        case "resume" | "hold_control":
            return Resume()
        case "record_call":
            action = _text(data, "action") or "toggle"
            known = action in ("start", "stop", "toggle", "mask", "unmask")
            return Record(action, tape(data, origin=origin)) if known else None
        case "hangup":
            return HangUp()
        case "break":
            return Break()
        case "play":
            sound = sound_of(data.get("id") or data.get("media"))
            return Hear((sound,), _whom(data)) if sound is not None else None
        case "say" | "tts":
            text = _text(data, "text")[:1000]
            return Hear((Speech(text, _text(data, "voice"), _text(data, "language")),), _whom(data)) if text else None
        case "callflow":
            flow_id = _text(data, "id") or _text(data, "callflow_id")
            return RunFlow(flow_id) if flow_id else None
        case "move":
            return Move(_text(data, "device_id"), _text(data, "owner_id") or _text(data, "user_id"))
        case "audio_level":
            level = 0 if _text(data, "action") == "stop" else data.get("level")
            if not isinstance(level, int) or isinstance(level, bool) or not -4 <= level <= 4:
                return None
            return AudioLevel(_text(data, "mode") == "write", level)
    return None


def _whom(data: Mapping[str, Any]) -> str:
    leg = _text(data, "leg")
    return leg if leg in ("self", "peer", "both") else "both"


def _keys(data: Mapping[str, Any], key: str, default: str) -> str:
    kept = "".join(c for c in str(data.get(key) or "") if c in "0123456789*#")
    return kept[:8] or default


def _text(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    return value.strip() if isinstance(value, str) else ""
