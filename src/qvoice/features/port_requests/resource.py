"""Port orders as documents: their state is moved by its own URLs, never by writing it."""

from __future__ import annotations

from sqlalchemy import Column, Text

from qvoice.features.documents.resource import Change, Doc, Hooks, Resource
from qvoice.features.port_requests.rules import EDITABLE, START
from qvoice.features.port_requests.schemas import PortRequest
from qvoice.kit.errors import Conflict

MOVING = "port_request_moving"
"""Key of the session's `info` while a state is moved."""


class Sent(Conflict):
    """An order that was submitted cannot be changed: write a comment, or cancel it and make a new one."""

    code = "port_request_sent"


def summary(doc: Doc) -> Doc:
    """Return the list row."""
    keys = ("id", "name", "numbers", "port_state", "transfer_date", "winning_carrier", "reference_number", "type")
    return {key: doc[key] for key in keys if key in doc}


async def _keep_state(change: Change) -> None:
    moved_to = change.session.info.get(MOVING)
    state = (change.old or {}).get("port_state", START)
    if moved_to is None and change.old is not None and state not in EDITABLE:
        raise Sent
    change.new["port_state"] = moved_to or state
    change.columns["state"] = change.new["port_state"]


async def _only_unsent(change: Change) -> None:
    if (change.old or {}).get("port_state", START) not in (*EDITABLE, "canceled"):
        raise Sent


RESOURCE = Resource(
    type="port_requests",
    model=PortRequest,
    summary=summary,
    columns={"state": lambda doc: doc.get("port_state", START)},
    table_columns=(Column("state", Text),),
    own=None,
    hooks=Hooks(before_write=_keep_state, before_delete=_only_unsent),
)
