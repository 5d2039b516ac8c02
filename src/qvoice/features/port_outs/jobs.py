"""What the worker does for numbers that other carriers want: it hears of them from the carriers, and answers."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable

from qvoice.db import Database, Scope
from qvoice.db.queue import Backoff, GiveUp, Task
from qvoice.features import documents
from qvoice.features.auth.directory import Directory
from qvoice.features.carriers.adapter import CarrierProblem, NotSold, PortOutNotice
from qvoice.features.carriers.search import adapter, carriers
from qvoice.features.port_outs import leave, rules
from qvoice.kit import log
from qvoice.kit.clock import utcnow
from qvoice.kit.errors import QvoiceError
from qvoice.kit.settings import Settings

SECONDS = 60.0
_END = {"ported": "completed", "canceled": "canceled"}


async def hear(db: Database, settings: Settings) -> None:
    """Ask the carriers who wants numbers of ours. A carrier that is away is asked again next time, and one bad notice
    keeps no other waiting.
    """
    for carrier in await carriers(db):
        if carrier.doc.get("porting") is not True:
            continue
        try:
            notices = await adapter(carrier.doc).port_outs()
        except CarrierProblem as problem:
            log.get().warning("port_outs.carrier_away", carrier=carrier.id, problem=str(problem))
            continue
        for notice in notices:
            try:
                await _take(db, carrier, notice)
            except QvoiceError as problem:
                log.get().warning(
                    "port_outs.not_taken", carrier=carrier.id, reference=notice.reference, problem=problem.message
                )


async def _take(db: Database, carrier: documents.Document, notice: PortOutNotice) -> None:
    known = await db.fetch(
        "select * from port_out_known(cast(:carrier as uuid), :ref)",
        {"carrier": carrier.id, "ref": notice.reference},
    )
    if known:
        wanted = _END.get(notice.state)
        if wanted and rules.may_become(known[0].state, wanted):
            async with db.tx(Scope(known[0].account_id.hex, known[0].path)) as s:
                await leave.move(s, known[0].id.hex, wanted, by_platform=True, heard=True)
        return
    if notice.state != "open":
        return
    async with db.tx(await _scope(db, notice.number)) as s:
        await leave.receive(s, notice, carrier_id=carrier.id, today=utcnow().date())


async def _scope(db: Database, number: str) -> Scope:
    """Return the scope of the number's account, the master's when nobody here has it."""
    owner = await db.fetch("select account_id from number_owner(:number)", {"number": number})
    if owner:
        account = await Directory(db).account(owner[0].account_id.hex)
        if account is not None:
            return Scope(account.id, account.path)
    [master] = await db.fetch("select master_account() as id")
    return Scope(master.id.hex, master.id.hex)


async def answer(db: Database, settings: Settings, *, account_id: str, path: str, id: str) -> None:
    """Tell the carrier how a request stands now; it is asked again by the queue while the carrier is away."""
    async with db.tx(Scope(account_id, path)) as s:
        row = await leave.load(s, id)
    found = [one for one in await carriers(db) if uuid.UUID(one.id) == row.carrier_id]
    if not found:
        raise GiveUp("the carrier that asked is gone, or switched off")
    reason = row.doc.get("reason", "")
    said = rules.REASONS.get(reason, {}).get("en", "")
    try:
        await adapter(found[0].doc).answer_port_out(
            row.reference, accepted=row.state in ("accepted", "completed"),
            reason=f"{reason}: {said}" if reason else "", day=row.doc.get("day", ""),
        )  # fmt: skip
    except NotSold as gone:
        raise GiveUp(str(gone)) from gone


PERIODIC: list[tuple[float, Callable[[Database, Settings], Awaitable[None]]]] = [(SECONDS, hear)]
TASKS = [Task(leave.ANSWER, answer, Backoff(first=5, longest=900, tries=20), queue="web")]
