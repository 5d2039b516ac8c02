"""A request for a number: checked and answered in the transaction that writes it down; then kept, undone or done."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.db import Scope
from qvoice.db.notices import notify_event
from qvoice.db.queue import defer
from qvoice.features import documents
from qvoice.features.carriers.adapter import PortOutNotice
from qvoice.features.mail.queue_mail import base_of, queue_mail
from qvoice.features.mail.recipients import for_money
from qvoice.features.numbers import table
from qvoice.features.numbers.rules import country_of
from qvoice.features.port_outs import rules
from qvoice.kit.clock import utcnow
from qvoice.kit.errors import Conflict, Forbidden, Invalid, NotFound

ANSWER = "port_outs.answer"


class WrongState(Conflict):
    """This request cannot go to that state now."""

    code = "port_out_state"


async def pin_of(s: AsyncSession) -> str:
    """Return the PIN of the session's account, '' when it has set none."""
    return str(await s.scalar(text("select pin from port_out_pins")) or "")


def _day(asked: PortOutNotice, today: date) -> date:
    return rules.day_of(asked.day, today=today, country=country_of([asked.number]))


async def receive(s: AsyncSession, asked: PortOutNotice, *, carrier_id: str | None, today: date) -> Any | None:
    """Check a request for a number and write down what becomes of it; return its row, None when the carrier told of it
    before. The session is in the scope of the number's account, or of the master's when nobody here has it.
    """
    scope: Scope = s.info["scope"]
    row = await table.one(s, asked.number, lock=True)
    why = rules.refusal(await _holder(s, row, carrier_id), account_number=asked.account_number, pin=asked.pin)
    doc = {
        "winning_carrier": asked.winning_carrier, "end_user": asked.end_user,
        **({"reason": why} if why else {"day": _day(asked, today).isoformat()}),
    }  # fmt: skip
    try:
        async with s.begin_nested():
            made = (
                await s.execute(
                    text(
                        "insert into port_outs (account_id, number, state, doc, carrier_id, reference) values"
                        " (cast(:account as uuid), :number, :state, cast(:doc as jsonb), cast(:carrier as uuid), :ref)"
                        " on conflict (carrier_id, reference) do nothing returning *"
                    ),
                    {
                        "account": scope.account_id, "number": asked.number, "state": "refused" if why else "accepted",
                        "doc": msgspec.json.encode(doc).decode(), "carrier": carrier_id,
                        "ref": asked.reference or None,
                    },
                )
            ).first()  # fmt: skip
    except IntegrityError as taken:
        raise WrongState(f"another request for {asked.number} is accepted already") from taken
    if made is None:
        return None
    if row is not None and row.account_id == scope.account_id:
        if why:
            await table.remember(s, asked.number, scope.account_id, "port_out_refused", detail=doc)
        else:
            await table.change(s, asked.number, action="port_out_accepted", detail=doc, state="port_out")
        # At once, and whatever the answer: whoever did not ask for it must know before the number is gone.
        await _tell(s, made)
    await _answer_later(s, made)
    return made


async def _holder(s: AsyncSession, row: Any | None, carrier_id: str | None) -> rules.Holder:
    scope: Scope = s.info["scope"]
    if row is None or row.account_id != scope.account_id:
        return rules.Holder()
    supplier = (row.doc.get("carrier_data") or {}).get("carrier_id")
    if carrier_id is not None and supplier not in (None, "", carrier_id):
        # One carrier cannot give away what another one brings here.
        return rules.Holder()
    pending = await s.scalar(
        text("select exists (select from port_outs where number = :n and state = 'accepted')"), {"n": row.number}
    )
    return rules.Holder(
        state=row.state,
        locked=row.port_out_locked,
        account_number=rules.account_number(scope.account_id),
        pin=await pin_of(s),
        pending=bool(pending),
        tries=int(await s.scalar(text("select port_out_tries(:n)"), {"n": row.number}) or 0),
    )


async def load(s: AsyncSession, id: str, *, lock: bool = False) -> Any:
    """Return a request of the session's account; raises NotFound."""
    try:
        wanted = str(uuid.UUID(id))
    except ValueError:
        raise NotFound("there is no such request") from None
    more = " for update" if lock else ""
    row = (await s.execute(text(f"select * from port_outs where id = cast(:id as uuid){more}"), {"id": wanted})).first()
    if row is None:
        raise NotFound("there is no such request")
    return row


async def move(s: AsyncSession, id: str, wanted: str, *, by_platform: bool, day: str = "", heard: bool = False) -> Any:
    """Bring a request to a state: `refused` (the owner says that he never asked, or the desk's word), `accepted` for
    another day, `canceled`, `completed` (the number is gone). `heard`: the carrier said so itself, and needs no answer.
    Raises WrongState, Forbidden, NotFound, Invalid.
    """
    found = await load(s, id, lock=True)
    if wanted not in rules.BY_CUSTOMER and not by_platform:
        raise Forbidden(f"only the platform's desk may call a request {wanted}")
    if not rules.may_become(found.state, wanted):
        raise WrongState(f"a request that is {found.state} cannot become {wanted}", state=found.state)
    doc = dict(found.doc)
    if wanted == "refused":
        doc["reason"] = "desk" if by_platform else "disputed"
    if wanted == "accepted":
        doc["day"] = _later(day).isoformat()
    row = (
        await s.execute(
            text(
                "update port_outs set state = :state, doc = cast(:doc as jsonb), modified = now()"
                " where id = :id returning *"
            ),
            {"id": found.id, "state": wanted, "doc": msgspec.json.encode(doc).decode()},
        )
    ).one()
    await _number(s, row)
    await _tell(s, row)
    if not heard:
        await _answer_later(s, row)
    return row


def _later(given: str) -> date:
    """Return the day that was agreed; raises Invalid. Where the day begins last, it is still yesterday's."""
    try:
        day = date.fromisoformat(given)
    except ValueError:
        raise Invalid.field("day", "format", "give the day as 2026-12-24") from None
    if day < utcnow().date() - timedelta(days=1):
        raise Invalid.field("day", "past", "that day is past: give today or a later one")
    return day


async def _number(s: AsyncSession, row: Any) -> None:
    """Let the number follow its request: it stays after all, or it is gone, and no flow of ours keeps calls to it."""
    number = await table.one(s, row.number, lock=True)
    if (
        number is None
        or number.account_id != row.account_id.hex
        or number.state != "port_out"
        or row.state == "accepted"
    ):
        return
    if row.state != "completed":
        await table.change(s, row.number, action=f"port_out_{row.state}", detail=row.doc, state="in_service")
        return
    await table.remove(s, row.number, action="ported_out", state="released", detail=row.doc)


async def _answer_later(s: AsyncSession, row: Any) -> None:
    if row.carrier_id is None or row.state not in ("accepted", "refused"):
        return
    scope: Scope = s.info["scope"]
    # One after the other for a request: the last answer must be the last that the carrier hears.
    whose: dict[str, Any] = {"account_id": scope.account_id, "path": scope.path}
    await defer(s, ANSWER, lock=f"port-out-{row.id}", queue="web", id=row.id.hex, **whose)


async def _tell(s: AsyncSession, row: Any) -> None:
    data = {"id": row.id.hex, "number": row.number, "state": row.state, **row.doc}
    await notify_event(s, account_id=row.account_id.hex, name="port_out", data=data)
    account = await documents.load(s, "accounts", row.account_id.hex)
    language = str(account.doc.get("language") or "en")
    reason = rules.REASONS.get(row.doc.get("reason", ""), {}).get(base_of(language), "")
    facts = {
        "account": str(account.doc.get("name") or ""), "number": row.number, "state": row.state, "reason": reason,
        "carrier": row.doc.get("winning_carrier") or "–", "name": row.doc.get("end_user") or "–",
        "day": row.doc.get("day") or "–",
    }  # fmt: skip
    to = await for_money(s, account.doc, "port_out")
    await queue_mail(s, kind="port_out", to=to, language=language, facts=facts)
