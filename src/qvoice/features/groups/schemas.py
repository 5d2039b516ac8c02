"""The group document (kazoo.md 2.4)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class GroupMember(BaseModel):
    """One member. Times in seconds."""

    model_config = ConfigDict(extra="allow")

    type: Literal["user", "device", "group"]
    weight: Annotated[int, Field(ge=0, le=100)] | None = None
    delay: Annotated[int, Field(ge=0, le=3600)] | None = None
    timeout: Annotated[int, Field(ge=0, le=3600)] | None = None


class Group(BaseModel):
    """A group: member id → how it rings."""

    model_config = ConfigDict(extra="allow")

    name: Annotated[str, Field(min_length=1, max_length=128)]
    endpoints: dict[str, GroupMember]
    music_on_hold: dict[str, Any] | None = None
    flags: list[str] | None = None


def features(group: dict[str, Any]) -> list[str]:
    """Return the row's `features`: each `smartpbx.X.enabled` and music_on_hold."""
    parts = group.get("smartpbx")
    found = (
        [k for k, v in parts.items() if isinstance(v, dict) and v.get("enabled") is True]
        if isinstance(parts, dict)
        else []
    )
    music = group.get("music_on_hold")
    return found + (["music_on_hold"] if isinstance(music, dict) and music.get("media_id") else [])
