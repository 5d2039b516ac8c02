"""The limits document: one per account, its id is the account's."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from qvoice.features.accounts.schemas import Lenient
from qvoice.features.documents import Resource

Count = Annotated[int, Field(ge=0, le=1_000_000)]


class Limits(Lenient):
    """Trunks and calls; absent means not limited here."""

    twoway_trunks: Count | None = None
    inbound_trunks: Count | None = None
    outbound_trunks: Count | None = None
    burst_trunks: Annotated[int, Field(ge=-1, le=1_000_000)] | None = None
    calls: Annotated[int, Field(ge=-1, le=1_000_000)] | None = None
    resource_consuming_calls: Annotated[int, Field(ge=-1, le=1_000_000)] | None = None
    allow_prepay: bool = True
    authz_resource_types: list[str] | None = None


RESOURCE = Resource(
    type="limits", model=Limits, summary=lambda whole: {"id": whole["id"]}, own=None, singular="limits_document"
)
