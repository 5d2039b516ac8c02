"""A carrier that sells numbers, as the master writes it down."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from qvoice.features.accounts.schemas import Lenient


def _web(url: str) -> str:
    if not url.startswith(("https://", "http://")) or any(c.isspace() for c in url):
        raise ValueError("must be a web address that begins with https://")
    return url.rstrip("/")


class Carrier(Lenient):
    """`kind`: the adapter (`http`: docs/handbook/carriers.md). `countries`: ISO codes it sells in, empty = any.
    `lookups`: ask it for callers' names too; `porting`: ask it which numbers can be brought here, and who wants numbers
    of ours. Of two carriers with the same number the lower `weight_cost` sells it.
    """

    name: Annotated[str, Field(min_length=1, max_length=64)]
    kind: Literal["http"] = "http"
    url: Annotated[str, Field(max_length=500), AfterValidator(_web)]
    token: Annotated[str, Field(max_length=500)] | None = None
    enabled: bool = True
    countries: list[Annotated[str, Field(pattern=r"^[A-Z]{2}$")]] = Field(default_factory=list, max_length=250)
    weight_cost: Annotated[int, Field(ge=0, le=100)] = 50
    lookups: bool = False
    porting: bool = False
