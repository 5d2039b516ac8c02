"""B6: what happened on trunks, counted by hand; whose trunk it is sees it, nobody else; and how they are now."""

from __future__ import annotations

import math
import random
from typing import Any

import pytest
from tests.features.reports.records import keep, leg

from qvoice.features.cdrs.quality import opinion
from qvoice.features.reports.jobs import fold
from qvoice.features.resources.statistics import Delays
from qvoice.features.resources.status import Edge, status

TRUNK = {
    "name": "Carrier",
    "gateways": [{"server": "192.0.2.10"}, {"server": "192.0.2.11", "port": 5070}, {"server": "192.0.2.12"}],
}
COUNTED = "lp={lost};txjitter={jitter};rxcount=180;txcount=200;rlp=150;rxjitter=0.5;rtt=0.1"
AT, DAY = "2026-06-10T12:00:00-04:00", "from=2026-06-10&to=2026-06-10"


@pytest.mark.anyio
@pytest.mark.db
async def test_B6_attempts_answers_delay_and_codes_of_each_gateway_as_counted_by_hand(world: Any, db: Any) -> None:
    trunk = (await world.reseller.put("accounts/{A}/resources", TRUNK))["id"]
    me = world.customer.account_id  # calls by the trunk of the account above it
    mine = {"resource_id": trunk}
    await keep(
        db,
        # Two calls that the first two gateways would not take, and the third did.
        *(leg(me, AT, gateway=0, attempt=1, sip_code=503, pdd=None, cause="SWITCH_CONGESTION", **mine) for _ in "ab"),
        *(leg(me, AT, gateway=1, attempt=2, sip_code=0, pdd=None, cause="NO_ANSWER", **mine) for _ in "ab"),
        leg(me, AT, gateway=2, attempt=3, talk=60, pdd=1.0, counted=COUNTED.format(lost=0, jitter="0.001"), **mine),
        leg(me, AT, gateway=2, attempt=3, talk=30, pdd=2.0, counted=COUNTED.format(lost=20, jitter="0.004"), **mine),
        # By the third at once: busy; answered without ringing.
        leg(me, AT, gateway=2, attempt=1, pdd=3.0, **mine),
        leg(me, AT, gateway=2, attempt=1, talk=10, pdd=0.0, **mine),
        # From the carrier, and calls of another day and by another trunk.
        leg(me, AT, kind="carrier", talk=20, **mine),
        leg(me, "2026-06-11T12:00:00-04:00", talk=20, **mine),
        leg(me, AT, talk=20),
    )
    await fold(db)
    seen = await world.reseller.get(f"accounts/{{A}}/resources/{trunk}/statistics?{DAY}")
    out = seen["outbound"]
    assert (out["attempts"], out["answered"], out["asr"], out["seconds"]) == (8, 3, 37.5, 100)
    assert (out["acd"], out["minutes"]) == (33.3, 1.7)
    # 0+1 s until it was answered, 1, 2, 3 s: the middle is 1.5 s, 95 % of the way to the last is 2.85 s.
    assert (out["pdd_median_ms"], out["pdd_p95_ms"]) == (1500, 2850)
    assert (seen["inbound"]["attempts"], seen["inbound"]["answered"]) == (1, 1)
    # 20 of 380 packets lost, jitters of 1 and 4 ms; what carriers report does not count.
    assert (out["loss_percent"], out["jitter_ms"]) == (5.26, 2.5)
    assert out["mos"] == round((opinion(0, 1) + opinion(10, 4)) / 2, 2)
    assert [seen["inbound"][key] for key in ("mos", "loss_percent", "jitter_ms")] == [None] * 3
    assert [one["loss_percent"] for one in seen["gateways"]] == [None, None, 5.26]
    gateways = {one["gateway"]: (one["attempts"], one["answered"], one["pdd_median_ms"]) for one in seen["gateways"]}
    assert gateways == {0: (2, 0, None), 1: (2, 0, None), 2: (4, 3, 1500)}
    codes = {(one["direction"], one["gateway"], one["code"], one["cause"]): one["attempts"] for one in seen["codes"]}
    assert codes == {
        ("outbound", 0, 503, "SWITCH_CONGESTION"): 2,
        ("outbound", 1, 0, "NO_ANSWER"): 2,
        ("outbound", 2, 200, ""): 3,
        ("outbound", 2, 486, "USER_BUSY"): 1,
        ("inbound", None, 200, ""): 1,
    }
    (row,) = (await world.reseller.get(f"accounts/{{A}}/resources/statistics?{DAY}"))["rows"]
    assert (row["name"], row["outbound"]["attempts"], row["inbound"]["attempts"]) == ("Carrier", 8, 1)
    csv = await world.reseller.call("GET", f"accounts/{{A}}/resources/statistics?{DAY}&accept=text/csv")
    assert csv.text.splitlines()[1].startswith(f"{trunk},Carrier,outbound,8,3,37.5,33.3,100,1.7,1500,2850")
    # Who uses the trunk does not see what it does for others; a stranger does not see that there is one.
    for who, account in ((world.customer, "{A}"), (world.stranger, "{A}"), (world.stranger, world.reseller.account_id)):
        answer = await who.call("GET", f"accounts/{account}/resources/{trunk}/statistics?{DAY}")
        assert answer.status_code in (403, 404)
    assert (await world.customer.get(f"accounts/{{A}}/resources/statistics?{DAY}"))["rows"] == []


@pytest.mark.anyio
@pytest.mark.db
async def test_B6_a_test_call_is_an_administrators_and_its_number_is_checked(world: Any) -> None:
    trunk = (await world.reseller.put("accounts/{A}/resources", TRUNK))["id"]
    path = f"resources/{trunk}/test_call"
    for body, field in (({"number": "911"}, "number"), ({}, "number"), ({"number": "+14165550100", "gateway": -1},
                        "gateway")):  # fmt: skip
        answer = await world.reseller.call("PUT", f"accounts/{{A}}/{path}", body)
        assert (answer.status_code, list(answer.json()["data"])) == (400, [field])
    number = {"number": "+14165550100"}
    assert (await world.customer.call("PUT", f"accounts/{{A}}/{path}", number)).status_code == 404
    assert (await world.stranger.call("PUT", f"accounts/{world.reseller.account_id}/{path}", number)).status_code == 403
    plain = await world.user(world.reseller, "plain")
    assert (await plain.call("PUT", f"accounts/{{A}}/{path}", number)).status_code == 403


def test_B6_delays_in_steps_give_percentiles_to_within_a_step() -> None:
    values = sorted(random.Random(5).choices(range(1, 20_000), k=5_000))
    delays, few = Delays(), Delays()
    for value in values:
        delays.add(math.floor(math.log(value) / math.log(1.05)), 1, value)
    for share in (0.5, 0.95):
        assert delays.percentile(share) == pytest.approx(values[int(share * len(values))], rel=0.03)
    assert few.percentile(0.5) is None
    few.add(100, 2, 300)
    assert (few.percentile(0.5), few.percentile(0.95)) == (150, 150)


def _status(pinged: dict[str, int], *, register: bool = False, flags: int | None = None, **changes: Any) -> Any:
    gateways = [dict(one) for one in TRUNK["gateways"][:2]]  # type: ignore[index]
    if register:
        gateways[0] |= {"register": True, "username": "us", "password": "secret"}
    row = {} if flags is None else {"a" * 32 + "0": {"flags": flags, "diff_expires": 55, "auth_password": "secret"}}
    return status({"id": "a" * 32, "name": "Carrier", "gateways": gateways, **changes}, Edge(pinged, row))


def test_B5_a_trunk_is_as_well_as_its_gateways() -> None:
    first, second = "192.0.2.10:5060", "192.0.2.11:5070"
    assert _status({})["state"] == "unknown"
    assert _status({first: 200, second: 200})["state"] == "up"
    assert _status({first: 404, second: 405})["state"] == "up"  # somebody is there, whatever he says
    assert _status({first: 200, second: 408})["state"] == "degraded"
    assert _status({first: 503, second: 408})["state"] == "down"
    assert _status({first: 200}, enabled=False)["state"] == "disabled"


@pytest.mark.parametrize(
    ("flags", "state"), [(None, "trying"), (4 | 16, "registered"), (2 | 16, "trying"), (1, "failed"), (16, "failed")]
)
def test_B5_registrations_are_told_in_words_and_never_the_password(flags: int | None, state: str) -> None:
    seen = _status({"192.0.2.10:5060": 200}, register=True, flags=flags)
    assert seen["gateways"][0]["registration"]["state"] == state
    assert "secret" not in str(seen)
    assert seen["gateways"][1]["registration"] == {"state": "none"}
