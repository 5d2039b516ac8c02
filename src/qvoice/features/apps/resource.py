"""What an account settled about the portal's applications: one document per account, its id is the account's."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from qvoice.features.accounts.schemas import Lenient
from qvoice.features.documents import Resource

AppId = Annotated[str, Field(max_length=64)]


class AppSettings(Lenient):
    """Who in the account may use one application."""

    allowed_users: Literal["all", "admins", "specific"] = "all"
    users: Annotated[list[dict[str, str]], Field(max_length=1000)] = Field(default_factory=list)


class Apps(Lenient):
    """`apps`: settings by application id; `blacklist`: ids hidden from the account by those above it."""

    apps: dict[AppId, AppSettings] = Field(default_factory=dict)
    blacklist: Annotated[list[AppId], Field(max_length=100)] = Field(default_factory=list)


RESOURCE = Resource(
    type="apps_store", model=Apps, summary=lambda whole: {"id": whole["id"]}, own=None, singular="apps_document"
)
