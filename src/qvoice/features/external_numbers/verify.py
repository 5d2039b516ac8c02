"""Proving that a number is one's own: a code is spoken to whoever answers it, and has to come back here.

A code lives ten minutes and for five tries, and a number is called at most five times an hour: neither can it be
guessed, nor somebody be woken with it all night.
"""

from __future__ import annotations

import hmac
import secrets

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.features.documents import Document, load, merge
from qvoice.features.external_numbers.resource import VERIFIED
from qvoice.kit.errors import Invalid, LimitReached

LIFE, TRIES, CALLS_PER_HOUR = "10 minutes", 5, 5
DIGITS = 6


class TooManyCalls(LimitReached):
    """This number has been called with a code too often. Try again in an hour."""

    code = "too_many_requests"


async def new_code(s: AsyncSession, id: str) -> tuple[Document, str]:
    """Return the number's document and a fresh code for it; raises NotFound, TooManyCalls."""
    document = await load(s, "external_numbers", id, lock=True)
    # Counted by number, not by document: deleting and adding it again gives no further calls.
    made = await s.execute(
        text("select count(*) from external_number_calls where number = :number and at > now() - interval '1 hour'"),
        {"number": document.doc["number"]},
    )
    if made.scalar_one() >= CALLS_PER_HOUR:
        raise TooManyCalls(retry_after=3600)
    code = "".join(secrets.choice("0123456789") for _ in range(DIGITS))
    account = document.account_id
    await s.execute(
        text("insert into external_number_calls (account_id, number) values (cast(:account as uuid), :number)"),
        {"account": account, "number": document.doc["number"]},
    )
    await s.execute(
        text(
            "insert into external_number_codes (external_number_id, account_id, code, expires, tries)"
            f" values (cast(:id as uuid), cast(:account as uuid), :code, now() + interval '{LIFE}', 0)"
            " on conflict (external_number_id) do update"
            " set code = excluded.code, expires = excluded.expires, tries = 0"
        ),
        {"id": document.id, "account": account, "code": code},
    )
    return document, code


async def accept(s: AsyncSession, id: str, given: str) -> Document | None:
    """Return the number, verified now; None when the code is wrong (the try is counted: commit). Raises Invalid
    (`expired`) when there is no code to compare with any more.
    """
    await load(s, "external_numbers", id, lock=True)
    row = (
        await s.execute(
            text(
                "update external_number_codes set tries = tries + 1 where external_number_id = cast(:id as uuid)"
                " and expires > now() and tries < :most returning code"
            ),
            {"id": id, "most": TRIES},
        )
    ).first()
    if row is None:
        raise Invalid.field("pin", "expired", "this code has run out: ask for a new call")
    if not hmac.compare_digest(row.code.encode(), given.strip().encode()):
        return None
    await s.execute(text("delete from external_number_codes where external_number_id = cast(:id as uuid)"), {"id": id})
    s.info[VERIFIED] = id
    return await merge(s, "external_numbers", id, {})
