"""The provider's desks in a real browser: porting, buying numbers, invoices, webhooks and API keys."""

from __future__ import annotations

import secrets
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from tests.e2e.walks import walk, walk_aside
from tests.fixtures.number_carrier import NumberCarrier, number_carrier  # noqa: F401  # pyright: ignore[reportUnusedImport]
from tests.fixtures.platform import Account, Platform

from qvoice.cli.rest import Rest

pytestmark = [pytest.mark.anyio, pytest.mark.browser]
OFFERED = "+15145550100"


def operator(platform: Platform) -> dict[str, str]:
    """The part of `given` that signs in as the platform's administrator."""
    master = platform.demo["master"]
    return {"account": master["account_name"], "username": master["username"], "password": master["password"]}


def forget(platform: Platform, account: Account, *numbers: str) -> None:
    """Take numbers off the platform that a walk brought to the account."""
    there = account.rest.get(account.path("phone_numbers"))["numbers"]
    for number in set(numbers) & set(there):
        platform.master.delete(f"accounts/{account.id}/phone_numbers/{quote(number, safe='')}")


def test_G1_B4_an_order_is_ported_from_draft_to_service(platform: Platform, tmp_path: Path) -> None:
    acme, mark = platform.acme, secrets.token_hex(3)
    number, second = (f"+1416{middle}{secrets.randbelow(10_000):04d}" for middle in ("551", "552"))
    day = date.today() + timedelta(days=40)  # noqa: DTZ011 - any working day ahead
    while day.weekday() > 4:
        day += timedelta(days=1)
    later = day + timedelta(days=7)
    given = {
        **operator(platform), "mark": mark, "number": number, "second": second, "customer": acme.document["name"],
        "day": day.isoformat(), "owner": acme.id,
        "later": {"iso": later.isoformat(), "shown": f"{later:%b} {later.day}, {later.year}"},
    }  # fmt: skip
    try:
        assert walk("desk", given, tmp_path, platform)["wide"] == []
        rows = acme.rest.get(acme.path("port_requests"))
        done = next(row for row in rows if row["name"] == f"Port {mark}")
        assert (done["port_state"], list(done["numbers"]), done["transfer_date"]) == (
            "completed", [number], day.isoformat(),
        )  # fmt: skip
        assert acme.rest.get(acme.path("phone_numbers", quote(number, safe="")))["state"] == "in_service"
        draft = next(row for row in rows if second in row["numbers"])
        assert draft["port_state"] == "unconfirmed"
        acme.rest.delete(acme.path("port_requests", draft["id"]))
    finally:
        forget(platform, acme, number, second)


async def test_G1_B3_C6_H4_numbers_are_bought_and_webhooks_and_keys_are_made(
    platform: Platform,
    number_carrier: NumberCarrier,  # noqa: F811
    tmp_path: Path,
) -> None:
    acme, mark, rest = platform.acme, secrets.token_hex(3), platform.master
    above = platform.demo["master"]["account_id"]
    reason = f"Cheque {mark}"
    rest.put(f"accounts/{acme.id}/ledgers/credit", {"amount": "12.34", "description": reason})
    rest.put(f"accounts/{acme.id}/ledgers/debit", {"amount": "12", "description": f"Work {mark}"})
    seller = rest.get(f"accounts/{acme.id}/tree")[-1]["id"]
    was = rest.get(f"accounts/{seller}/invoice_settings")
    given = {
        **operator(platform), "mark": mark, "carrier": {"url": number_carrier.url, "token": number_carrier.token},
        "customer": acme.document["name"], "reason": reason, "seller": seller,
        "number": OFFERED, "shown": "+1 (514) 555-0100",
    }  # fmt: skip
    try:
        seen = await walk_aside("supply", given, tmp_path, platform)
        assert seen["wide"] == []
        assert list(number_carrier.sold.values()) == [OFFERED]
        assert acme.rest.get(acme.path("phone_numbers", quote(OFFERED, safe="")))["state"] == "reserved"
        with Rest(platform.demo["api"]) as program:
            token = program.put("api_auth", {"api_key": seen["key"]})
            assert token["account_id"] == above
        hook = next(row for row in rest.get(f"accounts/{above}/webhooks") if row["name"] == f"Hook {mark}")
        assert hook["enabled"] is False
        key = next(row for row in rest.get(f"accounts/{above}/api_keys") if row["name"] == f"Key {mark}")
        assert (key["scopes"], key["cidrs"]) == (["webhooks:read"], ["127.0.0.0/8"])
    finally:
        plain = {**was, "invoices": {key: was["invoices"][key] for key in ("prefix", "pattern", "width", "restart")}}
        rest.post(f"accounts/{seller}/invoice_settings", {**plain, "credit_notes": {}})
        forget(platform, acme, OFFERED)
        for kind, name in (("carriers", f"Seller {mark}"), ("webhooks", f"Hook {mark}"), ("api_keys", f"Key {mark}")):
            for row in rest.get(f"accounts/{above}/{kind}"):
                if row["name"] == name:
                    rest.delete(f"accounts/{above}/{kind}/{row['id']}")
