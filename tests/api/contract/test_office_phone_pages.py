"""The office-phone pages (SmartPBX) as sequences of calls: add a user, give it features, make a group, delete the user
(kazoo.md 3.6, C15; S2-S7).
"""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.db, pytest.mark.anyio]

ORIGIN = {"ui_metadata": {"version": "4.3.0", "ui": "monster-ui", "origin": "voip"}}


async def add_user(me, extension: str, first: str = "Uma") -> dict[str, str]:
    """Do what the Add User dialog does; return the ids it made."""
    email, name = f"{first.lower()}{extension}@office.test", f"{first} {extension}"
    user = await me.put(
        "accounts/{A}/users",
        {
            "first_name": first, "last_name": extension, "username": email, "email": email,
            "password": "Rather-long-1", "priv_level": "user", "presence_id": extension, "timezone": "America/Toronto",
            "caller_id": {"internal": {"name": name[:15], "number": extension}}, "vm_to_email_enabled": True,
            "send_email_on_creation": False, **ORIGIN,
        },
    )  # fmt: skip
    box = await me.put(
        "accounts/{A}/vmboxes", {"owner_id": user["id"], "mailbox": extension, "name": f"{name}'s VMBox", **ORIGIN}
    )
    voicemail = {"module": "voicemail", "data": {"id": box["id"]}, "children": {}}
    flow = await me.put(
        "accounts/{A}/callflows",
        {
            "contact_list": {"exclude": False}, "name": f"{name} SmartPBX's Callflow", "numbers": [extension],
            "owner_id": user["id"], "type": "mainUserCallflow", **ORIGIN,
            "flow": {
                "module": "user", "data": {"id": user["id"], "can_call_self": False, "timeout": 20},
                "children": {"_": voicemail},
            },
        },
    )  # fmt: skip
    device = await me.put(
        "accounts/{A}/devices",
        {
            "name": f"{name} phone", "device_type": "sip_device", "owner_id": user["id"], "enabled": True,
            "sip": {"username": f"user_{extension}", "password": "sTr0ng-enough", "realm": me.realm},
            "media": {"audio": {"codecs": ["PCMU", "PCMA"]}, "video": {"codecs": []}, "encryption": {"methods": []}},
            "suppress_unregister_notifications": True, "ignore_completed_elsewhere": "", **ORIGIN,
        },
    )  # fmt: skip
    return {"user": user["id"], "vmbox": box["id"], "callflow": flow["id"], "device": device["id"]}


async def test_D1_adding_a_user_takes_the_extension(shared_world):
    me = shared_world.customer
    assert await me.get("accounts/{A}/search?t=callflow&q=number&v=4100") == []
    made = await add_user(me, "4100")
    found = await me.get("accounts/{A}/search?t=callflow&q=number&v=4100")
    assert [row["id"] for row in found] == [made["callflow"]]
    assert found[0]["numbers"] == ["4100"]
    again = await me.call(
        "PUT", "accounts/{A}/callflows", {"numbers": ["4100"], "flow": {"module": "hangup", "data": {}, "children": {}}}
    )
    assert again.status_code == 400
    assert "unique" in again.json()["data"]["numbers"]
    row = next(row for row in await me.get("accounts/{A}/users") if row["id"] == made["user"])
    assert isinstance(row["features"], list)
    assert (row["presence_id"], row["priv_level"]) == ("4100", "user")
    device = next(row for row in await me.get("accounts/{A}/devices?with_status=true") if row["id"] == made["device"])
    assert (device["registered"], device["device_type"], device["enabled"]) == (False, "sip_device", True)
    flow = await me.get(f"accounts/{{A}}/callflows/{made['callflow']}")
    assert flow["metadata"][made["user"]]["name"]
    assert flow["metadata"][made["vmbox"]]["name"] == "Uma 4100's VMBox"


async def test_D5_find_me_turns_the_user_node_into_a_ring_group(shared_world):
    me = shared_world.customer
    made = await add_user(me, "4200")
    flow = await me.get(f"accounts/{{A}}/callflows/{made['callflow']}")
    flow["flow"] |= {
        "module": "ring_group",
        "data": {
            "strategy": "simultaneous", "timeout": 30,
            "endpoints": [{"id": made["device"], "endpoint_type": "device", "delay": 5, "timeout": 25}],
        },
    }  # fmt: skip
    saved = await me.post(f"accounts/{{A}}/callflows/{made['callflow']}", flow)
    assert saved["flow"]["module"] == "ring_group"
    assert saved["flow"]["children"]["_"]["data"]["id"] == made["vmbox"]
    user = await me.get(f"accounts/{{A}}/users/{made['user']}")
    user["smartpbx"] = {"find_me_follow_me": {"enabled": True}}
    user["call_forward"] = {"enabled": True, "number": "+14165550177", "keep_caller_id": True}
    user["hotdesk"] = {"enabled": True, "id": "4200", "require_pin": False, "keep_logged_in_elsewhere": True}
    await me.post(f"accounts/{{A}}/users/{made['user']}", user)
    row = next(row for row in await me.get("accounts/{A}/users") if row["id"] == made["user"])
    assert {"find_me_follow_me", "call_forward", "hotdesk"} <= set(row["features"])


async def test_D8_a_group_is_a_document_a_base_flow_and_a_flow_with_its_extension(shared_world):
    me = shared_world.customer
    made = await add_user(me, "4300")
    members = {made["user"]: {"type": "user"}}
    group = await me.put("accounts/{A}/groups", {"name": "Desk", "endpoints": members, **ORIGIN})
    endpoint = {"id": made["user"], "endpoint_type": "user", "delay": 0, "timeout": 20}
    base = await me.put(
        "accounts/{A}/callflows",
        {
            "type": "baseGroup", "group_id": group["id"], "name": "Desk Base Group", "numbers": ["q" * 25], **ORIGIN,
            "flow": {
                "module": "ring_group", "data": {"endpoints": [endpoint], "timeout": 20, "name": "Desk Base Group"},
                "children": {},
            },
        },
    )  # fmt: skip
    play = {"module": "play", "data": {"id": "system_media/vm-not_available_no_voicemail"}, "children": {}}
    await me.put(
        "accounts/{A}/callflows",
        {
            "type": "userGroup", "group_id": group["id"], "name": "Desk Ring Group", "numbers": ["4390"], **ORIGIN,
            "flow": {"module": "callflow", "data": {"id": base["id"]}, "children": {"_": play}},
        },
    )  # fmt: skip
    rows = await me.get("accounts/{A}/groups")
    assert next(row["endpoints"] for row in rows if row["id"] == group["id"]) == 1
    for kind in ("baseGroup", "userGroup"):
        found = await me.get(f"accounts/{{A}}/callflows?has_key=group_id&filter_type={kind}")
        assert [row["group_id"] for row in found] == [group["id"]]


async def test_C15_deleting_a_user_finds_and_deletes_everything_of_theirs(shared_world):
    me = shared_world.customer
    made, other = await add_user(me, "4400"), await add_user(me, "4500", "Vic")
    bridge = await me.put("accounts/{A}/conferences", {"name": "Room", "owner_id": made["user"]})
    found = {
        kind: [row["id"] for row in await me.get(f"accounts/{{A}}/{kind}?filter_owner_id={made['user']}")]
        for kind in ("devices", "vmboxes", "conferences", "faxboxes", "callflows")
    }
    assert found == {
        "devices": [made["device"]], "vmboxes": [made["vmbox"]], "conferences": [bridge["id"]], "faxboxes": [],
        "callflows": [made["callflow"]],
    }  # fmt: skip
    room = await me.get(f"accounts/{{A}}/conferences/{bridge['id']}")
    del room["owner_id"]
    unassigned = await me.post(f"accounts/{{A}}/conferences/{bridge['id']}", {**room, "name": "Unassigned Room"})
    assert "owner_id" not in unassigned
    for kind in ("devices", "vmboxes", "callflows"):
        gone = await me.delete(f"accounts/{{A}}/{kind}/{found[kind][0]}")
        assert gone["_read_only"]["deleted"] is True
    await me.delete(f"accounts/{{A}}/users/{made['user']}")
    assert (await me.call("GET", f"accounts/{{A}}/users/{made['user']}")).status_code == 404
    assert (await me.get(f"accounts/{{A}}/users/{other['user']}"))["first_name"] == "Vic"
    assert await me.get("accounts/{A}/search?t=callflow&q=number&v=4400") == []
    assert (await add_user(me, "4400"))["user"] != made["user"]


async def test_D6_the_user_form_lists_the_devices_a_user_is_logged_in_to(world):
    me = world.customer
    made, other = await add_user(me, "4600"), await add_user(me, "4700", "Vic")
    path = f"accounts/{{A}}/users/{made['user']}/hotdesks"
    assert await me.get(path) == []
    await me.patch(f"accounts/{{A}}/devices/{other['device']}", {"hotdesk": {"users": {made["user"]: {}}}})
    assert await me.get(path) == [{"device_id": other["device"], "device_name": "Vic 4700 phone"}]
    assert await me.get(f"accounts/{{A}}/users/{other['user']}/hotdesks") == []
    plain = await world.user(me, "plain")
    assert await plain.get(f"accounts/{{A}}/users/{plain.user_id}/hotdesks") == []
    assert (await plain.call("GET", path)).status_code == 404
    assert (await me.call("GET", f"accounts/{{A}}/users/{'0' * 32}/hotdesks")).status_code == 404


async def test_H19_a_conference_has_the_lists_that_its_form_reads(shared_world):
    me = shared_world.customer
    made = await me.put("accounts/{A}/conferences", {"name": "Bare"})
    for room in (
        made,
        await me.get(f"accounts/{{A}}/conferences/{made['id']}"),
        next(row for row in await me.get("accounts/{A}/conferences") if row["id"] == made["id"]),
    ):
        assert room["conference_numbers"] == []
        for party in ("member", "moderator"):
            assert (room[party]["numbers"], room[party]["pins"]) == ([], [])
    numbered = await me.patch(f"accounts/{{A}}/conferences/{made['id']}", {"member": {"numbers": ["900"]}})
    assert numbered["member"] == {"numbers": ["900"], "pins": []}


async def test_H19_a_device_with_audio_codecs_has_the_video_part_that_its_form_reads(shared_world):
    me = shared_world.customer
    made = await me.put("accounts/{A}/devices", {"name": "Audio", "media": {"audio": {"codecs": ["PCMA"]}}})
    device = await me.get(f"accounts/{{A}}/devices/{made['id']}")
    assert (device["media"]["audio"]["codecs"], device["media"]["video"]) == (["PCMA"], {})
    again = await me.post(f"accounts/{{A}}/devices/{made['id']}", device)
    assert again["media"]["audio"]["codecs"] == ["PCMA"]
