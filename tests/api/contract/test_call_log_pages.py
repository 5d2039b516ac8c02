"""The call log as the interface reads it: pages of interactions until no key comes back, and the CSV link (S15)."""

from __future__ import annotations

import csv
import io
import time

import pytest

from qvoice.features.cdrs.record import LegRecord, row
from qvoice.features.channels.write import Batch, write
from qvoice.kit.clock import GREGORIAN_OFFSET
from qvoice.kit.ids import new_id

pytestmark = [pytest.mark.db, pytest.mark.anyio]

CALLS = 120


def two_legs(account: str, at: float) -> list[LegRecord]:
    """A conversation of ten seconds."""
    first, second = new_id(), new_id()
    common = {"node": "media1", "cause": "NORMAL_CLEARING", "sip_code": 0, "caller_name": "A", "caller_number": "1000"}
    interaction = f"{int(at)}-{first[:8]}"
    return [
        LegRecord(first, account, interaction, "inbound", at, 0, at + 2, at + 12, other=second, owner_id="", **common),
        LegRecord(second, account, interaction, "outbound", at, at + 1, at + 2, at + 12, other=first, **common),
    ]


async def test_S15_120_interactions_come_in_three_pages_each_once_and_as_csv(world, db):
    me, now = world.customer, time.time()
    legs = [leg for number in range(CALLS) for leg in two_legs(me.account_id, now - 60 - number)]
    await write(db, Batch("media1", cdrs=[row(leg) for leg in legs]).encode())
    span = f"created_from={int(now - 86400 + GREGORIAN_OFFSET)}&created_to={int(now + 60 + GREGORIAN_OFFSET)}"
    seen, sizes, key = [], [], ""
    while True:
        path = f"accounts/{{A}}/cdrs/interaction?{span}&page_size=50" + (f"&start_key={key}" if key else "")
        body = (await me.call("GET", path)).json()
        seen += [entry["interaction_id"] for entry in body["data"]]
        sizes.append(body["page_size"])
        following = body.get("next_start_key")
        if not following or following == key:
            break
        key = following
    assert sizes == [50, 50, 20]
    assert len(set(seen)) == len(seen) == CALLS
    link = f"accounts/{{A}}/cdrs?{span}&paginate=false&accept=text/csv&auth_token={me.token}"
    answer = await world.nobody.call("GET", link.replace("{A}", me.account_id))
    assert answer.headers["content-type"].startswith("text/csv")
    table = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(table) == 2 * CALLS
    assert {entry["interaction_id"] for entry in table} == set(seen)
