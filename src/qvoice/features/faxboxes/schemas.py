"""The fax box document (kazoo.md 2.4). Stored only: sending and receiving come with a later issue."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from qvoice.features.resources.patterns import Pattern


class Faxbox(BaseModel):
    """A fax box."""

    model_config = ConfigDict(extra="allow")

    name: Annotated[str, Field(min_length=1, max_length=128)]
    owner_id: str | None = None
    caller_id: str | None = None
    caller_name: str | None = None
    fax_header: str | None = None
    fax_identity: str | None = None
    fax_timezone: str | None = None
    retries: Annotated[int, Field(ge=0, le=4)] = 1
    custom_smtp_email_address: str | None = None
    smtp_permission_list: list[Pattern] | None = None
    notifications: dict[str, Any] | None = None
