"""Inside a mailbox: hearing messages and changing settings, dialogue by dialogue (features E1)."""

from __future__ import annotations

from typing import Any

import pytest

from qvoice.core.flow.commands import Ask, Collect, Play, Record, Recording, SayDigits, SayTime
from qvoice.core.flow.events import Recorded
from qvoice.core.flow.requests import (
    CheckPin,
    FindFlow,
    ForwardMessage,
    ListMessages,
    MailboxMessage,
    SaveGreeting,
    SetFolder,
    UpdateMailbox,
)
from tests.core.flow.mailbox import BYE, CHECK, OWNER, SAVED, WORLD, box, opened, run, says
from tests.core.flow.script import ANSWER, HANGUP, Result, found, node

# --- messages --------------------------------------------------------------------------------

M1 = MailboxMessage("m1", "ref1", 1764000000.0, 4.0, "+14165550199", "Alice")
M2 = MailboxMessage("m2", "ref2", 1764000100.0, 4.0, "", "")
LIST = (Ask(ListMessages("b", "new")), (M1, M2))


def inside(*steps: Any) -> Result:
    """The owner is at the main menu and presses 1 for new messages."""
    before = [ANSWER, opened(), opened(), (Collect, "1"), LIST]
    return run(CHECK, [*before, *steps], **OWNER)


END = [opened(), (Collect, "#"), BYE, HANGUP]


def hears(ref: str) -> Any:
    return lambda c: isinstance(c, Play) and c.sounds[-1] == Recording(ref)


def test_E1_the_envelope_is_read_in_the_owners_timezone() -> None:
    result = inside((hears("ref1"), "#"), *END)
    (spoken,) = [c for c in result.commands if isinstance(c, Play) and Recording("ref1") in c.sounds]
    assert SayTime(1764000000.0, "America/Vancouver") in spoken.sounds
    assert SayDigits("14165550199") in spoken.sounds
    bare = box(document={"skip_envelope": True})
    steps = [
        ANSWER,
        opened(bare),
        opened(bare),
        (Collect, "1"),
        LIST,
        (Play((Recording("ref1"),), "12346790#", rewind="5", forward="8"), "#"),
        *END,
    ]
    run(CHECK, steps, **OWNER)


def test_E1_keep_next_previous_and_replay() -> None:
    saved = Ask(SetFolder("b", "m1", "saved"))
    inside((hears("ref1"), None), (Collect, "1"), (saved, None), (says("vm-saved"), None), (hears("ref2"), "4"),
    (hears("ref1"), "2"),
           (hears("ref1"), "6"), (hears("ref2"), "5"), (hears("ref2"), "8"), (Collect, "6"), (says("vm-nomore"),
           None), *END)  # fmt: skip


def test_E1_delete_and_undelete() -> None:
    gone, back = Ask(SetFolder("b", "m2", "deleted")), Ask(SetFolder("b", "m2", "new"))
    inside((hears("ref1"), "6"), (hears("ref2"), "7"), (gone, None), (says("vm-deleted"), None), (says("vm-nomore"),
    None),
           (Collect, "7"), (back, None), (says("vm-undeleted"), None), (Collect, "#"), *END)  # fmt: skip


def test_E1_a_message_is_forwarded_with_a_spoken_introduction() -> None:
    take = [(says("vm-record-prepend"), None), (Record, Recorded("intro", 2.0, "key", "#")), (Collect, "1")]
    inside((hears("ref1"), "3"), (Collect, "1001"), (says("vm-forwardoptions"), "1"), *take,
           (Ask(ForwardMessage("b", "m1", ("1001",), "intro")), ()), (says("vm-msgforwarded"), None), (Collect, "#"),
           *END)  # fmt: skip
    inside((hears("ref1"), "3"), (Collect, "9999"), (Collect, "2"), (Ask(ForwardMessage("b", "m1", ("9999",), None)),
    ("9999",)),
           (says("vm-incorrect-mailbox"), None), (Collect, ""), (Collect, "#"), *END)  # fmt: skip


def test_E1_nine_calls_back() -> None:
    back = found(node("hangup"), WORLD, "out")
    result = inside((hears("ref1"), "9"), (Ask(FindFlow("+14165550199", no_match=True)), back), HANGUP)
    assert result.call.dialled == "+14165550199"
    inside((hears("ref1"), "6"), (hears("ref2"), "9"), (says("vm-nonumber"), None), (Collect, "#"), *END)


def test_E1_nobody_calls_out_on_the_account_with_a_pin_from_outside() -> None:
    steps = [ANSWER, opened(), (says("vm-password"), "1"), (Ask(CheckPin("b", "1")), "ok"), opened(), (Collect, "1"),
    LIST,
             (hears("ref1"), "9"), (Ask(FindFlow("+14165550199", no_match=False)), None), (says("vm-nonumber"),
             None), (Collect, "#"), *END]  # fmt: skip
    run(CHECK, steps)


def test_E1_empty_folders_wrong_keys_and_silence() -> None:
    none = (Ask(ListMessages("b", "saved")), ())
    run(CHECK, [ANSWER, opened(), opened(), (Collect, "2"), none, (says("vm-no"), None), *END], **OWNER)
    silence = [opened(), (Collect, "")]
    run(
        CHECK,
        [ANSWER, opened(), opened(), (Collect, "8"), (says("vm-sorry"), None), *silence * 3, BYE, HANGUP],
        **OWNER,
    )


@pytest.mark.parametrize(
    ("key", "kind", "purpose"),
    [("1", "unavailable", "greeting"), ("2", "name", "name"), ("4", "temporary", "greeting")],
)
def test_E1_greetings_are_recorded_in_the_settings(key: str, kind: str, purpose: str) -> None:
    take = [
        (Play, None),
        (lambda c: isinstance(c, Record) and c.purpose == purpose, Recorded("r", 3.0, "key", "#")),
        (Collect, "1"),
    ]
    steps = [
        ANSWER,
        opened(),
        opened(),
        (Collect, "5"),
        opened(),
        (Collect, key),
        *take,
        (Ask(SaveGreeting("b", kind, "r")), None),
        SAVED,
    ]
    run(CHECK, [*steps, opened(), (Collect, "#"), BYE, HANGUP], **OWNER)


def test_E1_settings_remove_the_temporary_greeting_toggle_announcement_only_and_return() -> None:
    steps = [
        ANSWER, opened(), opened(), (Collect, "5"),
        opened(), (Collect, "5"), (Ask(SaveGreeting("b", "temporary", None)), None), (says("vm-tempremoved"), None),
        opened(), (Collect, "6"), (Ask(UpdateMailbox("b", (("announcement_only", True),))), None),
        (says("activated"), None),
        opened(), (Collect, "3"), (says("vm-newpassword"), ""), opened(), (Collect, "0"), *END,
    ]  # fmt: skip
    run(CHECK, steps, **OWNER)
    fixed = box(document={"not_configurable": True})
    run(
        CHECK,
        [
            ANSWER,
            opened(fixed),
            opened(fixed),
            (Collect, "5"),
            (says("vm-sorry"), None),
            opened(fixed),
            (Collect, "#"),
            BYE,
            HANGUP,
        ],
        **OWNER,
    )
