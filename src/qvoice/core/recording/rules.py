"""Is this conversation to be recorded, and how? The rules of account, users and devices (kazoo.md 6.2, 6.5).

`call_recording` of a user or device, and `call_recording.endpoint` of the account for all of them, merge key by key,
account < user < device. `call_recording.account` counts for every conversation of the account. In each of these:
direction (`inbound`, `outbound`, `any`), then net (`onnet`, `offnet`, `any`); the more exact key wins.

A rule begins with the call (ringing and menus are heard, too), unless it says `record_on_answer` or
`record_on_bridge`. What is known of a call when it begins: its caller, and whether its flow leads outside first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

SHORTEST, LONGEST, USUAL = 5, 10_800, 3600
"""Seconds that `time_limit` may be, and is when nothing is said."""
FORMATS, METHODS = ("mp3", "wav"), ("put", "post")
NOW, ON_ANSWER, ON_BRIDGE = "now", "answer", "bridge"
INBOUND, OUTBOUND, ONNET, OFFNET, ANY = "inbound", "outbound", "onnet", "offnet", "any"


@dataclass(frozen=True, slots=True)
class Tape:
    """How to record. Seconds; `begins`: `now`, at the `answer`, or when two talk (`bridge`). `wide`: 16 kHz.

    `url`, `method`: where a copy is sent. `follow`: goes on when the recorded party is transferred. `origin`: who
    asked (`account`, `endpoint`, `flow`, `key`, `api`).
    """

    format: str = "mp3"
    time_limit: int = USUAL
    min_seconds: int = 0
    begins: str = NOW
    wide: bool = False
    url: str = ""
    method: str = "put"
    follow: bool = True
    name: str = ""
    label: str = ""
    origin: str = "flow"

    def to_json(self) -> dict[str, Any]:
        """Return JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Tape:
        """Read what `to_json` gave; unknown keys are left out."""
        known = {f.name for f in fields(cls)}
        return cls(**{key: value for key, value in data.items() if key in known})


def tape(settings: Mapping[str, Any], *, origin: str) -> Tape:
    """Return how to record by the dialect's settings (`record_call`'s data, a rule), within bounds."""
    begins = NOW
    if settings.get("record_on_bridge") is True:
        begins = ON_BRIDGE
    elif settings.get("record_on_answer") is True:
        begins = ON_ANSWER
    url, method = _text(settings.get("url")), _text(settings.get("method")).lower()
    return Tape(
        format=settings["format"] if settings.get("format") in FORMATS else "mp3",
        time_limit=min(max(_whole(settings.get("time_limit"), USUAL), SHORTEST), LONGEST),
        min_seconds=max(_whole(settings.get("record_min_sec"), 0), 0),
        begins=begins,
        wide=_whole(settings.get("record_sample_rate"), 8000) >= 16_000,
        url=url if url.startswith(("http://", "https://")) and len(url) <= 2000 else "",
        method=method if method in METHODS else "put",
        follow=settings.get("should_follow_transfer") is not False,
        name=_text(settings.get("media_name"))[:128],
        label=_text(settings.get("label"))[:128],
        origin=origin,
    )


def conversation(
    account: Mapping[str, Any],
    *,
    caller: tuple[Mapping[str, Any], Mapping[str, Any]] | None,
    callee: tuple[Mapping[str, Any], Mapping[str, Any]] | None,
    from_carrier: bool,
    to_carrier: bool,
) -> Tape | None:
    """Return how to record a call that begins, or a conversation, or None. `caller`, `callee`: (user, device) documents
    of the account's own ends, None for an end outside, or not known yet.
    """
    rules = _map(account.get("call_recording"))
    net = OFFNET if from_carrier or to_carrier else ONNET
    for end, direction in ((caller, OUTBOUND), (callee, INBOUND)):
        if end is None:
            continue
        user, device = end
        own = _layered(rules.get("endpoint"), user.get("call_recording"), device.get("call_recording"))
        found = _rule(own, direction, net)
        if found is not None:
            return tape(found, origin="endpoint")
    directions = [INBOUND] if from_carrier else [OUTBOUND] if to_carrier else [OUTBOUND, INBOUND]
    for direction in directions:
        found = _rule(_map(rules.get("account")), direction, net)
        if found is not None:
            return tape(found, origin="account")
    return None


def _rule(rules: Mapping[str, Any], direction: str, net: str) -> Mapping[str, Any] | None:
    """Return the rule in force: the first of the more and more general ones that says on or off, if it says on."""
    for way, where in ((direction, net), (direction, ANY), (ANY, net), (ANY, ANY)):
        rule = _map(_map(rules.get(way)).get(where))
        if isinstance(rule.get("enabled"), bool):
            return rule if rule["enabled"] else None
    return None


def _layered(*layers: Any) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for layer in layers:
        for key, value in _map(layer).items():
            if value is None or value == "":
                continue
            result[key] = _layered(result.get(key), value) if isinstance(value, Mapping) else value
    return result


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _whole(value: Any, default: int) -> int:
    if isinstance(value, bool):
        return default
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        return int(value)
    return int(value) if isinstance(value, int | float) and abs(value) < 1e9 else default
