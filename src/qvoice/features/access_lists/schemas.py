"""Access lists as documents (kazoo.md 2.4): who may come from where, in the order that the dialect gives."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from qvoice.core.access import addresses


def _cidr(value: str) -> str:
    return str(addresses.network(value))


def _nothing(value: Any) -> None:
    if value not in (None, ""):
        raise ValueError("a phone says what it likes of its make: leave user_agent out, and name networks")


Cidr = Annotated[str, Field(max_length=64), AfterValidator(_cidr)]


class AccessList(BaseModel):
    """`allow,deny`: only these; `deny,allow`: all but these. Without addresses everybody may come."""

    model_config = ConfigDict(extra="allow")
    order: Literal["allow,deny", "deny,allow"] = "allow,deny"
    cidrs: Annotated[list[Cidr], Field(max_length=500)] = Field(default_factory=list)
    user_agent: Annotated[str, Field(max_length=256)] | None = None


class PhoneAccessList(AccessList):
    """From which networks phones may register and call. At most 200: the edge looks through it at each request."""

    cidrs: Annotated[list[Cidr], Field(max_length=200)] = Field(default_factory=list)
    user_agent: Annotated[None, BeforeValidator(_nothing)] = None
