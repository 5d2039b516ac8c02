"""The guards as a document: one per account, its id is the account's."""

from __future__ import annotations

from qvoice.features.documents import Resource
from qvoice.features.fraud.schemas import Guards

RESOURCE = Resource(
    type="fraud", model=Guards, summary=lambda whole: {"id": whole["id"]}, own=None, singular="fraud document"
)
