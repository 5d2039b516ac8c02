"""Trunks as documents of the REST dialect: an account's own under `accounts/A/resources`."""

from __future__ import annotations

import ipaddress
import uuid

from sqlalchemy import Boolean, Column, Text, text

from qvoice.db.metadata import HexId
from qvoice.features.documents import get
from qvoice.features.documents.resource import Change, Doc, Hooks, Resource
from qvoice.features.resources.schemas import Trunk
from qvoice.kit.errors import Invalid


def summary(doc: Doc) -> Doc:
    """Return the list row (kazoo.md 2.2)."""
    keys = ("id", "name", "enabled", "weight_cost", "template_name", "classifiers")
    return {key: doc[key] for key in keys if key in doc}


async def _check_deck(change: Change) -> None:
    """The cost deck is one of the account's own, made for costs."""
    deck_id = change.new.get("cost_ratedeck_id")
    if deck_id and deck_id != (change.old or {}).get("cost_ratedeck_id"):
        deck = await get(change.session, "ratedecks", deck_id)
        if deck is None:
            raise Invalid.field("cost_ratedeck_id", "not_found", "this account has no such rate deck")
        if deck.doc.get("use") != "cost":
            raise Invalid.field(
                "cost_ratedeck_id", "invalid", "that rate deck is for accounts below: choose one whose `use` is `cost`"
            )


async def _check_addresses(change: Change) -> None:
    """Refuse a gateway at the address of somebody else's phone system, whose calls would be taken for the carrier's.
    A name may lead there later: then the edge leaves it out (features/edge/refresh.py).
    """
    known = {one.get("server") for one in (change.old or {}).get("gateways") or ()}
    gateways = list(enumerate(change.new.get("gateways") or ()))
    named = [(at, one["server"]) for at, one in gateways if one["server"] not in known and _is_address(one["server"])]
    if not named:
        return
    taken = await change.session.scalars(
        text("select n from trunk_addresses_taken(cast(:accounts as uuid[]), cast(:addresses as inet[]))"),
        {
            "accounts": [uuid.UUID(change.scope.account_id)] * len(named),
            "addresses": [ipaddress.ip_address(server) for _, server in named],
        },
    )
    for n in taken:
        at, server = named[n - 1]
        raise Invalid.field(
            f"gateways.{at}.server",
            "unique",
            f"{server} is the address of a phone system of this platform, so no carrier's: name your carrier's",
        )


def _is_address(server: str) -> bool:
    try:
        ipaddress.ip_address(server)
    except ValueError:
        return False
    return True


async def _before_write(change: Change) -> None:
    await _check_deck(change)
    await _check_addresses(change)


RESOURCE = Resource(
    type="resources",
    model=Trunk,
    summary=summary,
    columns={
        "name": lambda doc: doc["name"],
        "enabled": lambda doc: doc.get("enabled", True),
        "cost_ratedeck_id": lambda doc: doc.get("cost_ratedeck_id") or None,
    },
    table_columns=(
        Column("name", Text, nullable=False),
        Column("enabled", Boolean, nullable=False),
        Column("cost_ratedeck_id", HexId),
    ),
    hooks=Hooks(before_write=_before_write),
    own=None,
)
