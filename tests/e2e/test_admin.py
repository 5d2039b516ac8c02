"""The provider's office in a real browser: create a customer, give it a number and a user, and its phone rings."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest
from tests.e2e.walks import walk_aside
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
