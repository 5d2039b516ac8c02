"""A newcomer reaches "calls to my main number are answered by my menu", proved by a call with its sound."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.walks import walk_aside
from tests.fixtures.platform import Platform
from tests.sip.agent import UserAgent, sound
from tests.sip.conftest import carrier  # noqa: F401  # pyright: ignore[reportUnusedImport]
from tests.sip.scenes import call_in, talk

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

TONE = 500
"""Hz of the greeting that is uploaded."""


@pytest.fixture
def company(platform: Platform) -> Iterator[dict[str, Any]]:
    """A new customer of the demo's reseller: an administrator, one spare number, nothing else."""
    rest, mark = platform.master, secrets.token_hex(4)
    reseller = next(row for row in rest.get(f"accounts/{platform.demo['master']['account_id']}/children"))["id"]
    name = f"Newcomer {mark}"
    account = rest.put(
        f"accounts/{reseller}", {"name": name, "realm": f"{mark}.example.test", "timezone": "America/Toronto"}
    )["id"]
    password = secrets.token_urlsafe(12)
    rest.put(
        f"accounts/{account}/users",
        {
            "first_name": "First",
            "last_name": "Administrator",
            "username": "admin",
            "password": password,
            "priv_level": "admin",
        },
    )
    number = f"+1416556{secrets.randbelow(10_000):04d}"
    rest.put(f"accounts/{account}/phone_numbers/{number.replace('+', '%2B')}", {"create_with_state": "in_service"})
    yield {"id": account, "name": name, "realm": f"{mark}.example.test", "password": password, "number": number}
    rest.delete(f"accounts/{account}/phone_numbers/{number.replace('+', '%2B')}")
    rest.delete(f"accounts/{account}")


async def test_G2_D13_a_newcomer_sets_up_a_main_number_that_answers_with_the_uploaded_greeting(
    platform: Platform,
    company: dict[str, Any],
    carrier: UserAgent,  # noqa: F811
    tmp_path: Path,
) -> None:
    greeting = tmp_path / "greeting.wav"
    sound.write_wav(greeting, sound.sine(TONE, start=0, count=sound.RATE * 6))
    given = {
        "account": company["name"],
        "username": "admin",
        "password": company["password"],
        "number": company["number"],
        "greeting": str(greeting),
    }
    seen = await walk_aside("newcomer", given, tmp_path, platform)
    shown = seen["shown"]
    documents = {
        kind: [
            platform.master.get(f"accounts/{company['id']}/{kind}/{row['id']}")
            for row in platform.master.get(f"accounts/{company['id']}/{kind}?paginate=false")
        ]
        for kind in ("users", "vmboxes", "callflows", "menus", "temporal_rules", "directories", "devices")
    }
    as_smartpbx_writes_them(documents, company["number"])
    phone = await UserAgent.start(
        proxy=platform.address(),
        user=shown["Device user name"],
        realm=company["realm"],
        password=shown["Device password"],
    )
    async with phone:
        await phone.registered()
        call = await (await call_in(carrier, company["number"])).wait_answered()
        assert call.media
        await call.media.hears(TONE)
        await call.media.press("1")
        incoming = await phone.incoming()
        await incoming.answer()
        await talk(call, incoming)
        await call.hang_up()
        await incoming.wait_over()
        await phone.register(0)


PERIODS = ("MainOpenHours", "MainAfterHours", "MainLunchHours", "MainHolidays")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def as_smartpbx_writes_them(documents: dict[str, list[dict[str, Any]]], number: str) -> None:
    """Assert that what the pages wrote is what other clients of the dialect write and look for (kazoo.md 3.6)."""
    by_name = {
        kind: {row.get("name") or f"{row.get('first_name')} {row.get('last_name')}": row for row in rows}
        for kind, rows in documents.items()
    }
    flows, menus, rules = by_name["callflows"], by_name["menus"], by_name["temporal_rules"]

    main_box = by_name["vmboxes"]["Main Voicemail Box"]
    assert (main_box["mailbox"], main_box["type"], main_box["delete_after_notify"]) == ("0", "mainVMBox", True)
    for period in PERIODS:
        menu, to_menu, lane = menus[f"{period}Menu"], flows[f"{period}Menu"], flows[period]
        assert menu["type"] == "main"
        assert len(menu["record_pin"]) == 4
        assert menu["record_pin"].isdigit()
        assert {key: menu["media"][f"{key}_media"] for key in ("exit", "invalid", "transfer")} == dict.fromkeys(
            ("exit", "invalid", "transfer"), True
        )
        assert (to_menu["numbers"], to_menu["type"]) == ([f"{period}Menu"], "main")
        assert (to_menu["flow"]["module"], to_menu["flow"]["data"]["id"]) == ("menu", menu["id"])
        assert (lane["numbers"], lane["type"]) == ([period], "main")
        assert (lane["flow"]["module"], lane["flow"]["data"]["id"]) == ("callflow", to_menu["id"])
    conference = flows["MainConference"]
    assert (conference["numbers"], conference["type"]) == (["undefinedconf"], "conference")
    assert conference["flow"]["module"] == "conference"

    lunch = rules["MainLunchHours"]
    assert (lunch["type"], lunch["cycle"], sorted(lunch["wdays"])) == ("main_lunchbreak", "weekly", sorted(DAYS))
    assert (lunch["time_window_start"], lunch["time_window_stop"]) == (43_200, 46_800)
    for day in DAYS:
        rule = rules[f"Main{day.capitalize()}"]
        assert (rule["type"], rule["cycle"], rule["wdays"]) == ("main_weekdays", "weekly", [day])

    main = flows["MainCallflow"]
    assert (main["numbers"], main["type"]) == (["0", number], "main")
    assert main["flow"]["module"] == "temporal_route"
    assert {key: (child["module"], child["data"]["id"]) for key, child in main["flow"]["children"].items()} == {
        **{rules[f"Main{day.capitalize()}"]["id"]: ("callflow", flows["MainOpenHours"]["id"]) for day in DAYS},
        "_": ("callflow", flows["MainAfterHours"]["id"]),
    }

    user, box = by_name["users"]["Nora Newcomer"], by_name["vmboxes"]["Nora Newcomer's VMBox"]
    assert (user["username"], user["email"]) == ("nora@newcomer.example.test", "nora@newcomer.example.test")
    assert (user["presence_id"], user["priv_level"]) == ("2001", "user")
    assert user["caller_id"]["internal"] == {"name": "Nora Newcomer", "number": "2001"}
    assert (user["vm_to_email_enabled"], user["send_email_on_creation"]) == (True, True)
    assert (box["owner_id"], box["mailbox"]) == (user["id"], "2001")
    flow = flows["Nora Newcomer SmartPBX's Callflow"]
    assert (flow["numbers"], flow["owner_id"], flow["type"]) == (["2001"], user["id"], "mainUserCallflow")
    assert flow["flow"]["module"] == "user"
    assert flow["flow"]["data"] == {"id": user["id"], "can_call_self": False, "timeout": 20}
    assert flow["flow"]["children"]["_"]["module"] == "voicemail"
    assert flow["flow"]["children"]["_"]["data"]["id"] == box["id"]
    assert user["directories"] == {by_name["directories"]["SmartPBX Directory"]["id"]: flow["id"]}
    assert [device["owner_id"] for device in documents["devices"]] == [user["id"]]

    codes = {
        flow["featurecode"]["name"]: flow["featurecode"]["number"]
        for flow in documents["callflows"]
        if flow.get("featurecode")
    }
    assert len(codes) >= 17
    for name, dialled in (
        ("call_forward[action=activate]", "72"), ("call_forward[action=deactivate]", "73"),
        ("hotdesk[action=login]", "11"), ("hotdesk[action=logout]", "12"), ("hotdesk[action=toggle]", "13"),
        ("voicemail[action=check]", "98"), ("park_and_retrieve", "3"), ("park_valet", "4"), ("park_retrieve", "5"),
        ("privacy[mode=full]", "67"), ("intercom", "0"),
    ):  # fmt: skip
        assert codes[name] == dialled
