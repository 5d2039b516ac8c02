"""The provider's office in a real browser: create a customer, give it a number and a user, and its phone rings."""

from __future__ import annotations

import base64
import secrets
from pathlib import Path

import pytest
from tests.e2e.walks import administrator, walk, walk_aside
from tests.fixtures.platform import Platform
from tests.sip.agent import UserAgent
from tests.sip.conftest import carrier  # noqa: F401  # pyright: ignore[reportUnusedImport]
from tests.sip.scenes import call_in, talk

pytestmark = [pytest.mark.anyio, pytest.mark.browser]


async def test_G1_A4_B1_C3_a_new_customer_gets_a_number_and_a_user_and_the_phone_rings(
    platform: Platform,
    carrier: UserAgent,  # noqa: F811
    tmp_path: Path,
) -> None:
    master, mark = platform.demo["master"], secrets.token_hex(4)
    above = master["account_id"]
    reseller = next(row for row in platform.master.get(f"accounts/{above}/children"))["name"]
    number = f"+1416558{secrets.randbelow(10_000):04d}"
    given = {
        "account": master["account_name"],
        "username": master["username"],
        "password": master["password"],
        "name": f"Customer {mark}",
        "email": f"boss@{mark}.example.test",
        "number": number,
        "reseller": reseller,
    }
    made = None
    try:
        seen = await walk_aside("admin", given, tmp_path, platform)
        made = seen["account"]
        assert seen["wide"] == []
        invited = {(row["to"], row["kind"]) for row in platform.master.get(f"accounts/{made}/invitations")}
        assert invited == {
            (given["email"], "new_account"),
            (given["email"], "invitation"),
            (f"ruth.{given['email']}", "invitation"),
        }
        document = platform.master.get(f"accounts/{made}")
        assert document["contact"]["billing"]["locality"] == "Toronto"
        assert document["call_restriction"]["international"] == {"action": "deny"}
        assert platform.master.get(f"accounts/{made}/limits")["twoway_trunks"] == 6
        phone = await UserAgent.start(
            proxy=platform.address(),
            user=seen["phone"]["Device user name"],
            realm=seen["realm"],
            password=seen["phone"]["Device password"],
        )
        async with phone:
            await phone.registered()
            call = await call_in(carrier, number)
            incoming = await phone.incoming()
            await incoming.answer()
            await call.wait_answered()
            await talk(call, incoming)
            await call.hang_up()
            await incoming.wait_over()
            await phone.register(0)
    finally:
        for row in platform.master.get(f"accounts/{above}/children?paginate=false"):
            if row["name"] == given["name"]:
                platform.master.delete(f"accounts/{row['id']}")
        if number in platform.master.get(f"accounts/{above}/phone_numbers")["numbers"]:
            platform.master.delete(f"accounts/{above}/phone_numbers/{number.replace('+', '%2B')}")


def test_G1_B1_B2_B5_C1_C4_plans_charges_funds_numbers_and_trunks(platform: Platform, tmp_path: Path) -> None:
    master, mark, rest = platform.demo["master"], secrets.token_hex(4), platform.master
    above = master["account_id"]
    first = f"+1416559{secrets.randbelow(10_000):04d}"
    second = f"+1416553{secrets.randbelow(10_000):04d}"
    given = {
        "account": master["account_name"],
        "username": master["username"],
        "password": master["password"],
        "mark": mark,
        "number": first,
        "second": second,
    }
    try:
        seen = walk("business", given, tmp_path, platform)
        assert seen["wide"] == []
        made = seen["account"]
        assert rest.get(f"accounts/{made}/limits")["max_daily_spend"] == 50
        assert first in rest.get(f"accounts/{made}/phone_numbers")["numbers"]
        assert rest.get(f"accounts/{above}/phone_numbers")["numbers"][second]["state"] == "available"
        trunk = next(row for row in rest.get(f"accounts/{above}/resources") if row["name"] == f"Carrier {mark}")
        document = rest.get(f"accounts/{above}/resources/{trunk['id']}")
        assert (document["enabled"], document["weight_cost"]) == (False, 90)
        assert document["formatters"]["outbound_caller_id_number"]["prefix"] == "0"
    finally:
        for row in rest.get(f"accounts/{above}/resources"):
            if row["name"] == f"Carrier {mark}":
                rest.delete(f"accounts/{above}/resources/{row['id']}")
        for row in rest.get(f"accounts/{above}/children?paginate=false"):
            if row["name"] == f"Business {mark}":
                rest.delete(f"accounts/{row['id']}")
        for row in rest.get(f"accounts/{above}/service_plans"):
            if row["name"] == f"Plan {mark}":
                rest.delete(f"accounts/{above}/service_plans/{row['id']}")
        for number in {first, second} & set(rest.get(f"accounts/{above}/phone_numbers")["numbers"]):
            rest.delete(f"accounts/{above}/phone_numbers/{number.replace('+', '%2B')}")


def test_G1_C2_a_rate_deck_is_read_from_a_sheet(platform: Platform, tmp_path: Path) -> None:
    master, mark, rest = platform.demo["master"], secrets.token_hex(4), platform.master
    given = {
        "account": master["account_name"],
        "username": master["username"],
        "password": master["password"],
        "mark": mark,
    }
    try:
        assert walk("rates", given, tmp_path, platform)["wide"] is False
    finally:
        for row in rest.get(f"accounts/{master['account_id']}/ratedecks"):
            if row["name"] == f"Deck {mark}":
                rest.delete(f"accounts/{master['account_id']}/ratedecks/{row['id']}")


def test_G1_A11_the_provider_guards_exports_and_brings_back(platform: Platform, tmp_path: Path) -> None:
    master, mark, rest = platform.demo["master"], secrets.token_hex(3), platform.master
    name = f"Cared for {mark}"
    customer = rest.put(f"accounts/{master['account_id']}", {"name": name})["id"]
    deck = rest.put(f"accounts/{master['account_id']}/ratedecks", {"name": f"Deck {mark}"})["id"]
    given = {
        "account": master["account_name"],
        "username": master["username"],
        "password": master["password"],
        "customer": customer,
        "name": name,
        "mark": mark,
    }
    try:
        assert walk("provider", given, tmp_path, platform)["wide"] == []
        fraud = rest.get(f"accounts/{customer}/fraud")
        assert fraud["lock"]["level"] == 0
        assert "international" not in fraud["in_force"]["blocked_classes"]
        assert "toll_us" in fraud["in_force"]["blocked_classes"]
        assert fraud["in_force"]["velocity"] == {"calls": 40, "seconds": 60}
        assert "max_forwarded_calls" not in fraud
        assert rest.get(f"accounts/{customer}/ratedeck")["ratedeck_id"] == deck
        entry = rest.get(f"accounts/{customer}/access_lists")
        assert (entry["order"], entry["cidrs"]) == ("allow,deny", ["192.0.2.0/24", "2001:db8::/32"])
        assert rest.get(f"accounts/{customer}/access_lists/devices")["cidrs"] == ["198.51.100.0/24"]
        wanted = rest.get(f"accounts/{customer}/security")["account"]["auth_modules"]["cb_user_auth"]["multi_factor"]
        assert wanted["enabled"] is True
        kinds = [row["kind"] for row in rest.get(f"accounts/{customer}/fraud/events")]
        assert kinds == ["unlocked", "locked", "unlocked", "locked"]
    finally:
        rest.delete(f"accounts/{customer}")
        rest.delete(f"accounts/{master['account_id']}/ratedecks/{deck}")


def test_G1_a_resellers_brand_is_seen_by_its_name_and_by_its_customers(platform: Platform, tmp_path: Path) -> None:
    master, mark, rest = platform.demo["master"], secrets.token_hex(3), platform.master
    above = master["account_id"]
    reseller = next(row for row in rest.get(f"accounts/{above}/children") if row.get("is_reseller"))["id"]
    logo, crooked = tmp_path / "logo.png", tmp_path / "crooked.png"
    logo.write_bytes(
        base64.b64decode(
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
        )
    )
    crooked.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>", encoding="utf-8")
    given = {
        "account": master["account_name"],
        "username": master["username"],
        "password": master["password"],
        "acting": reseller,
        "domain": f"brand-{mark}.example.test",
        "customer": administrator(platform.acme.document),
        "logo": str(logo),
        "crooked": str(crooked),
    }
    try:
        assert walk("branding", given, tmp_path, platform)["wide"] is False
        assert rest.get(f"accounts/{reseller}/whitelabel")["accent"] == "#ffcc00"
    finally:
        rest.delete(f"accounts/{reseller}/whitelabel")
