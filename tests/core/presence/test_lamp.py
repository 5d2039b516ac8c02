"""What presence ids name and show."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from qvoice.core.presence import bodies
from qvoice.core.presence.directory import read
from qvoice.core.presence.lamp import MAX_DIALOGS, Dialog, Leg, Target, dialogs, state_of

NAMES = read(
    {
        "realm": "acme.example",
        "users": [
            {"id": "u1", "presence_id": "1001", "dnd": None, "forward": True},
            {"id": "u2", "presence_id": None, "dnd": True},
        ],
        "devices": [
            {"id": "d1", "owner": "u1", "username": "Bob1001", "presence_id": None, "new": 2, "saved": 1},
            {"id": "d2", "owner": None, "username": "lobby", "guests": ["u2"], "dnd": "true"},
            {"id": "d3", "owner": "u2", "username": "x"},
        ],
        "flows": [
            {"number": "1002", "module": "user", "document": "u2"},
            {"number": "1003", "module": "device", "document": "d2"},
            {"number": "2000", "module": "ring_group", "document": None},
            {"number": "*76", "module": "do_not_disturb", "document": None},
            {"number": "*74", "module": "call_forward", "document": None},
            {"number": "*11", "module": "hotdesk", "document": None},
        ],
        "boxes": [{"mailbox": "1001", "new": 2, "saved": 1}, {"mailbox": "1002", "new": 0, "saved": 5}],
    }
)


@pytest.mark.parametrize(
    ("id", "watcher", "expected"),
    [
        ("1001", "", Target(frozenset({"u1"}), frozenset({"d1"}), lit_as="dnd")),
        ("1002", "", Target(frozenset({"u2"}), frozenset({"d2", "d3"}), lit=True, lit_as="dnd")),
        ("1003", "", Target(devices=frozenset({"d2"}), lit=True, lit_as="dnd")),
        ("bob1001", "", Target(devices=frozenset({"d1"}), lit_as="dnd")),
        ("2000", "", Target(extension="2000")),
        ("*3101", "", Target(extension="*3101")),
        ("*981001", "", Target(lit=True, lit_as="messages")),
        ("*981002", "", Target(lit_as="messages")),
        ("*989999", "", Target(extension="*989999")),
        ("*76", "d3", Target(lit=True, lit_as="dnd")),
        ("*76", "d1", Target(lit_as="dnd")),
        ("*76", "gone", Target(lit_as="dnd")),
        ("*74", "d1", Target(lit=True, lit_as="forward")),
        ("*11", "d2", Target(lit=True, lit_as="hotdesk")),
        ("*11", "d1", Target(lit_as="hotdesk")),
    ],
)
def test_D14_an_id_names_a_user_a_device_a_mailbox_a_key_or_an_extension(
    id: str, watcher: str, expected: Target
) -> None:
    assert NAMES.target(id, watcher) == expected


def test_D14_calls_show_whose_they_are_and_the_most_interesting_comes_first() -> None:
    legs = [
        Leg("a", owner="u1", direction="outbound", number="1000", name="Al"),
        Leg("b", owner="u1", direction="inbound", answered=True, number="1005"),
        Leg("c", owner="other", direction="inbound", answered=True, dialled="1001"),
        Leg("d", device="d1", direction="inbound"),
    ]
    found = dialogs(NAMES.target("1001"), legs)
    assert [(one.id, one.state, one.initiator) for one in found] == [
        ("b", "confirmed", True),
        ("a", "early", False),
        ("d", "early", True),
    ]
    assert state_of(found) == "confirmed"
    assert state_of(()) == "terminated"
    assert len(dialogs(NAMES.target("1001"), [Leg(str(n), owner="u1") for n in range(40)])) == MAX_DIALOGS


def test_D14_an_extension_shows_calls_to_it_and_what_is_set() -> None:
    legs = [
        Leg("a", owner="u1", direction="inbound", dialled="2000"),
        Leg("b", owner="u1", direction="outbound", dialled="2000", answered=True),
    ]
    assert dialogs(NAMES.target("2000"), legs) == (Dialog("a", "early"),)
    parked = (Dialog("park", "confirmed", number="1001"),)
    assert dialogs(NAMES.target("2000"), legs, parked) == (*parked, Dialog("a", "early"))


def test_D14_messages_waiting_of_a_phone_a_user_and_a_box() -> None:
    assert [NAMES.waiting(name) for name in ("bob1001", "1001", "*981002", "nobody")] == [(2, 1), (2, 1), (0, 5), None]


def test_D14_documents_are_well_formed_whatever_names_hold() -> None:
    shown = (Dialog('"<&', "early", number="10<0>1\r\n", name='Bob "<&>" \r\nVia: x'), Dialog("idle", "terminated"))
    for text in (
        bodies.dialog_info("sip:a<b@acme", shown, version=3),
        bodies.dialog_info("sip:1001@acme", (), version=0),
        bodies.pidf("sip:1001@acme", shown, reachable=True),
    ):
        ElementTree.fromstring(text)
    assert "\r\nVia" not in bodies.dialog_info("sip:a@b", shown, version=1)
    assert bodies.summary("sip:a@b\r\nX: y", new=1, saved=2) == (
        "Messages-Waiting: yes\r\nMessage-Account: sip:a@bX: y\r\nVoice-Message: 1/2 (0/0)\r\n"
    )


def test_D14_a_call_of_a_person_names_its_dialog_and_an_extensions_does_not() -> None:
    leg = Leg("0123456789abcdef" + "f" * 16, owner="u1", direction="outbound", dialled="2000")
    body = bodies.dialog_info("sip:1001@acme.example", dialogs(Target(frozenset({"u1"})), [leg]), version=1)
    dialog = next(ElementTree.fromstring(body).iter("{urn:ietf:params:xml:ns:dialog-info}dialog")).attrib
    named = (dialog["call-id"], dialog["local-tag"], dialog["remote-tag"])
    assert named == (leg.leg, "0123456789abcdef", "f" * 16)
    called = Leg(leg.leg, direction="inbound", dialled="2000")
    assert "call-id" not in bodies.dialog_info("sip:2000@x", dialogs(Target(extension="2000"), [called]), version=1)
