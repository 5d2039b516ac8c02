"""The temporal rule document (kazoo.md 1.3, 2.4)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Weekday = Literal["monday", "tuesday", "wednesday", "wensday", "thursday", "friday", "saturday", "sunday"]
"""`wensday` is the dialect's old spelling; it is taken and kept."""


class TemporalRule(BaseModel):
    """A rule. Windows in seconds of the day (a stop before the start runs past midnight); `start_date` in Gregorian
    seconds.
    """

    model_config = ConfigDict(extra="allow")

    name: Annotated[str, Field(min_length=1, max_length=128)]
    cycle: Literal["date", "daily", "weekly", "monthly", "yearly"]
    interval: Annotated[int, Field(ge=1)] = 1
    days: list[Annotated[int, Field(ge=1, le=31)]] | None = None
    wdays: list[Weekday] | None = None
    ordinal: Literal["every", "first", "second", "third", "fourth", "fifth", "last"] | None = None
    month: Annotated[int, Field(ge=1, le=12)] | None = None
    start_date: Annotated[int, Field(ge=0, le=315_569_519_999)] = 62_586_115_200
    time_window_start: Annotated[int, Field(ge=0, le=86_400)] | None = None
    time_window_stop: Annotated[int, Field(ge=0, le=86_400)] | None = None
    enabled: bool | None = None
    flags: list[str] | None = None

    @model_validator(mode="after")
    def _complete(self) -> TemporalRule:
        if self.cycle == "yearly" and self.month is None:
            raise ValueError("a yearly rule needs a month (1 to 12)")
        return self
