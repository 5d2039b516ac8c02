"""The pages of the phone system against the real API: what they write is what the dialect's other clients read."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from tests.e2e.walks import administrator, walk, walk_aside
from tests.fixtures.platform import Account, Platform
from tests.sip.agent import sound
from tests.sip.calls.test_voicemail import Box, leave
from tests.sip.conftest import Phones, phone  # noqa: F401  # pyright: ignore[reportUnusedImport]
from tests.sip.scenes import eventually

pytestmark = [pytest.mark.anyio, pytest.mark.browser]


@pytest.fixture
def restored(platform: Platform) -> Iterator[Account]:
    """Acme; what a walk changed or made is put back afterwards, so that calls of other tests find the demo."""
    acme = platform.acme
    kinds = ("users", "callflows", "devices", "groups", "conferences", "media", "temporal_rules", "vmboxes")
    before = {
        kind: {
            row["id"]: acme.rest.get(acme.path(kind, row["id"]))
            for row in acme.rest.get(acme.path(kind) + "?paginate=false")
        }
        for kind in kinds
    }
    account = acme.rest.get(acme.path())
    yield acme
    for kind in kinds:
        for row in acme.rest.get(acme.path(kind) + "?paginate=false"):
            if row["id"] not in before[kind]:
                acme.rest.delete(acme.path(kind, row["id"]))
    for kind in ("users", "callflows"):
        there = {row["id"] for row in acme.rest.get(acme.path(kind) + "?paginate=false")}
        for id, document in before[kind].items():
            if id not in there:
                own = {key: value for key, value in document.items() if key not in ("id", "_read_only", "metadata")}
                acme.rest.put(acme.path(kind), own)
                continue
            now = acme.rest.get(acme.path(kind, id))
            if {key: now.get(key) for key in document} != document:
                acme.rest.post(acme.path(kind, id), document)
    acme.rest.post(acme.path(), account)
    acme.rest.patch(acme.path("phone_numbers", quote(acme.numbers[0], safe="")), {"e911": None})


def flow_of(account: Account, name: str) -> dict[str, Any]:
    """The whole callflow called `name`."""
    row = next(
        row for row in account.rest.get(account.path("callflows") + "?paginate=false") if row.get("name") == name
    )
    return account.rest.get(account.path("callflows", row["id"]))


async def test_G2_D5_D10_people_are_set_up_and_the_documents_are_the_dialects(
    platform: Platform,
    restored: Account,
    phone: Phones,  # noqa: F811
    tmp_path: Path,
) -> None:
    acme, mark = restored, secrets.token_hex(3)
    alice = acme.user("1000")
    spare = f"+1416557{secrets.randbelow(10_000):04d}"
    platform.master.put(
        f"accounts/{acme.id}/phone_numbers/{quote(spare, safe='')}", {"create_with_state": "in_service"}
    )
    box = Box(acme, "1003")
    acme.rest.patch(box.path, {"is_setup": True})
    box.empty()
    await leave(await phone(acme, "1001"), "**1003", frequency=700, hang_up=True)
    await eventually(box.messages, what="the message")
    given = {**administrator(acme.document), "user": alice["id"], "box": box.id, "mark": mark, "spare": shown(spare)}
    try:
        await walk_aside("people", given, tmp_path, platform)
        user = acme.rest.get(acme.path("users", alice["id"]))
        assert user["call_forward"]["enabled"] is True
        assert user["call_forward"]["number"] == "+14165550777"
        assert user["smartpbx"]["find_me_follow_me"]["enabled"] is True
        flow = acme.flow("1000")
        assert flow["type"] == "mainUserCallflow"
        assert spare in flow["numbers"]
        assert len([number for number in flow["numbers"] if not number.startswith("+")]) == 2
        ring = flow["flow"]
        assert ring["module"] == "ring_group"
        assert ring["data"]["endpoints"] == [
            {"id": alice["devices"][0]["id"], "endpoint_type": "device", "delay": 5, "timeout": 25}
        ]
        assert ring["data"]["timeout"] == 30
        assert ring["children"]["_"]["module"] == "voicemail"
        base = flow_of(acme, f"Crew {mark} Ring Group")
        main = flow_of(acme, f"Crew {mark}")
        assert (base["type"], main["type"]) == ("baseGroup", "userGroup")
        assert base["flow"]["data"]["strategy"] == "single"
        assert [one["id"] for one in base["flow"]["data"]["endpoints"]] == [acme.user("1001")["id"], alice["id"]]
        assert main["flow"]["module"] == "callflow"
        assert main["flow"]["data"]["id"] == base["id"]
        assert main["flow"]["children"]["_"]["module"] == "voicemail"
        cell = next(row for row in acme.rest.get(acme.path("devices")) if row["name"] == f"Cell {mark}")
        document = acme.rest.get(acme.path("devices", cell["id"]))
        assert document["device_type"] == "cellphone"
        assert (
            document["call_forward"] | {"enabled": True, "number": "+14165550778", "require_keypress": True}
            == document["call_forward"]
        )
    finally:
        box.empty()
        acme.rest.patch(acme.path("callflows", acme.flow("1000")["id"]), {"numbers": ["1000", acme.numbers[1]]})
        platform.master.delete(f"accounts/{acme.id}/phone_numbers/{quote(spare, safe='')}")


def test_G2_D15_D16_D17_services_are_set_up_and_every_page_fits_a_phone(
    platform: Platform, restored: Account, tmp_path: Path
) -> None:
    acme, mark = restored, secrets.token_hex(3)
    tone = tmp_path / "tone.wav"
    sound.write_wav(tone, sound.sine(700, start=0, count=sound.RATE * 2))
    room = f"7{secrets.randbelow(1000):03d}"
    given = {**administrator(acme.document), "mark": mark, "tone": str(tone), "room": room, "number": acme.numbers[0]}
    platform.master.put(f"accounts/{acme.id}/ledgers/credit", {"amount": "1", "description": f"Deposit {mark}"})
    seen = walk("services", given, tmp_path, platform)
    assert seen["wide"] == []
    assert acme.rest.get(acme.path())["token_auth_expiry_s"] == 28_800
    made = next(row for row in acme.rest.get(acme.path("conferences")) if row["name"] == f"Room {mark}")
    document = acme.rest.get(acme.path("conferences", made["id"]))
    assert document["member"]["numbers"] == [room]
    assert document["member"]["pins"] == ["1234"]
    account = acme.rest.get(acme.path())
    conference = flow_of(acme, "MainConference")
    assert (conference["type"], conference["numbers"]) == ("conference", ["undefinedconf"])
    assert conference["flow"]["module"] == "conference"
    assert conference["flow"]["data"]["welcome_prompt"] == {
        "media_id": account["music_on_hold"]["media_id"],
        "play": True,
    }
    assert account["caller_id"]["external"]["name"] == f"Acme {mark}"
    assert account["music_on_hold"]["media_id"] in {row["id"] for row in acme.rest.get(acme.path("media"))}
    number = acme.rest.get(acme.path("phone_numbers", quote(acme.numbers[0], safe="")))
    assert number["e911"]["locality"] == "Toronto"
    codes = [
        flow["featurecode"]
        for flow in acme.rest.get(acme.path("callflows") + "?paginate=false")
        if flow.get("featurecode")
    ]
    assert {"name": "voicemail[action=check]", "number": "985"} in codes
    assert {"name": "hotdesk[action=login]", "number": "11"} in codes
    rule = next(row for row in acme.rest.get(acme.path("temporal_rules")) if row["name"] == f"Day {mark}")
    assert rule["type"] == "main_holidays"
    route = acme.flow(acme.numbers[0])["flow"]
    assert route["module"] == "temporal_route"
    assert route["data"]["rules"].index(rule["id"]) < len(route["data"]["rules"]) - 5
    assert route["children"][rule["id"]]["module"] == "callflow"


def shown(number: str) -> str:
    """A North American number as the portal writes it."""
    return f"+1 ({number[2:5]}) {number[5:8]}-{number[8:]}"


def test_A8_users_of_a_file_are_judged_added_paused_and_gone_on_with(platform: Platform, tmp_path: Path) -> None:
    master, rest, mark, good = platform.demo["master"], platform.master, secrets.token_hex(3), 600
    file, crooked = tmp_path / "people.csv", tmp_path / "crooked.csv"
    rows = [f"Person{n},{mark},p{n}.{mark}@example.test," for n in range(good)]
    # Twice the same user name, and an extension that is none.
    rows += [f"Twice,{mark},p0.{mark}@example.test,", f"Odd,{mark},odd.{mark}@example.test,12x"]
    file.write_text("\n".join(["first_name,last_name,email,extension", *rows]), encoding="utf-8")
    crooked.write_text("first_name,email\nAda,ada@example.test\n", encoding="utf-8")
    account = rest.put(f"accounts/{master['account_id']}", {"name": f"Importers {mark}"})["id"]
    given = {
        "account": master["account_name"],
        "username": master["username"],
        "password": master["password"],
        "acting": account,
        "mark": mark,
        "good": good,
        "file": str(file),
        "crooked": str(crooked),
    }
    try:
        assert walk("import-users", given, tmp_path, platform)["wide"] == []
        made = rest.get(f"accounts/{account}/users?paginate=false")
        assert {row["last_name"] for row in made} == {mark}
        assert len(made) == good
    finally:
        rest.delete(f"accounts/{account}")
