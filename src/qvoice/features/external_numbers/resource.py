"""External numbers as documents. A changed number has to be verified again."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Text, text

from qvoice.features.documents import Change, Hooks, Resource, Taken
from qvoice.features.external_numbers.schemas import ExternalNumber
from qvoice.kit.errors import Invalid

VERIFIED = "external_number_verified"
"""Key of `session.info` by which verify.py alone sets `verified`."""


async def _before_write(change: Change) -> None:
    old, new = change.old or {}, change.new
    same = old.get("number") == new["number"]
    new["verified"] = bool(same and (old.get("verified") or change.session.info.get(VERIFIED) == change.id))
    if not same:
        await change.session.execute(
            text("delete from external_number_codes where external_number_id = cast(:id as uuid)"), {"id": change.id}
        )
        taken = await change.session.execute(
            text("select 1 from phone_numbers where number = :number and account_id = cast(:account as uuid)"),
            {"number": new["number"], "account": change.scope.account_id},
        )
        if taken.first() is not None:
            raise Invalid.field("number", "unique", "this account has the number here: show it as it is")


RESOURCE = Resource(
    type="external_numbers",
    model=ExternalNumber,
    summary=lambda whole: {key: whole[key] for key in ("id", "number", "name", "verified") if key in whole},
    sort=lambda whole: str(whole.get("number") or ""),
    columns={"number": lambda whole: whole["number"], "verified": lambda whole: whole.get("verified", False)},
    table_columns=(Column("number", Text), Column("verified", Boolean)),
    constraints={"external_numbers_number": Taken("number", "unique", "this number is in the list already")},
    hooks=Hooks(before_write=_before_write),
    own=None,
)
