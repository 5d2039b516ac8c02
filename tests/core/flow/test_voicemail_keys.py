"""The keys of voicemail are the account's, where it chose its own (kazoo.md 1.3: all keys are configurable)."""

from __future__ import annotations

from typing import Any

import pytest

from qvoice.core.flow.commands import Ask, Collect, Play, Recording, Speech
from qvoice.core.flow.modules.voicemail.keys import DEFAULTS, Keys, clash
from qvoice.core.flow.requests import CheckPin, ListMessages, MailboxMessage, SetFolder
from qvoice.core.flow.spoken import KEY_NAMES, SENTENCES, sentence
from tests.core.flow.mailbox import BYE, CHECK, COMPOSE, OWNER, SAVED, STORE, TAKE, opened, says
from tests.core.flow.script import ANSWER, HANGUP, A, Result, make_call, make_world, run_script

KEYS = {
    "compose": {"operator": "9", "login": "#"},
    "review": {"save": "4", "listen": "5", "record": "6"},
    "main": {"hear_new": "3", "exit": "0"},
    "message": {"keep": "7", "delete": "1", "rewind": "*"},
}


def run(flow: dict[str, Any], steps: list[Any], **facts: Any) -> Result:
    account = {"id": A, "realm": "acme.example.test", "voicemail": {"keys": KEYS}}
    documents = {("accounts", A): account, ("vmboxes", "b"): {"mailbox": "1000", "owner_id": "u"}}
    return run_script(flow, make_call(make_world(documents), **facts), steps)


def test_E1_an_accounts_own_keys_save_a_message_and_log_in() -> None:
    taken = [TAKE, (Collect, "5"), (Play, None), (Collect, "1"), (says("vm-sorry"), None), (Collect, "4")]
    run(COMPOSE, [ANSWER, opened(), (Play, None), *taken, (STORE, True), SAVED, HANGUP])
    pin = [(says("vm-password"), "1234"), (Ask(CheckPin("b", "1234")), "ok")]
    run(COMPOSE, [ANSWER, opened(), (Play, "#"), *pin, opened(), (Collect, "0"), BYE, HANGUP])


def test_E1_an_accounts_own_keys_keep_and_delete_messages_and_are_what_is_said() -> None:
    message = MailboxMessage("m", "ref", 1764000000.0, 3.0, "+14165550199", "")
    heard = lambda c: isinstance(c, Play) and Recording("ref") in c.sounds and (c.rewind, c.forward) == ("*", "8")  # noqa: E731
    steps = [
        ANSWER, opened(), opened(), (Collect, "3"), (Ask(ListMessages("b", "new")), (message,)),
        (heard, "1"), (Ask(SetFolder("b", "m", "deleted")), None), (says("vm-deleted"), None),
        (says("vm-nomore"), None), (Collect, "7"), (Ask(SetFolder("b", "m", "saved")), None), (says("vm-saved"), None),
        (says("vm-nomore"), None), opened(), (Collect, "0"), BYE, HANGUP,
    ]  # fmt: skip
    result = run(CHECK, steps, **OWNER)
    offered = [s.text for c in result.commands if isinstance(c, Collect) for s in c.sounds if isinstance(s, Speech)]
    assert any("To delete it, press 1." in text for text in offered)
    assert any("To leave, press 0." in text for text in offered)


@pytest.mark.parametrize(
    ("menu", "given"),
    [
        ("main", {"hear_new": "2"}),
        ("main", {"hear_new": "22"}),
        ("main", {"hear_new": 1}),
        ("main", {"sing": "1"}),
        ("main", "1"),
        ("nowhere", {}),
    ],
)
def test_E1_keys_that_clash_are_told_and_the_dialects_stay(menu: str, given: Any) -> None:
    assert clash(menu, given)
    if menu in DEFAULTS:
        assert Keys({"voicemail": {"keys": {menu: given}}}, menu).spoken() == DEFAULTS[menu]


def test_E1_the_dialects_keys_are_the_defaults() -> None:
    assert {action: Keys({}, "message")[action] for action in ("keep", "rewind", "delete", "fastforward")} == {
        "keep": "1", "rewind": "5", "delete": "7", "fastforward": "8",
    }  # fmt: skip


def test_E1_every_sentence_has_all_languages_and_names_the_keys() -> None:
    for name, languages in SENTENCES.items():
        assert set(languages) == set(KEY_NAMES), name
    assert sentence("vm-exit", "fr-ca", key="#").text == "Pour quitter, faites le dièse."
    assert sentence("vm-exit", "de-de", key="#").text == "To leave, press pound."
