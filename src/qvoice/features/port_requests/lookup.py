"""Can numbers be brought here, and whose are they now? The carriers know (kazoo.md: `port_requests/lnp_lookup`)."""

from __future__ import annotations

import asyncio
from typing import Any

from qvoice.db import Database
from qvoice.features import documents
from qvoice.features.carriers.adapter import CarrierProblem, Portability
from qvoice.features.carriers.search import CarriersAway, adapter, carriers
from qvoice.features.port_requests.rules import is_toll_free
from qvoice.kit import log


async def look_up(db: Database, numbers: list[str]) -> dict[str, dict[str, Any]]:
    """Return number → `losing_carrier` {name} (left out when nobody knows), `carriers` [{name, portability}] that it
    could come by, `portable`, `toll_free`, `reason` (why not). Raises CarriersAway when no carrier answers.
    """
    able = [one for one in await carriers(db) if one.doc.get("porting") is True]
    if not able:
        raise CarriersAway("no carrier here is asked about porting: switch it on at a carrier (porting)")
    answers = await asyncio.gather(*(adapter(one.doc).portability(numbers) for one in able), return_exceptions=True)
    told: list[tuple[documents.Document, dict[str, Portability]]] = []
    problems: list[str] = []
    for one, answer in zip(able, answers, strict=True):
        if isinstance(answer, CarrierProblem):
            problems.append(str(answer))
            log.get().warning("carrier.portability_failed", carrier=one.id, problem=str(answer))
        elif isinstance(answer, BaseException):
            raise answer
        else:
            told.append((one, answer))
    if not told:
        raise CarriersAway("; ".join(problems))
    rows = await db.fetch("select n from unnest(cast(:n as text[])) n, number_owner(n)", {"n": numbers})
    here = {row.n for row in rows}
    return {number: _row(number, told, here=number in here) for number in numbers}


def _row(number: str, told: list[tuple[documents.Document, dict[str, Portability]]], *, here: bool) -> dict[str, Any]:
    known = [(one.doc["name"], answer[number]) for one, answer in told if number in answer]
    able = [] if here else [name for name, answer in known if answer.portable]
    losing = next((answer.losing_carrier for _, answer in known if answer.losing_carrier), "")
    why = next((answer.reason for _, answer in known if answer.reason), "")
    if here:
        why = "the number is on this platform already"
    elif not known:
        why = "no carrier of ours knows this number"
    return {
        **({"losing_carrier": {"name": losing}} if losing and not here else {}),
        "carriers": [{"name": one.doc["name"], "portability": one.doc["name"] in able} for one, _ in told],
        "portable": bool(able),
        "toll_free": is_toll_free(number),
        **({} if able else {"reason": why or "the carrier cannot bring it here"}),
    }
