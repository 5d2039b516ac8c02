"""A webhook's document (kazoo.md 2.4)."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from qvoice.features.accounts.schemas import Lenient
from qvoice.features.webhooks.hooks import NAMES


def _uri(value: str) -> str:
    parts = urlsplit(value.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname or any(ord(c) <= 32 for c in value.strip()):
        raise ValueError("must be a web address such as https://hooks.example.com/calls")
    if parts.username is not None:
        raise ValueError("may hold no user name: check the signature instead")
    try:
        _ = parts.port
    except ValueError:
        raise ValueError("the port must be 1 to 65535") from None
    return value.strip()


def _hook(value: str) -> str:
    if value not in NAMES:
        raise ValueError(f"there is no such hook: use one of {', '.join(NAMES)}")
    return value


class Webhook(Lenient):
    """`retries`: how often more a failed call is tried. `secret`: signs what is sent; made when left out."""

    name: Annotated[str, Field(min_length=1, max_length=128)]
    hook: Annotated[str, AfterValidator(_hook)]
    uri: Annotated[str, Field(max_length=2000), AfterValidator(_uri)]
    http_verb: Literal["get", "post", "put"] = "post"
    retries: Annotated[int, Field(ge=0, le=8)] = 2
    format: Literal["form-data", "json"] = "form-data"
    enabled: bool = True
    include_subaccounts: bool = False
    include_internal_legs: bool = True
    custom_data: dict[str, Any] | None = None
    secret: Annotated[str, Field(min_length=16, max_length=128)] | None = None
