"""Ask the carriers what they sell, and remember whose offer each number was."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.db import Database, Scope
from qvoice.features import documents
from qvoice.features.carriers.adapter import CarrierAdapter, CarrierProblem, Make, Offer, Search
from qvoice.features.carriers.http import HttpCarrier
from qvoice.kit import log
from qvoice.kit.errors import Unavailable

KINDS: dict[str, Make] = {"http": HttpCarrier}
"""Carrier document's `kind` → adapter."""
OFFER_HOURS = 24


class CarriersAway(Unavailable):
    """No carrier that sells numbers answers just now. Try again shortly."""

    code = "carrier_unreachable"


def adapter(document: dict[str, Any]) -> CarrierAdapter:
    """Return the adapter of a carrier's document."""
    return KINDS[document.get("kind") or "http"](document)


async def carriers(db: Database) -> list[documents.Document]:
    """Return the master's carriers that are on, the preferred first."""
    [row] = await db.fetch("select master_account() as id")
    if row.id is None:
        return []
    async with db.tx(Scope(row.id.hex, row.id.hex)) as s:
        found = await documents.find(s, "carriers")
    usable = [one for one in found if one.doc.get("enabled") is not False]
    return sorted(usable, key=lambda one: (one.doc.get("weight_cost", 50), one.id))


async def offers(db: Database, wanted: Search) -> list[dict[str, Any]]:
    """Return what the carriers sell, each number once. Raises CarriersAway when none of them answers."""
    asked = [
        one for one in await carriers(db) if not one.doc.get("countries") or wanted.country in one.doc["countries"]
    ]
    answers = await asyncio.gather(*(adapter(one.doc).search(wanted) for one in asked), return_exceptions=True)
    found: dict[str, tuple[Offer, documents.Document]] = {}
    problems: list[str] = []
    for one, answer in zip(asked, answers, strict=True):
        if isinstance(answer, CarrierProblem):
            problems.append(str(answer))
            log.get().warning("carrier.search_failed", carrier=one.id, problem=str(answer))
        elif isinstance(answer, BaseException):
            raise answer
        else:
            for offer in answer:
                found.setdefault(offer.number, (offer, one))
    if problems and len(problems) == len(asked):
        raise CarriersAway("; ".join(problems))
    ours = await _ours(db, list(found))
    for number in ours:
        del found[number]
    chosen = dict(list(found.items())[: wanted.quantity])
    await _remember(db, chosen)
    return [_row(offer) for offer, _ in chosen.values()]


async def _ours(db: Database, numbers: list[str]) -> list[str]:
    """Return those that the platform has already: a carrier's list may be old."""
    rows = await db.fetch("select n from unnest(cast(:n as text[])) n, number_owner(n)", {"n": numbers})
    return [row.n for row in rows]


async def _remember(db: Database, chosen: dict[str, tuple[Offer, documents.Document]]) -> None:
    rows = [
        {"number": number, "carrier_id": carrier.id, "doc": asdict(offer) | {"carrier_name": carrier.doc["name"]}}
        for number, (offer, carrier) in chosen.items()
    ]
    async with db.tx(Scope("", "")) as s:
        await s.execute(
            text(
                "insert into number_offers (number, carrier_id, doc, expires)"
                " select r.number, r.carrier_id, r.doc, now() + make_interval(hours => :hours)"
                " from jsonb_to_recordset(cast(:rows as jsonb)) as r (number text, carrier_id uuid, doc jsonb)"
                " on conflict (number) do update set carrier_id = excluded.carrier_id, doc = excluded.doc,"
                " expires = excluded.expires"
            ),
            {"rows": msgspec.json.encode(rows).decode(), "hours": OFFER_HOURS},
        )
        await s.execute(text("delete from number_offers where expires < now()"))


def _row(offer: Offer) -> dict[str, Any]:
    """Return an offer as the dialect's search shows it."""
    return {
        "number": offer.number,
        "state": "discovery",
        "locality": {"city": offer.locality, "province": offer.region},
        "kind": offer.kind,
        **({"rate": offer.monthly} if offer.monthly else {}),
        **({"activation_charge": offer.setup} if offer.setup else {}),
        **({"currency": offer.currency} if offer.currency else {}),
    }


async def offer_of(s: AsyncSession, number: str) -> Any | None:
    """Return the remembered offer of a number (`carrier_id`, `doc`), None when nobody was offered it lately."""
    return (
        await s.execute(
            text("select carrier_id, doc from number_offers where number = :n and expires > now()"), {"n": number}
        )
    ).first()
