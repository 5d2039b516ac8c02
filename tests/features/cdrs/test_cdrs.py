"""D20: call records by the API: lists, interactions, legs, time range, CSV, and whose they are."""

from __future__ import annotations

import csv
import io
import time
from dataclasses import replace

import pytest

from qvoice.features.cdrs.record import LegRecord, row
from qvoice.features.channels.write import Batch, write
from qvoice.kit.clock import GREGORIAN_OFFSET
from qvoice.kit.ids import new_id

pytestmark = [pytest.mark.anyio, pytest.mark.db]


def call(account: str, at: float, *, owner: str = "", name: str = "Alice", talk: float = 10) -> list[LegRecord]:
    """The two legs of a conversation."""
    first, second = new_id(), new_id()
    common = {"node": "media1", "cause": "NORMAL_CLEARING", "sip_code": 0, "caller_name": name, "caller_number": "1000"}
    interaction = f"{int(at)}-{first[:8]}"
    return [
        LegRecord(
            first, account, interaction, "inbound", at, 0, at + 2, at + 2 + talk, other=second, owner_id=owner, **common
        ),
        LegRecord(second, account, interaction, "outbound", at, at + 1, at + 2, at + 2 + talk, other=first, **common),
    ]


async def keep(db, *legs: LegRecord) -> None:
    await write(db, Batch("media1", cdrs=[row(leg) for leg in legs]).encode())


async def test_D20_the_call_log_lists_legs_interactions_and_one_record(world, db) -> None:
    me = world.customer
    now = time.time()
    older, newer = call(me.account_id, now - 60), call(me.account_id, now - 30)
    await keep(db, *older, *newer)
    legs = await me.get("accounts/{A}/cdrs")
    assert len(legs) == 4
    assert legs[0]["timestamp"] >= legs[-1]["timestamp"]
    interactions = await me.get("accounts/{A}/cdrs/interaction")
    assert {r["interaction_id"] for r in interactions} == {older[0].interaction_id, newer[0].interaction_id}
    assert len(interactions) == 2
    assert len(await me.get(f"accounts/{{A}}/cdrs/legs/{older[0].interaction_id}")) == 2
    one = await me.get(f"accounts/{{A}}/cdrs/{legs[0]['id']}")
    assert (one["billing_seconds"], one["duration_seconds"]) == (10, 12)
    assert one["custom_channel_vars"]["account_id"] == me.account_id


async def test_A5_another_account_sees_none_of_it(world, db) -> None:
    await keep(db, *call(world.customer.account_id, time.time()))
    assert await world.stranger.get("accounts/{A}/cdrs") == []
    mine = await world.customer.get("accounts/{A}/cdrs")
    answer = await world.stranger.call("GET", f"accounts/{{A}}/cdrs/{mine[0]['id']}")
    assert answer.status_code == 404


async def test_pages_meet_and_a_batch_written_twice_is_one(world, db) -> None:
    me = world.customer
    now = time.time()
    legs = [leg for n in range(60) for leg in call(me.account_id, now - n)]
    await keep(db, *legs)
    await keep(db, *legs)
    seen: list[str] = []
    key = ""
    while True:
        answer = (await me.call("GET", f"accounts/{{A}}/cdrs/interaction?page_size=25&start_key={key}")).json()
        seen += [record["id"] for record in answer["data"]]
        key = answer.get("next_start_key")
        if key is None:
            break
    assert len(seen) == len(set(seen)) == 60


async def test_more_than_31_days_are_refused_with_date_range(world) -> None:
    end = int(time.time()) + GREGORIAN_OFFSET
    answer = await world.customer.call("GET", f"accounts/{{A}}/cdrs?created_from={end - 40 * 86400}&created_to={end}")
    assert answer.status_code == 400
    assert "date_range" in answer.json()["data"]["created_to"]


async def test_D20_the_csv_has_how_it_sounded_and_runs_no_formula(world, db) -> None:
    me = world.customer
    caller, callee = call(me.account_id, time.time(), name='=HYPERLINK("http://x","y")')
    heard = "lp=20;rxjitter=0.004000;rxcount=180;txjitter=0.002000;txcount=200;rlp=2;rtt=0.100000"
    await keep(db, caller, replace(callee, counted=heard, bill={"cost": 0.3, "rate": 6, "rate_name": "Canada"}))
    answer = await me.call("GET", "accounts/{A}/cdrs?paginate=false&accept=text/csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.text.splitlines()[0].startswith("id,call_id,interaction_id,datetime")
    assert "'=HYPERLINK" in answer.text
    assert ",=HYPERLINK" not in answer.text.replace('"', "")
    lines = {line["call_id"]: line for line in csv.DictReader(io.StringIO(answer.text))}
    said, other = lines[callee.uuid], lines[caller.uuid]
    assert (said["received_loss_percent"], said["received_jitter_ms"]) == ("10.0", "2.0")
    assert (said["sent_loss_percent"], said["sent_jitter_ms"]) == ("1.0", "4.0")
    assert 1 < float(said["received_mos"]) < float(said["sent_mos"]) < 4.5
    assert (said["cost"], said["rate"], said["rate_name"]) == ("0.3", "6", "Canada")
    assert (other["received_mos"], other["sent_loss_percent"], other["cost"]) == ("", "", "0")


async def test_D20_a_call_that_is_answered_and_hung_up_at_once_has_a_second_of_talk(world, db) -> None:
    me = world.customer
    await keep(db, *call(me.account_id, time.time(), talk=0.2))
    assert [one["billing_seconds"] for one in await me.get("accounts/{A}/cdrs")] == [1, 1]
    assert all(one["duration_seconds"] >= 1 for one in await me.get("accounts/{A}/cdrs"))


async def test_a_start_key_that_is_none_is_refused(world) -> None:
    answer = await world.customer.call("GET", "accounts/{A}/cdrs?start_key=%00zz")
    assert answer.status_code == 400
