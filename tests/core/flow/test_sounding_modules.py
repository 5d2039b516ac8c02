"""Modules that speak, play, send and tell: tts, audio_macro, send_dtmf, presence, events, webhooks, notices (D7)."""

from __future__ import annotations

from typing import Any

from qvoice.core.flow.commands import (
    Ask,
    Hangup,
    Media,
    Play,
    Prompt,
    Ring,
    SayDigits,
    SayNumber,
    SendDtmf,
    Speech,
    Tell,
    Tone,
)
from qvoice.core.flow.events import CallerGone
from qvoice.core.flow.modules.tts import warnings_of
from qvoice.core.flow.notices import recipients_of
from qvoice.core.flow.requests import EmitEvent, FindFlow, FireWebhook, SendNotice, SetPresence
from tests.core.flow.script import (
    ANSWER,
    ANSWERED,
    HANGUP,
    Result,
    busy,
    found,
    make_call,
    make_world,
    node,
    run_script,
)

WORLD = make_world(
    {("users", "u"): {"first_name": "Bob"}, ("devices", "d"): {"owner_id": "u", "sip": {"username": "b"}}}
)
KEYS = "0123456789*#"


def run(flow: dict[str, Any], steps: list[Any], **facts: Any) -> Result:
    return run_script(flow, make_call(WORLD, **facts), steps)


def test_D13_tts_speaks_until_a_key() -> None:
    spoken = Play((Speech("Hello there", "female", "fr-ca"),), "1", True)
    data = {"text": "Hello\nthere", "language": "fr-ca", "terminators": ["1", "xx"], "endless_playback": True}
    run(node("tts", data), [ANSWER, (spoken, None), HANGUP])
    run(node("tts", {"text": " "}), [HANGUP])
    from qvoice.core.flow.modules.tts import Data

    assert warnings_of(Data(text="x" * 1001))
    assert not warnings_of(Data(text="x"))


def test_D13_audio_macro_plays_all_kinds_in_order() -> None:
    macros = [
        {"macro": "play", "id": "m" * 32},
        {"macro": "prompt", "id": "hello"},
        {"macro": "say", "text": "12", "type": "number"},
        {"macro": "say", "text": "4 1 6"},
        {"macro": "say", "text": "four"},
        {"macro": "tts", "text": "Bye", "voice": "male", "language": "en-us"},
        {"macro": "tone", "frequencies": ["440", "480"], "duration_on": 400, "duration_off": 200, "repeat": 2},
        {"macro": "tone", "frequencies": ["1", "x"]},
        {"macro": "dance"},
        {"macro": "play"},
        {"macro": "tts"},
        {"macro": "say"},
    ]
    heard = (
        Media("m" * 32), Prompt("hello"), SayNumber(12), SayDigits("416"), Speech("four"),
        Speech("Bye", "male", "en-us"), Tone("!440+480/400,!0/200,!440+480/400,!0/200"),
    )  # fmt: skip
    run(node("audio_macro", {"macros": macros}), [ANSWER, (Play(heard, KEYS), None), HANGUP])
    run(node("audio_macro"), [HANGUP])


def test_D8_send_dtmf_sends_only_keys() -> None:
    run(node("send_dtmf", {"digits": "12a#x", "duration_ms": 9}), [ANSWER, (SendDtmf("12A#", 40), None), HANGUP])
    run(node("send_dtmf", {"digits": "x"}), [HANGUP])


def test_D14_manual_presence_sets_the_lamp() -> None:
    for status, state in (("busy", "confirmed"), ("ringing", "early"), ("idle", "terminated"), ("odd", "terminated")):
        asked = (Ask(SetPresence("open", state, "manual")), None)
        run(node("manual_presence", {"presence_id": "Open@acme.example.test", "status": status}), [asked, HANGUP])
    run(node("manual_presence"), [HANGUP])


def test_set_alert_info_is_one_line() -> None:
    assert run(node("set_alert_info", {"alert_info": "ring\r\nX: y"}), [HANGUP]).call.alert_info == "ring X: y"


def facts_in(command: Any, kind: type) -> dict[str, Any]:
    request = command.request if isinstance(command, Tell) else None
    assert isinstance(request, kind), command
    return request.data if isinstance(request, EmitEvent | FireWebhook) else request.facts  # type: ignore[union-attr]


def test_D7_edr_and_webhook_tell_the_calls_facts_and_wait_for_nobody() -> None:
    result = run(node("edr", {"step": "x"}), [(Tell, None), HANGUP])
    facts = facts_in(result.commands[0], EmitEvent)
    assert (facts["caller_id_number"], facts["body"], facts["direction"]) == ("+14165550199", {"step": "x"}, "inbound")
    data = {"uri": "https://example.com/x", "http_verb": "get", "retries": 9, "custom_data": {"a": 1}}
    result = run(node("webhook", data), [(Tell, None), HANGUP])
    hook = result.commands[0].request  # type: ignore[union-attr]
    assert (hook.url, hook.verb, hook.retries, hook.data["custom_data"]) == (
        "https://example.com/x",
        "get",
        4,
        {"a": 1},
    )
    run(node("webhook", {"uri": "file:///etc/passwd"}), [HANGUP])


TO = [
    {"type": "user", "id": "u"},
    {"type": "email", "id": ["a@b.example", "bad"]},
    {"type": "email", "id": "a@b.example"},
]


def notice(kind: str) -> Any:
    return lambda c: isinstance(c, Tell) and isinstance(c.request, SendNotice) and c.request.kind == kind


def test_D7_recipients_are_addresses_and_users_each_once() -> None:
    assert recipients_of([*TO, "x", {"type": "user", "id": "c@d.example"}]) == ("u", "a@b.example")


def test_D7_a_missed_call_is_told_when_nobody_answered_however_it_ended() -> None:
    flow = node("missed_call_alert", {"recipients": TO}, _=node("device", {"id": "d"}))
    run(flow, [(Ring, busy("NO_ANSWER", 480)), (Hangup, None), (notice("missed_call"), None)])
    result = run(flow, [(Ring, CallerGone()), (notice("missed_call"), None)])
    assert result.end.reason == "caller-gone"
    assert facts_in(result.commands[-1], SendNotice)["caller_id_number"] == "+14165550199"
    run(flow, [(Ring, ANSWERED), HANGUP], bridged=True)
    run(node("missed_call_alert"), [HANGUP])


def test_D7_a_notification_goes_at_once_or_at_the_end() -> None:
    data = {"recipients": TO, "comments": "look", "send_at": "callflow_exec"}
    run(node("notification", data), [(notice("callflow_notice"), None), HANGUP])
    end = run(node("notification", {**data, "send_at": "channel_destroy"}), [HANGUP, (notice("callflow_notice"), None)])
    assert facts_in(end.commands[-1], SendNotice)["comments"] == "look"
    run(node("notification", {**data, "notification_media": ["sms"]}), [HANGUP])


def test_D8_after_a_conversation_the_caller_is_sent_on_once() -> None:
    after = {"action": "transfer", "data": "1002"}
    flow = node("after_bridge", after, _=node("device", {"id": "d"}))
    elsewhere = found(node("device", {"id": "d"}), WORLD, "f2")
    steps = [(Ring, ANSWERED), (Ask(FindFlow("1002", no_match=False)), elsewhere), (Ring, ANSWERED), HANGUP]
    assert run(flow, steps).call.dialled == "1002"
    run(flow, [(Ring, ANSWERED), (Ask, None), HANGUP])
    run(flow, [(Ring, busy("NO_ANSWER", 480)), (Hangup, None)])
    assert run(node("after_bridge", {"action": "park", "data": True}), [HANGUP]).call.after_bridge == "*4"
    for none in ({"action": "park", "data": False}, {"action": "hangup", "data": "1"}, {}):
        assert run(node("after_bridge", none), [HANGUP]).call.after_bridge == ""
